"""Who may do what: signed in, allowed by role, and a form that came from our own page."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Form, Request
from starlette.exceptions import HTTPException

from careteam.config import CareTeamConfig, Clinician
from careteam.sessions import Session, Sessions


class SignInNeeded(Exception):
    """Nobody is signed in; `ended` when there was a session and it is over."""

    def __init__(self, ended: bool) -> None:
        super().__init__("sign in first")
        self.ended = ended


@dataclass(frozen=True)
class Gate:
    """What the checks below need; one an application, on `app.state.gate`."""

    config: CareTeamConfig
    sessions: Sessions

    @property
    def cookie(self) -> str:
        return "__Secure-kith-care" if self.config.secure_cookies else "kith-care"

    def session(self, request: Request, now: datetime) -> Session:
        token = request.cookies.get(self.cookie)
        found = self.sessions.find(token, now) if token else None
        if found is None:
            raise SignInNeeded(ended=token is not None)
        return found


def gate(request: Request) -> Gate:
    """The application's gate."""
    found: Gate = request.app.state.gate
    return found


def watching(request: Request) -> Session:
    """A signed-in browser, a person there or not: a page refreshing itself keeps nobody signed in."""
    door = gate(request)
    return door.session(request, door.config.clock())


def signed_in(request: Request) -> Session:
    """A person who did something just now."""
    door = gate(request)
    now = door.config.clock()
    found = door.session(request, now)
    door.sessions.touch(found, now)
    return found


def reader(session: Annotated[Session, Depends(signed_in)]) -> Clinician:
    """Someone of the care team who may read patients."""
    return _allowed(session)


def watcher(session: Annotated[Session, Depends(watching)]) -> Clinician:
    """The same, for a page that refreshes itself."""
    return _allowed(session)


def submitter(session: Annotated[Session, Depends(signed_in)], csrf: Annotated[str, Form()] = "") -> Session:
    """Whoever sent a form from one of our own pages."""
    if not secrets.compare_digest(csrf.encode(), session.csrf_token.encode()):
        raise HTTPException(403, "This form is out of date. Go back, load the page again, and try once more.")
    return session


def writer(session: Annotated[Session, Depends(submitter)]) -> Clinician:
    """Someone of the care team who sent a form about a patient."""
    return _allowed(session)


def _allowed(session: Session) -> Clinician:
    if not session.clinician.sees_patients:
        raise HTTPException(403, "Your role keeps Kith running. It does not open patients' pages.")
    return session.clinician

"""Signing in and out. A refusal says the same whatever was wrong, and every attempt is audited."""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.responses import RedirectResponse, Response

from careteam.access import Gate, submitter
from careteam.pages import Pages, base
from careteam.sessions import Session
from careteam.throttle import Throttle
from record import audit, users
from record.database import reading
from record.ids import stamp

REFUSED = "That did not match. Check the name, the password and the code, and try again."
SLOW_DOWN = "Too many tries from this place. Wait five minutes and try again."
PAGE = re.compile(r"/oncall/([0-9a-f-]{36})")  # the one address that is led on to: a page's link
OUT_OF_DATE = "This page was open too long. Please sign in once more."


@dataclass(frozen=True)
class Attempt:
    """What someone typed."""

    username: str
    password: str
    code: str | None


def routes(pages: Pages, gate: Gate, throttle: Throttle) -> APIRouter:
    """`/sign-in` and `/sign-out`."""
    router = APIRouter()

    @router.get("/sign-in")
    def form(request: Request, why: str = "", to: str = "") -> Response:
        return _form(pages, gate, request, ended=why == "ended", to=to)

    @router.post("/sign-in")
    def sign_in(
        request: Request,
        username: Annotated[str, Form(max_length=200)] = "",
        password: Annotated[str, Form(max_length=1000)] = "",
        code: Annotated[str, Form(max_length=20)] = "",
        csrf: Annotated[str, Form(max_length=100)] = "",
        to: Annotated[str, Form(max_length=100)] = "",
    ) -> Response:
        now, address = gate.config.clock(), request.client.host if request.client else ""
        if not _came_from_form(request, gate, csrf):
            return _form(pages, gate, request, error=OUT_OF_DATE, status=403, to=to)
        if not throttle.admits(address, now):
            return _form(pages, gate, request, error=SLOW_DOWN, status=429, to=to)
        try:
            found = _check(gate, Attempt(username, password, code.replace(" ", "") or None), now)
        except Exception:
            throttle.give_back(address, now)  # ours to mend, not theirs
            raise
        if found is None:
            return _form(pages, gate, request, error=REFUSED, status=401, to=to)
        throttle.give_back(address, now)
        answer = RedirectResponse(f"{base(request)}{_page(to) or '/'}", status_code=303)
        _set_cookie(answer, gate, request, gate.cookie, gate.sessions.begin(found.id, now))
        answer.delete_cookie(_form_cookie(gate), path=_path(request))
        return answer

    @router.post("/sign-out")
    def sign_out(request: Request, session: Annotated[Session, Depends(submitter)]) -> Response:
        gate.sessions.end(session)
        _note(gate, session.clinician.id, "E:sign-out", session.clinician.id, "success", gate.config.clock())
        answer = RedirectResponse(f"{base(request)}/sign-in", status_code=303)
        answer.delete_cookie(gate.cookie, path=_path(request))
        answer.headers["Clear-Site-Data"] = '"cache"'
        return answer

    return router


def _check(gate: Gate, attempt: Attempt, now: datetime) -> users.User | None:
    """The account this attempt opens. What was typed is never logged: people type passwords into names."""
    with reading(gate.config.engine) as connection:
        known = users.password_hash(connection, attempt.username)
    weighed = users.weigh(known, attempt.password)
    with gate.config.engine.begin() as connection:
        tried = users.sign_in(connection, attempt.username, weighed, now, code=attempt.code)
        who = tried.user.id if tried.user else "unknown"
        action, outcome = f"E:sign-in:{tried.outcome}", "success" if tried.user else "failure"
        audit.append(
            connection, at=stamp(now), agent=who, action=action, entity=f"User/{who}", outcome=outcome
        )
    return tried.user


def _note(gate: Gate, agent: str, action: str, user_id: str, outcome: str, now: datetime) -> None:
    with gate.config.engine.begin() as connection:
        audit.append(
            connection, at=stamp(now), agent=agent, action=action, entity=f"User/{user_id}", outcome=outcome
        )


def _form(
    pages: Pages,
    gate: Gate,
    request: Request,
    *,
    error: str | None = None,
    ended: bool = False,
    status: int = 200,
    to: str = "",
) -> Response:
    """The form with a fresh token, in it and in a cookie: another site can set neither."""
    token = secrets.token_urlsafe(32)
    answer = pages.show(
        request, "sign-in.html", status=status, error=error, ended=ended, token=token, to=_page(to)
    )
    _set_cookie(answer, gate, request, _form_cookie(gate), token)
    return answer


def wanted(request: Request) -> str:
    """The page someone came for before signing in; any other address leads to the list, as it always did."""
    return _page(request.url.path.removeprefix(base(request)))


def _page(address: str) -> str:
    """The address, where it is a page's link and nothing else: a form must not send anyone elsewhere."""
    return address if PAGE.fullmatch(address) else ""


def _came_from_form(request: Request, gate: Gate, token: str) -> bool:
    kept = request.cookies.get(_form_cookie(gate), "")
    return bool(kept) and secrets.compare_digest(kept.encode(), token.encode())


def _form_cookie(gate: Gate) -> str:
    return f"{gate.cookie}-form"


def _set_cookie(answer: Response, gate: Gate, request: Request, name: str, value: str) -> None:
    answer.set_cookie(
        name,
        value,
        path=_path(request),
        secure=gate.config.secure_cookies,
        httponly=True,
        samesite="strict",
    )


def _path(request: Request) -> str:
    return base(request) or "/"

"""Signed-in sessions: the cookie holds a random token, the table only its SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, delete, select, update

from careteam.config import Clinician
from record.database import reading
from record.ids import stamp
from record.tables import session, user

TOUCH_EVERY = timedelta(seconds=30)  # one write a page would make reading wait for the one writer


@dataclass(frozen=True)
class Session:
    """One signed-in browser."""

    id: str
    csrf_token: str
    clinician: Clinician
    seen_at: str


@dataclass(frozen=True)
class Sessions:
    """Begins, finds and ends sessions; two limits hold: idle, and however busy, absolute."""

    engine: Engine
    idle: timedelta
    absolute: timedelta

    def begin(self, user_id: str, now: datetime) -> str:
        """A new session's token, for the cookie; old sessions nobody can use any more are removed."""
        token = secrets.token_urlsafe(32)
        with self.engine.begin() as connection:
            self._forget_ended(connection, now)
            connection.execute(
                session.insert().values(
                    id=digest(token),
                    user_id=user_id,
                    csrf_token=secrets.token_urlsafe(32),
                    created_at=stamp(now),
                    seen_at=stamp(now),
                    expires_at=stamp(now + self.absolute),
                )
            )
        return token

    def find(self, token: str, now: datetime) -> Session | None:
        """The session of a cookie, None when there is none, it is over, or its user may no longer sign in."""
        with reading(self.engine) as connection:
            row = connection.execute(
                select(session, user.c.username, user.c.display_name, user.c.role)
                .join(user, user.c.id == session.c.user_id)
                .where(session.c.id == digest(token), user.c.disabled_at.is_(None))
            ).one_or_none()
        if row is None or row.expires_at <= stamp(now) or row.seen_at <= stamp(now - self.idle):
            return None
        clinician = Clinician(row.user_id, row.username, row.display_name, row.role)
        return Session(row.id, row.csrf_token, clinician, row.seen_at)

    def touch(self, found: Session, now: datetime) -> None:
        """Note that a person did something; a page that refreshes itself must not call this."""
        if found.seen_at > stamp(now - TOUCH_EVERY):
            return
        with self.engine.begin() as connection:
            connection.execute(update(session).where(session.c.id == found.id).values(seen_at=stamp(now)))

    def end(self, found: Session) -> None:
        """Sign out: the token is worth nothing from now on."""
        with self.engine.begin() as connection:
            connection.execute(delete(session).where(session.c.id == found.id))

    def _forget_ended(self, connection: Connection, now: datetime) -> None:
        over = (session.c.expires_at <= stamp(now)) | (session.c.seen_at <= stamp(now - self.idle))
        connection.execute(delete(session).where(over))


def digest(token: str) -> str:
    """What the table keeps of a token: a copy of the database signs nobody in."""
    return hashlib.sha256(token.encode()).hexdigest()

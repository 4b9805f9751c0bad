"""The clinic's systems that may send or read records over HTTP: each has a token, kept only as its hash."""

import hashlib
import re
import secrets
from dataclasses import dataclass
from typing import Any, Literal, cast

from sqlalchemy import Connection, Row, select, update

from record.ids import new_id
from record.tables import clinic_system

May = Literal["write", "read", "read+write"]
PREFIX = "kith_"  # a token found in a log or a repository can be told for what it is
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,47}")


class ClinicSystemError(Exception):
    """A system cannot be added or disabled as asked; the message says why."""


@dataclass(frozen=True)
class System:
    """One system of the clinic, and what it may do."""

    id: str
    name: str
    may: May
    disabled: bool

    def allowed(self, what: Literal["write", "read"]) -> bool:
        """Whether it may send records in (`write`) or fetch a patient's record (`read`)."""
        return what in self.may.split("+")


def add(connection: Connection, name: str, at: str, *, may: May = "write") -> str:
    """A new system; its token is returned this once and kept nowhere."""
    if not NAME.fullmatch(name):
        raise ClinicSystemError("a system's name has 1 to 48 of the characters a-z 0-9 . _ -")
    if connection.scalar(select(clinic_system.c.id).where(clinic_system.c.name == name)) is not None:
        raise ClinicSystemError(f"there is a system {name} already; disable it and add another")
    token = PREFIX + secrets.token_urlsafe(32)
    row = {"id": new_id(), "name": name, "token_hash": _hash(token), "may": may, "created_at": at}
    connection.execute(clinic_system.insert().values(**row))
    return token


def find(connection: Connection, token: str) -> System | None:
    """The system with this token, None when there is none or it was disabled.

    256 random bits need no slow hash, and a lookup by hash tells nothing by its time.
    """
    row = connection.execute(
        select(clinic_system).where(
            clinic_system.c.token_hash == _hash(token), clinic_system.c.disabled_at.is_(None)
        )
    ).one_or_none()
    return _system(row) if row else None


def every(connection: Connection) -> tuple[System, ...]:
    """All systems ever added, by name."""
    return tuple(
        _system(row) for row in connection.execute(select(clinic_system).order_by(clinic_system.c.name))
    )


def disable(connection: Connection, name: str, at: str) -> None:
    """Its token opens nothing from now on; its name stays, for the audit log."""
    named = clinic_system.c.name == name
    changed = connection.execute(
        update(clinic_system).where(named, clinic_system.c.disabled_at.is_(None)).values(disabled_at=at)
    )
    if changed.rowcount != 1:
        raise ClinicSystemError(f"there is no system {name} in use")


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _system(row: Row[Any]) -> System:
    return System(row.id, row.name, cast(May, row.may), row.disabled_at is not None)

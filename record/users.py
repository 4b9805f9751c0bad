"""The care team's accounts: a password kept as an Argon2 hash, a second factor, a lock after wrong tries."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, cast, get_args

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import Connection, Row, select, update

from record.ids import new_id, stamp
from record.tables import session, user

Role = Literal["nurse", "physician", "social-worker", "engineer"]
TRIES = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 12  # NIST SP 800-63B asks for 8 or more with a second factor, 15 or more without
TOTP_STEP_SECONDS = 30

_HASHER = PasswordHasher()
# Checked when the name is unknown, so that the time an answer takes does not tell which names exist.
_NOBODY = (
    "$argon2id$v=19$m=65536,t=3,p=4$a2l0aC1ub2JvZHktYXQtYWxs$hM0kSJkJVHMTDYgEexLpUYlpKLk2E8gHBQAlQvFQDsM"
)


class UserError(Exception):
    """An account cannot be made or changed as asked; the message says why."""


@dataclass(frozen=True)
class User:
    """One member of the care team."""

    id: str
    username: str
    display_name: str
    role: Role
    has_totp: bool


@dataclass(frozen=True)
class Weighed:
    """A password held against the hash that was on file."""

    known: str | None
    right: bool
    renewed: str | None  # a hash by today's parameters, where the one on file is older


@dataclass(frozen=True)
class SignIn:
    """How an attempt ended. The page says one thing for every failure; the audit log says which."""

    user: User | None
    outcome: Literal["ok", "unknown", "wrong-password", "wrong-code", "locked", "disabled"]


def create(
    connection: Connection, *, username: str, display_name: str, role: str, password: str, at: str
) -> User:
    """Make an account; UserError when the name is taken, the role unknown or the password too short."""
    name = _name(username)
    if not name or len(name) > 64:
        raise UserError("a user name has 1 to 64 characters")
    if role not in get_args(Role):
        raise UserError(f"the role is one of {', '.join(get_args(Role))}")
    if connection.scalar(select(user.c.id).where(user.c.username == name)) is not None:
        raise UserError(f"the user name {name} is taken")
    made = User(new_id(), name, display_name, cast(Role, role), has_totp=False)
    connection.execute(
        user.insert().values(
            id=made.id,
            username=name,
            display_name=display_name,
            role=role,
            password_hash=_hash(password),
            created_at=at,
        )
    )
    return made


def password_hash(connection: Connection, username: str) -> str | None:
    """The hash a name is known by, for `weigh`; None where the name is unknown."""
    known: str | None = connection.scalar(
        select(user.c.password_hash).where(user.c.username == _name(username))
    )
    return known


def weigh(known: str | None, password: str) -> Weighed:
    """Hash what was typed, which takes long: never while a transaction is open, or nobody else can write."""
    right = _matches(known or _NOBODY, password)
    renewed = _HASHER.hash(password) if right and known and _HASHER.check_needs_rehash(known) else None
    return Weighed(known, right, renewed)


def sign_in(
    connection: Connection, username: str, weighed: Weighed, at: datetime, *, code: str | None = None
) -> SignIn:
    """Let in who gave the password, and the second factor where there is one; five wrong tries lock it.

    The account is read again: it may have been locked, closed or given a new password while the hash ran.
    Writes the count of tries, so the caller must commit whatever the outcome.
    """
    same = select(user).where(user.c.username == _name(username)).with_for_update()
    row = connection.execute(same).one_or_none()
    if row is None:
        return SignIn(None, "unknown")
    if row.disabled_at is not None:
        return SignIn(None, "disabled")
    if row.locked_until is not None and row.locked_until > stamp(at):
        return SignIn(None, "locked")
    if not weighed.right or row.password_hash != weighed.known:
        _count_failure(connection, row, at)
        return SignIn(None, "wrong-password")
    step = _totp_step(row, code, at)
    if row.totp_secret is not None and step is None:
        _count_failure(connection, row, at)
        return SignIn(None, "wrong-code")
    _succeed(connection, row, weighed.renewed, step)
    return SignIn(_user(row), "ok")


def get(connection: Connection, user_id: str) -> User | None:
    """An account that may still be used, None when it is unknown or disabled."""
    row = connection.execute(
        select(user).where(user.c.id == user_id, user.c.disabled_at.is_(None))
    ).one_or_none()
    return _user(row) if row else None


def everyone(connection: Connection) -> tuple[User, ...]:
    """Every account in use, by name."""
    rows = connection.execute(select(user).where(user.c.disabled_at.is_(None)).order_by(user.c.username))
    return tuple(_user(row) for row in rows)


def set_password(connection: Connection, user_id: str, password: str) -> None:
    """A new password; it unlocks the account and ends every session opened with the old one."""
    _change(connection, user_id, password_hash=_hash(password), failed_logins=0, locked_until=None)
    connection.execute(session.delete().where(session.c.user_id == user_id))


def set_totp(connection: Connection, user_id: str, secret: str | None) -> None:
    """Turn the second factor on with a secret from `new_totp_secret`, or off with None."""
    _change(connection, user_id, totp_secret=secret, totp_step=None)


def disable(connection: Connection, user_id: str, at: str) -> None:
    """Close an account: it keeps its name in the log, and its sessions end now."""
    _change(connection, user_id, disabled_at=at)
    connection.execute(session.delete().where(session.c.user_id == user_id))


def new_totp_secret() -> str:
    """A secret for an authenticator app (RFC 6238)."""
    return str(pyotp.random_base32())


def totp_address(username: str, secret: str) -> str:
    """The otpauth address an authenticator app reads from a QR code."""
    return str(pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name="Kith"))


def _change(connection: Connection, user_id: str, **values: Any) -> None:
    if connection.execute(update(user).where(user.c.id == user_id).values(**values)).rowcount != 1:
        raise UserError("no such user")


def _name(username: str) -> str:
    return username.strip().casefold()


def _user(row: Row[Any]) -> User:
    return User(row.id, row.username, row.display_name, cast(Role, row.role), row.totp_secret is not None)


def _hash(password: str) -> str:
    if len(password) < SHORTEST_PASSWORD:
        raise UserError(f"a password has at least {SHORTEST_PASSWORD} characters")
    return _HASHER.hash(password)


def _matches(known: str, password: str) -> bool:
    try:
        return _HASHER.verify(known, password)
    except (VerificationError, InvalidHashError):
        return False


def _totp_step(row: Row[Any], code: str | None, at: datetime) -> int | None:
    """The time step a code is right for, one step of clock drift allowed; None when it was used before."""
    if row.totp_secret is None or code is None:
        return None
    totp = pyotp.TOTP(row.totp_secret)
    now = int(at.timestamp()) // TOTP_STEP_SECONDS
    for step in (now, now - 1, now + 1):
        fresh = row.totp_step is None or step > row.totp_step
        if fresh and pyotp.utils.strings_equal(totp.generate_otp(step), code.strip()):
            return step
    return None


def _count_failure(connection: Connection, row: Row[Any], at: datetime) -> None:
    tries = row.failed_logins + 1
    full = tries >= TRIES
    values: dict[str, Any] = {"failed_logins": 0 if full else tries}
    if full:
        values["locked_until"] = stamp(at + LOCKED_FOR)
    connection.execute(update(user).where(user.c.id == row.id).values(**values))


def _succeed(connection: Connection, row: Row[Any], renewed: str | None, step: int | None) -> None:
    values: dict[str, Any] = {"failed_logins": 0, "locked_until": None}
    if step is not None:
        values["totp_step"] = step
    if renewed is not None:
        values["password_hash"] = renewed
    connection.execute(update(user).where(user.c.id == row.id).values(**values))

"""What the care-team pages are given by whoever starts them; they read no setting themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine


@dataclass(frozen=True)
class Clinician:
    """Who is signed in."""

    id: str
    username: str
    display_name: str
    role: str  # nurse physician social-worker engineer

    @property
    def sees_patients(self) -> bool:
        """The clinic's engineer keeps the machine running and reads nobody's story."""
        return self.role in ("nurse", "physician", "social-worker")


SendReply = Callable[[str, Clinician, str], None]
"""`send_reply(conversation_id, clinician, text)`: its message and outbox rows in one transaction.

Raises LookupError when there is no way to reach the person."""


Announce = Callable[[Connection, str, Clinician, str, str], None]
"""`announce(connection, conversation_id, clinician, what, at)`: what a patient reads when a clinician begins
to write to them (`taken-over`) or stops (`back`), in the transaction that makes it so."""


def utc_now() -> datetime:
    """The clock of a running clinic; tests hand in their own."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class CareTeamConfig:
    """`send_reply` None hides taking over and answering: Kith is not silenced without a voice instead."""

    engine: Engine
    clinic_name: str
    secure_cookies: bool = True
    idle: timedelta = timedelta(minutes=15)
    absolute: timedelta = timedelta(hours=10)
    timezone: str = "UTC"  # IANA name: the times a clinician reads are the clinic's
    clock: Callable[[], datetime] = utc_now
    send_reply: SendReply | None = None
    announce: Announce | None = None

"""A doubt the screen has asked about, and the bare yes or no that settles it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, bindparam, select, update

from gateway.phrases import Phrases
from gateway.screening import ASKS, HARSHEST, Ear, Look, words_for
from listening.redflags.answers import Answer, answer, confirmed
from record.tables import contact_point, inbox, task

STANDS_FOR = timedelta(hours=24)  # an answer later than this may be to anything
ASKED, ANSWERED = ("red-flag-ask", "red-flag-crisis"), "doubt-answered"


@dataclass(frozen=True)
class Doubt:
    """The kind of danger that was asked about, and the message that raised it."""

    inbox_id: str
    kind: str


def answers(look: Look, text: str) -> Answer | None:
    """The answer a message may be. What is itself a danger needs no question before it."""
    return None if look.failed or look.level in HARSHEST else answer(text)


def pending(connection: Connection, channel: str, address: str) -> Doubt | None:
    """The direct question asked after the person's last message, if one was."""
    row = connection.execute(_LAST, {"system": channel, "value": address}).one_or_none()
    screen = (row.screen or {}) if row else {}
    if row is None or not screen.get(ASKS, screen.get("level") == "ask"):
        return None
    if datetime.now(UTC) - datetime.fromisoformat(row.received_at) > STANDS_FOR:
        return None
    return Doubt(row.id, screen["kinds"][0])


def settle(ear: Ear, phrases: Phrases, look: Look, doubt: Doubt, said: Answer, text: str) -> Look:
    """Yes is the danger itself, answered and paged as such; no is thanked for, and the flag stays."""
    if said == "yes":
        screening = confirmed(doubt.kind, text)
        return Look(screening, words_for(ear, phrases, screening), doubt=doubt.inbox_id)
    return replace(look, words=ear.thanks(doubt.kind), doubt=doubt.inbox_id)


def note(connection: Connection, inbox_id: str, remark: str) -> None:
    """Write the answer beside the question, where the care team reads of the doubt."""
    connection.execute(
        update(task)
        .where(task.c.effect_key.in_([f"{inbox_id}:task:{code}" for code in ASKED]))
        .values(description=task.c.description + remark)
    )


# Built once: putting a statement together costs more than running it.
_LAST = (
    select(inbox.c.id, inbox.c.screen, inbox.c.received_at)
    .join(contact_point, contact_point.c.conversation_id == inbox.c.conversation_id)
    .where(contact_point.c.system == bindparam("system"), contact_point.c.value == bindparam("value"))
    .order_by(inbox.c.seq.desc())
    .limit(1)
)

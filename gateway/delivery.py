"""What the delivery status of a text means for the person and the care team."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, select, update

from gateway import errors, outbox, owner
from gateway.conversation import NETWORK, OPT_OUT, SAFETY, kind_of
from gateway.inbox import later
from gateway.outbox import Text
from gateway.phrases import Phrases
from gateway.tasks import open_task
from record.tables import contact_point, message
from record.tables import outbox as outbox_table

CLINICIANS = "reply"  # the kind of what the care team wrote itself
ENDS_BADLY = ("undelivered", "failed")


@dataclass(frozen=True)
class Moved:
    """Whether a status was news, and in which conversation."""

    changed: bool
    conversation_id: str | None = None


def heard(
    connection: Connection,
    *,
    outbox_id: str,
    sid: str,
    status: str,
    error_code: str | None,
    phrases: Phrases,
    at: str,
    tries: int | None = 0,
) -> Moved:
    """A status callback, or a status that was fetched: forward only, in whatever order they come.

    `tries` says of which delivery; one that failed and was tried again counts no more.
    """
    state = outbox.STATES.get(status)
    found = outbox.find(connection, outbox_id, sid, tries)
    if state is None or found is None:
        return Moved(False)
    this, conversation_id = found
    if sid:
        outbox.handed_over(connection, this, sid, at)
    changed = outbox.move(connection, this, state, at, error_code)
    if changed and state in ENDS_BADLY:
        _ended_badly(connection, this, error_code or "unknown", phrases, at)
    return Moved(changed, conversation_id)


def rejected(connection: Connection, outbox_id: str, code: int, phrases: Phrases, at: str) -> None:
    """Twilio will not take a text: it has failed, and whoever must know is told."""
    if outbox.move(connection, outbox_id, "failed", at, str(code)):
        _ended_badly(connection, outbox_id, str(code), phrases, at)


def cancelled(connection: Connection, text: Text, phrases: Phrases, at: str) -> None:
    """The person has opted out: it is not sent. Whoever of the care team wrote it hears of that."""
    if outbox.move(connection, text.outbox_id, "cancelled", at) and text.kind == CLINICIANS:
        open_task(
            connection,
            patient_id=text.patient_id,
            message_id=text.message_id,
            code="reply-not-sent",
            priority="urgent",
            description=phrases.task("reply_not_sent"),
            effect_key=f"{text.outbox_id}:not-sent",
            at=at,
        )


def _ended_badly(connection: Connection, outbox_id: str, code: str, phrases: Phrases, at: str) -> None:
    """Do what the table of codes says; a safety reply that did not arrive is a call to make in any case."""
    row = connection.execute(_FAILED, {"this": outbox_id}).one()
    rule, kind = errors.policy(code), kind_of(row.effect_key)
    if rule.do == "stop":
        _opt_out(connection, row.contact_point_id, row.at, at)
        if kind == OPT_OUT:
            return  # the network had already told them, and blocked us: as it should be
    if rule.do == "owner":
        owner.doubt(
            connection,
            patient_id=row.patient_id,
            message_id=row.id,
            description=phrases.task("new_owner", code=code),
            effect_key=f"{outbox_id}:new-owner",
            at=at,
        )
    again = rule.do == "retry" and row.tries < rule.times
    if again:
        outbox.try_again(connection, outbox_id, later(rule.seconds), at)
    if kind == SAFETY or not again:
        _tell_someone(connection, row, outbox_id, code, kind == SAFETY, phrases, at)


def _tell_someone(
    connection: Connection, row: Any, outbox_id: str, code: str, safety: bool, phrases: Phrases, at: str
) -> None:
    open_task(
        connection,
        patient_id=row.patient_id,
        message_id=row.id,
        code="undelivered",
        priority="stat" if safety else "urgent" if row.about else "routine",
        description=phrases.task("safety_undelivered" if safety else "undelivered", code=code),
        quote=None,
        effect_key=f"{outbox_id}:undelivered",
        at=at,
    )


def _opt_out(connection: Connection, contact_point_id: str, written_at: str, at: str) -> None:
    """The network blocks us; a text from before their last START says nothing of now."""
    wanted = contact_point.c.opted_in_at
    connection.execute(
        update(contact_point)
        .where(
            contact_point.c.id == contact_point_id,
            contact_point.c.opted_out_at.is_(None),
            wanted.is_(None) | (wanted < written_at),
        )
        .values(opted_out_at=at, opted_out_by=NETWORK)
    )


_FAILED = (
    select(
        outbox_table.c.contact_point_id,
        outbox_table.c.tries,
        message.c.id,
        message.c.patient_id,
        message.c.effect_key,
        message.c.text,
        message.c.about,
        message.c.at,
    )
    .join(message, message.c.id == outbox_table.c.message_id)
    .where(outbox_table.c.id == bindparam("this"))
)

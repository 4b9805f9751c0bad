"""What the delivery status of a text means for the person and the care team."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from gateway import outbox
from gateway.conversation import OPT_OUT, SAFETY
from gateway.phrases import Phrases
from gateway.tasks import open_task
from gateway.twilio_api import UNSUBSCRIBED
from record.people import verify_identity
from record.tables import contact_point, message
from record.tables import outbox as outbox_table

# 30005: unknown handset. Numbers are recycled: whoever answers next may be someone else.
NEW_OWNER = "30005"
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
) -> Moved:
    """A status callback, or a status that was fetched: forward only, in whatever order they come."""
    state = outbox.STATES.get(status)
    found = outbox.find(connection, outbox_id, sid)
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


def _ended_badly(connection: Connection, outbox_id: str, code: str, phrases: Phrases, at: str) -> None:
    row = connection.execute(
        select(
            outbox_table.c.contact_point_id,
            message.c.id,
            message.c.patient_id,
            message.c.effect_key,
            message.c.text,
            message.c.about,
        )
        .join(message, message.c.id == outbox_table.c.message_id)
        .where(outbox_table.c.id == outbox_id)
    ).one()
    kind = (row.effect_key or "").rpartition(":")[2].partition(".")[0]
    if code == str(UNSUBSCRIBED):
        _opt_out(connection, row.contact_point_id, at)
        if kind == OPT_OUT:
            return  # the network had already told them, and blocked us: as it should be
    if code == NEW_OWNER:
        _doubt_identity(connection, row.patient_id, row.id, outbox_id, phrases, at)
    safety = kind == SAFETY
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


def _opt_out(connection: Connection, contact_point_id: str, at: str) -> None:
    connection.execute(
        update(contact_point)
        .where(contact_point.c.id == contact_point_id, contact_point.c.opted_out_at.is_(None))
        .values(opted_out_at=at)
    )


def _doubt_identity(
    connection: Connection, patient_id: str, message_id: str, outbox_id: str, phrases: Phrases, at: str
) -> None:
    verify_identity(connection, patient_id, None)
    open_task(
        connection,
        patient_id=patient_id,
        message_id=message_id,
        code="check-identity",
        priority="urgent",
        description=phrases.task("new_owner", code=NEW_OWNER),
        effect_key=f"{outbox_id}:new-owner",
        at=at,
    )

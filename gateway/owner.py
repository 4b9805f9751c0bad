"""Whose number it is now: numbers change hands, and no recorded value may be told to a stranger."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, select

from gateway.conversation import Thread
from gateway.tasks import open_task
from record.ids import stamp
from record.people import CHECK_IDENTITY, verify_identity
from record.tables import message, patient

IDLE = timedelta(days=90)
"""A disconnected number is given to someone else after 45 days at the earliest, mostly after 90.

Source: https://www.ecfr.gov/current/title-47/section-52.15 (f)(1)(ii)
"""


def is_idle(connection: Connection, thread: Thread, at: str) -> bool:
    """Whether a known person's phone was silent for so long that someone else may have it now."""
    since = stamp(datetime.fromisoformat(at) - IDLE)
    last = connection.scalar(_LAST, {"this": thread.conversation_id})
    if last is None or last >= since:
        return False
    checked = connection.scalar(_CHECKED, {"this": thread.patient_id})
    return checked is not None and checked < since


def doubt(
    connection: Connection, *, patient_id: str, message_id: str, description: str, effect_key: str, at: str
) -> None:
    """Forget that the person was known, and ask someone to find out."""
    verify_identity(connection, patient_id, None)
    open_task(
        connection,
        patient_id=patient_id,
        message_id=message_id,
        code=CHECK_IDENTITY,
        priority="urgent",
        description=description,
        effect_key=effect_key,
        at=at,
    )


# Built once: putting a statement together costs more than running it.
_LAST = (
    select(message.c.at)
    .where(
        message.c.conversation_id == bindparam("this"),
        message.c.direction == "in",
        message.c.channel == "sms",
    )
    .order_by(message.c.seq.desc())
    .limit(1)
)
_CHECKED = select(patient.c.identity_verified_at).where(patient.c.id == bindparam("this"))

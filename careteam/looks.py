"""Every look at a patient is written down before the page is shown; the last one tells what is new since."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, func, select

from record import audit
from record.ids import stamp
from record.tables import audit_event

VISIT = timedelta(minutes=15)  # a look sooner after another belongs to the same visit
LOOKS = 500  # of one visit at most
RECENT = 50_000  # events looked back through at most: "never looked" must not cost a walk through years


def note(engine: Engine, user_id: str, patient_id: str, now: datetime, action: str = "R") -> None:
    """Write one look down; when that fails nothing may be shown."""
    with engine.begin() as connection:
        audit.append(connection, at=stamp(now), agent=user_id, action=action, entity=f"Patient/{patient_id}")


def note_list(engine: Engine, user_id: str, patients: Sequence[str], now: datetime) -> None:
    """Write down whose newest words a list shows."""
    if not patients:
        return
    entity = ",".join(f"Patient/{patient_id}" for patient_id in patients)
    with engine.begin() as connection:
        audit.append(connection, at=stamp(now), agent=user_id, action="R:list", entity=entity)


def last_look(connection: Connection, user_id: str, patient_id: str, now: datetime) -> str | None:
    """When this person last opened this patient's page before this visit, None when not lately.

    Looks that follow each other closely are one visit: a click on the page itself makes nothing old.
    """
    newest = connection.scalar(select(func.max(audit_event.c.seq))) or 0
    found: Sequence[str] = connection.scalars(
        select(audit_event.c.at)
        .where(
            audit_event.c.seq > newest - RECENT,
            audit_event.c.agent == user_id,
            audit_event.c.entity == f"Patient/{patient_id}",
            audit_event.c.action == "R",
        )
        .order_by(audit_event.c.seq.desc())
        .limit(LOOKS)
    ).all()
    before = now
    for at in found:
        look = datetime.fromisoformat(at)
        if before - look >= VISIT:
            return at
        before = look
    return None

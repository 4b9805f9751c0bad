"""Who a page is about, and who answers them just now."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from careteam.config import Clinician
from careteam.consent import kept_from, shared_patients
from careteam.names import Name
from clinical.types import Person
from record import sharing
from record.people import consent_status
from record.sharing import Kept
from record.tables import contact_point, conversation, patient, user
from record.view import person_of


@dataclass(frozen=True)
class Reach:
    """A way to reach someone."""

    system: str  # sms | web
    number: str | None  # the phone number; a website visitor has none
    opted_out: bool


@dataclass(frozen=True)
class TakenOver:
    """The person of the care team who has the conversation; Kith is silent meanwhile."""

    user_id: str
    name: str
    since: str


@dataclass(frozen=True)
class Who:
    """One patient. Unknown is None, never "no"."""

    id: str
    conversation_id: str | None
    name: Name
    person: Person
    birth_date: str | None
    age: int | None
    language: str
    reach: tuple[Reach, ...]
    identity_verified: bool
    consent: str | None
    shared: bool
    sharing: str | None  # asked active rejected policy, None: never asked
    taken_over: TakenOver | None
    kept: Kept  # what this reader may not see of it


def find(connection: Connection, patient_id: str, today: date, reader: Clinician) -> Who | None:
    """The patient of a page as this clinician may see them, None when there is no such person any more."""
    row = connection.execute(
        select(patient).where(patient.c.id == patient_id, patient.c.deleted_at.is_(None))
    ).one_or_none()
    if row is None:
        return None
    thread = connection.execute(
        select(conversation.c.id, conversation.c.taken_over_by, conversation.c.taken_over_at)
        .where(conversation.c.patient_id == patient_id)
        .order_by(conversation.c.created_at)
        .limit(1)
    ).one_or_none()
    person = person_of(connection, patient_id)
    return Who(
        id=patient_id,
        conversation_id=thread.id if thread else None,
        name=Name(row.given, row.family),
        person=person,
        birth_date=row.birth_date,
        age=person.age_on(today),
        language=row.language,
        reach=_reach(connection, patient_id),
        identity_verified=row.identity_verified_at is not None,
        consent=consent_status(connection, patient_id),
        shared=patient_id in shared_patients(connection, [patient_id]),
        sharing=said.status if (said := sharing.answer(connection, patient_id)) else None,
        taken_over=_taken_over(connection, thread.taken_over_by, thread.taken_over_at) if thread else None,
        kept=kept_from(connection, [patient_id], reader),
    )


def _reach(connection: Connection, patient_id: str) -> tuple[Reach, ...]:
    rows = connection.execute(
        select(contact_point)
        .where(contact_point.c.patient_id == patient_id)
        .order_by(contact_point.c.created_at)
    )
    return tuple(
        Reach(row.system, row.value if row.system == "sms" else None, row.opted_out_at is not None)
        for row in rows
    )


def _taken_over(connection: Connection, user_id: str | None, since: str | None) -> TakenOver | None:
    if user_id is None:
        return None
    name = connection.scalar(select(user.c.display_name).where(user.c.id == user_id))
    return TakenOver(user_id, name or "a colleague", since or "")

"""Who a patient is and how they are reached: patients, contact points, identifiers, consent."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, select, update

from record.database import insert_new
from record.ids import new_id
from record.sharing import BOTH, RECORD
from record.tables import consent, contact_point, conversation, patient, patient_identifier, task

SHARE = BOTH  # keep my words and show them to my care team, said in one; record.sharing knows them apart

CHECK_IDENTITY = "check-identity"  # the task of someone who is to find out whose number it is now


@dataclass(frozen=True)
class Contact:
    """Where a message came from, and whose thread it belongs to."""

    contact_point_id: str
    patient_id: str
    conversation_id: str
    created: bool  # True: nobody had written from here before
    opted_out: bool = False  # nothing may be sent there
    opted_out_by: str | None = None  # then who ended the texts; None: the patient


def create_patient(connection: Connection, *, at: str, **fields: Any) -> str:
    """A new patient with what is known (`given family birth_date sex pregnant language timezone`)."""
    patient_id = new_id()
    connection.execute(patient.insert().values(id=patient_id, created_at=at, **fields))
    return patient_id


def change_patient(connection: Connection, patient_id: str, **fields: Any) -> None:
    """Change what is known of a patient; a field set to None becomes unknown."""
    connection.execute(update(patient).where(patient.c.id == patient_id).values(**fields))


def verify_identity(connection: Connection, patient_id: str, at: str | None) -> None:
    """Note that the person writing is this patient; None takes it back (a number can change hands)."""
    change_patient(connection, patient_id, identity_verified_at=at)


def doubted_since(connection: Connection, patient_id: str) -> str | None:
    """Since when someone else may have their number: then the identity was taken back, and nobody checked it.

    What was told before is not given back to whoever writes now. None: known, or never known at all.
    """
    found: str | None = connection.scalar(
        select(func.max(task.c.created_at))
        .join(patient, patient.c.id == task.c.patient_id)
        .where(
            task.c.patient_id == patient_id,
            task.c.code == CHECK_IDENTITY,
            patient.c.identity_verified_at.is_(None),
        )
    )
    return found


def ensure_contact(
    connection: Connection, system: str, value: str, at: str, *, patient_id: str | None = None
) -> Contact:
    """The thread of a phone number or widget token; an unknown one gets a patient and a conversation.

    With `patient_id` an unknown contact joins that patient's thread. A number already someone
    else's stays theirs: moving it is a decision for a person, not for a message.
    """
    found = find_contact(connection, system, value)
    if found is not None:
        return found
    savepoint = connection.begin_nested()
    contact = _new_contact(connection, patient_id, at)
    row = {
        "id": contact.contact_point_id,
        "patient_id": contact.patient_id,
        "conversation_id": contact.conversation_id,
        "system": system,
        "value": value,
        "created_at": at,
    }
    if insert_new(connection, contact_point, [row], "system", "value"):
        savepoint.commit()
        return contact
    savepoint.rollback()  # another gateway was first: its patient is the one, ours must not remain
    first = find_contact(connection, system, value)
    if first is None:
        raise LookupError("the contact point was taken and is gone again")
    return first


def find_contact(connection: Connection, system: str, value: str) -> Contact | None:
    """The thread a phone number or widget token belongs to, if any."""
    row = connection.execute(_FIND, {"system": system, "value": value}).one_or_none()
    if row is None:
        return None
    threads = row.id, row.patient_id, row.conversation_id
    return Contact(*threads, False, row.opted_out_at is not None, row.opted_out_by)


def conversation_of(connection: Connection, patient_id: str, at: str) -> str:
    """A patient's thread, begun if there is none yet."""
    found: str | None = connection.scalar(
        select(conversation.c.id)
        .where(conversation.c.patient_id == patient_id)
        .order_by(conversation.c.created_at)
        .limit(1)
    )
    if found is not None:
        return found
    made = new_id()
    connection.execute(conversation.insert().values(id=made, patient_id=patient_id, created_at=at))
    return made


def add_identifier(connection: Connection, patient_id: str, system: str, value: str) -> bool:
    """Note a medical record number or the like; False when it is already someone's."""
    row = {"id": new_id(), "patient_id": patient_id, "system": system, "value": value}
    return insert_new(connection, patient_identifier, [row], "system", "value") == 1


def find_by_identifier(connection: Connection, system: str, value: str) -> str | None:
    """The patient with this identifier, if any."""
    found: str | None = connection.scalar(
        select(patient_identifier.c.patient_id).where(
            patient_identifier.c.system == system, patient_identifier.c.value == value
        )
    )
    return found


def give_consent(
    connection: Connection, patient_id: str, status: str, at: str, *, scope: str = SHARE
) -> None:
    """Record an answer about consent given outside the conversation, by staff or at set-up."""
    connection.execute(
        consent.insert().values(id=new_id(), patient_id=patient_id, scope=scope, status=status, created_at=at)
    )


def consent_status(
    connection: Connection, patient_id: str, scopes: Sequence[str] = (RECORD, BOTH)
) -> str | None:
    """May words be kept: `active`, `rejected`, or None: never asked. The newest answer counts."""
    found: str | None = connection.scalar(_consent(tuple(scopes)), {"patient_id": patient_id})
    return found


@cache
def _consent(scopes: tuple[str, ...]) -> Select[Any]:
    """Put together once: that costs more than the database takes to answer it."""
    return (
        select(consent.c.status)
        .where(consent.c.patient_id == bindparam("patient_id"), consent.c.scope.in_(scopes))
        .order_by(consent.c.created_at.desc(), consent.c.id.desc())
        .limit(1)
    )


def _new_contact(connection: Connection, patient_id: str | None, at: str) -> Contact:
    owner = patient_id or create_patient(connection, at=at)
    return Contact(new_id(), owner, conversation_of(connection, owner, at), created=True)


# Built once: putting a statement together costs more than running it.
_FIND = select(contact_point).where(
    contact_point.c.system == bindparam("system"), contact_point.c.value == bindparam("value")
)

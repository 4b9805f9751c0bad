"""One patient's record as a FHIR R4 Bundle: what was measured, what was told, and what was said to them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from record import screening, sharing
from record.fhir import (
    files_out,
    needs_out,
    people_out,
    results_out,
    screening_out,
    story_out,
    talk_out,
    told_out,
)
from record.fhir.shape import Resource, entry
from record.sharing import Kept, Reader
from record.tables import (
    condition,
    consent,
    flag,
    medication,
    message,
    observation,
    patient,
    referral,
    related_person,
    statement,
    story_item,
    task,
)


def export_patient(
    connection: Connection, patient_id: str, *, reader: Reader | None = None, files: bool = False
) -> Resource:
    """A collection Bundle of everything held of one patient; LookupError when there is no such patient.

    With a `reader` of the care team (a clinic's system is `Reader()`, nobody in particular) what was told
    and said is in it only where the patient shares it and does not keep it from them; flags and tasks
    always are. Without one it is the patient's own record. `files` puts the bytes of photos and PDFs in.

    What was taken back is left out, except results: those stay, marked entered-in-error, so that
    nobody takes the wrong value for missing.
    """
    who = connection.execute(select(patient).where(patient.c.id == patient_id)).one_or_none()
    if who is None:
        raise LookupError("there is no such patient")
    may_read, kept = _seen_by(connection, patient_id, reader)
    results = [
        row
        for row in _rows(connection, observation, patient_id, observation.c.sort_key)
        if row.origin == "measured" or (may_read and row.message_id not in kept.told_beside)
    ]
    words = [
        row
        for row in _rows(connection, statement, patient_id, statement.c.created_at)
        if row.status == "active" and may_read and row.id not in kept.statements
    ]
    talk = [
        row
        for row in _rows(connection, message, patient_id, message.c.seq)
        if may_read and row.id not in kept.messages
    ]
    story = _rows(connection, story_item, patient_id, story_item.c.item) if may_read else []
    asked = screening.read(connection, patient_id, kept.messages) if may_read else ()
    given = _rows(connection, referral, patient_id, referral.c.created_at) if may_read else []
    carers = _rows(connection, related_person, patient_id, related_person.c.id) if may_read else []
    names = {row.id: row.author_name for row in talk if row.author == "caregiver"}
    last = max((row.at for row in talk), default=who.created_at)
    resources: list[Resource] = [
        people_out.patient(connection, who),
        *people_out.pregnancy(who),
        *(people_out.condition(row) for row in _rows(connection, condition, patient_id, condition.c.text)),
        *(people_out.medication(row) for row in _rows(connection, medication, patient_id, medication.c.text)),
        *(people_out.related_person(row) for row in carers),
        *(people_out.consent(row) for row in _rows(connection, consent, patient_id, consent.c.created_at)),
        *(results_out.observation(row, quoted=row.message_id not in kept.messages) for row in results),
        *(told_out.statement(row, people_out.writer(carers, names.get(row.message_id))) for row in words),
        *needs_out.observations(patient_id, words, story, asked, last),
        *screening_out.resources(patient_id, people_out.writer(carers, None), asked),
        *story_out.response(patient_id, story, words, last),
        *story_out.goals(patient_id, words),
        *(story_out.referral(row) for row in given if row.message_id not in kept.messages),
        *(files_out.files(connection, patient_id, kept.messages, files) if may_read else ()),
        *(told_out.flag(row) for row in _rows(connection, flag, patient_id, flag.c.created_at)),
        *(told_out.task(row) for row in _rows(connection, task, patient_id, task.c.created_at)),
        *talk_out.communications(connection, talk, carers),
        *talk_out.provenances(patient_id, [*results, *words], carers, names),
        *([people_out.kith()] if talk or words or results else []),
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": _entries(resources)}


def _seen_by(connection: Connection, patient_id: str, reader: Reader | None) -> tuple[bool, Kept]:
    """Whether words may be read at all, and which of them are kept from this reader."""
    if reader is None:
        return True, Kept()
    if patient_id not in sharing.shared(connection, [patient_id]):
        return False, Kept()
    return True, sharing.kept_from(connection, [patient_id], reader)


def _entries(resources: Iterable[Resource]) -> list[Resource]:
    return [entry(resource) for resource in resources]


def _rows(connection: Connection, table: Table, patient_id: str, order: Any) -> Sequence[Row[Any]]:
    return connection.execute(select(table).where(table.c.patient_id == patient_id).order_by(order)).all()

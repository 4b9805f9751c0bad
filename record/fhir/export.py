"""One patient's record as a FHIR R4 Bundle: what was measured, what was told, and what was said to them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from record.fhir import people_out, results_out, talk_out, told_out
from record.fhir.shape import Resource, entry
from record.tables import (
    condition,
    consent,
    flag,
    medication,
    message,
    observation,
    patient,
    statement,
    task,
)


def export_patient(connection: Connection, patient_id: str) -> Resource:
    """A collection Bundle of everything held of one patient; LookupError when there is no such patient.

    What was taken back is left out, except results: those stay, marked entered-in-error, so that
    nobody takes the wrong value for missing.
    """
    who = connection.execute(select(patient).where(patient.c.id == patient_id)).one_or_none()
    if who is None:
        raise LookupError("there is no such patient")
    results = _rows(connection, observation, patient_id, observation.c.sort_key)
    words = [
        row
        for row in _rows(connection, statement, patient_id, statement.c.created_at)
        if row.status == "active"
    ]
    resources: list[Resource] = [
        people_out.patient(connection, who),
        *people_out.pregnancy(who),
        *(people_out.condition(row) for row in _rows(connection, condition, patient_id, condition.c.text)),
        *(people_out.medication(row) for row in _rows(connection, medication, patient_id, medication.c.text)),
        *(people_out.consent(row) for row in _rows(connection, consent, patient_id, consent.c.created_at)),
        *(results_out.observation(row) for row in results),
        *(told_out.statement(row) for row in words),
        *(told_out.flag(row) for row in _rows(connection, flag, patient_id, flag.c.created_at)),
        *(told_out.task(row) for row in _rows(connection, task, patient_id, task.c.created_at)),
        *talk_out.communications(connection, _rows(connection, message, patient_id, message.c.seq)),
        *talk_out.provenances(patient_id, [*results, *words]),
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": _entries(resources)}


def _entries(resources: Iterable[Resource]) -> list[Resource]:
    return [entry(resource) for resource in resources]


def _rows(connection: Connection, table: Table, patient_id: str, order: Any) -> Sequence[Row[Any]]:
    return connection.execute(select(table).where(table.c.patient_id == patient_id).order_by(order)).all()

"""The conversation as Communications, and where each thing in the record came from as Provenance."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, Row, select

from record.fhir.codes import LOINC, concept
from record.fhir.people_out import KITH, writer
from record.fhir.shape import Resource, address, reference, said
from record.tables import outbox

MEDIUM = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
MEDIA = {"sms": ("SMSWRIT", "SMS message"), "web": ("ONLINEWRIT", "online written")}
PARTICIPANT = "http://terminology.hl7.org/CodeSystem/provenance-participant-type"
ARRIVED = {"sent", "delivered"}
LOST = {"failed", "undelivered", "cancelled"}
BATCH = 400
ASSEMBLER = {"type": concept(PARTICIPANT, "assembler"), "who": reference(KITH) | {"display": "Kith"}}


def communications(
    connection: Connection, rows: Sequence[Row[Any]], carers: Sequence[Row[Any]]
) -> list[Resource]:
    """Every message in its order, both ways."""
    states = _states(connection, [row.id for row in rows if row.direction == "out"])
    return [_communication(row, states.get(row.id, set()), carers) for row in rows]


def _communication(row: Row[Any], states: set[str], carers: Sequence[Row[Any]]) -> Resource:
    incoming = row.direction == "in"
    person, other = reference(row.patient_id), _speaker(row, carers)
    about = [concept(LOINC, code) for code in row.about or ()]
    return said(
        resourceType="Communication",
        id=row.id,
        status="completed" if incoming else _status(states),
        medium=[concept(MEDIUM, *MEDIA[row.channel])] if row.channel in MEDIA else [],
        subject=person,
        sender=(other if row.author == "caregiver" else person) if incoming else other,
        recipient=[] if incoming else [person],
        reasonCode=about,
        payload=[{"contentString": row.text}] if row.text else [],
        sent=row.at,
    )


def _speaker(row: Row[Any], carers: Sequence[Row[Any]]) -> Resource:
    """Whoever wrote it, where it was not the patient; a clinician is known here by name alone."""
    name = {"display": row.author_name or row.author.capitalize()}
    if row.author == "caregiver":
        return writer(carers, row.author_name)
    return reference(KITH) | name if row.author == "kith" else name


def _status(states: set[str]) -> str:
    """Arrived anywhere is completed; nowhere left to go is not done."""
    if not states or states & ARRIVED:
        return "completed"
    return "not-done" if states <= LOST else "in-progress"


def _states(connection: Connection, message_ids: Sequence[str]) -> dict[str, set[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for start in range(0, len(message_ids), BATCH):
        some = outbox.c.message_id.in_(message_ids[start : start + BATCH])
        for row in connection.execute(select(outbox.c.message_id, outbox.c.state).where(some)):
            found[row.message_id].add(row.state)
    return found


def provenances(
    patient_id: str, rows: Sequence[Row[Any]], carers: Sequence[Row[Any]], names: Mapping[str, str | None]
) -> list[Resource]:
    """One for each message that told something and each system that sent something.

    `carers` are those who write for the patient; `names` what they are called, by message id.
    """
    told: defaultdict[tuple[str, str], list[Row[Any]]] = defaultdict(list)
    sent: defaultdict[str, list[Row[Any]]] = defaultdict(list)
    for row in rows:
        if row.message_id:
            told[row.message_id, row.origin].append(row)
        elif row.source_system:
            sent[row.source_system].append(row)
    from_messages = [
        _provenance(
            f"{message_id}:{origin}",
            found,
            _teller(patient_id, origin, writer(carers, names.get(message_id))),
            message_id,
        )
        for (message_id, origin), found in told.items()
    ]
    from_systems = [
        _provenance(f"{patient_id}:{source}", found, {"display": source}, None)
        for source, found in sent.items()
    ]
    return from_messages + from_systems


def _teller(patient_id: str, origin: str, carer: Resource) -> Resource:
    if origin == "told-by-caregiver":
        return carer
    made_here = reference(KITH) | {"display": "Kith"}
    return made_here if origin in ("inferred", "agreed") else reference(patient_id)


def _provenance(name: str, rows: Sequence[Row[Any]], who: Resource, message_id: str | None) -> Resource:
    source = {"role": "source", "what": {"reference": address(message_id)}} if message_id else None
    return said(
        resourceType="Provenance",
        id=str(uuid5(NAMESPACE_URL, f"urn:kith:fhir:provenance:{name}")),
        target=[reference(row.id) for row in rows],
        recorded=max(row.created_at for row in rows),
        agent=[{"type": concept(PARTICIPANT, "author"), "who": who}, *([ASSEMBLER] if message_id else [])],
        entity=[source] if source else [],
    )

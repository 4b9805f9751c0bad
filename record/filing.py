"""Writes one parcel into the record: whose it is, what each result means, and nothing twice."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from clinical import interpret
from clinical.catalogue import Catalogue
from clinical.triage import triage
from clinical.types import Interpretation, Judgement, Person, Result
from record import alarms, people, values
from record.ids import new_id
from record.incoming import IncomingFact, IncomingPatient, IncomingResult, Malformed, Parcel, Skipped
from record.recognising import Recognised, recognise
from record.tables import condition, medication, observation, patient
from record.view import person_of, whole_date

WITHDRAWN = "entered-in-error"
NO_LONGER = (WITHDRAWN, "cancelled")
CHUNK = 400  # keys looked up at once: SQLite's oldest limit on parameters is 999


@dataclass
class Filed:
    """What one parcel changed."""

    patient_ids: list[str] = field(default_factory=list)
    taken: int = 0
    replaced: int = 0  # results a correction took the place of, or that the sender withdrew
    unchanged: int = 0
    facts: int = 0
    not_judged: list[Skipped] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)


def file(
    connection: Connection,
    parcel: Parcel,
    catalogue: Catalogue,
    *,
    at: str,
    patient_id: str | None = None,
    release: bool = True,
) -> Filed:
    """Write a parcel inside the caller's transaction; Malformed when whose it is cannot be said."""
    filed = Filed(skipped=list(parcel.skipped))
    owners = _owners(connection, parcel, patient_id, at, filed)
    filed.patient_ids = list(dict.fromkeys(owners.values()))
    _file_facts(connection, parcel.facts, owners, filed)
    for owner in filed.patient_ids:
        mine = [result for result in parcel.results if owners[result.patient] == owner]
        _file_results(connection, mine, owner, catalogue, at, release, parcel.source, filed)
    return filed


def _owners(
    connection: Connection, parcel: Parcel, patient_id: str | None, at: str, filed: Filed
) -> dict[str, str]:
    """Which of our patients each reference in the parcel means."""
    described = {someone.ref: someone for someone in parcel.patients}
    refs = dict.fromkeys([*described, *(result.patient for result in parcel.results)])
    refs |= dict.fromkeys(fact.patient for fact in parcel.facts)
    if patient_id is not None:
        if len(refs) > 1:
            raise Malformed("subject", f"the file is about {len(refs)} patients, and it was sent for one")
        if connection.scalar(select(patient.c.id).where(patient.c.id == patient_id)) is None:
            raise LookupError("there is no such patient")
        for someone in described.values():
            _complete(connection, patient_id, someone, filed)
        return dict.fromkeys(refs or [""], patient_id)
    return {ref: _owner(connection, described.get(ref), at, filed) for ref in refs}


def _owner(connection: Connection, someone: IncomingPatient | None, at: str, filed: Filed) -> str:
    """The patient with these identifiers, or a new one."""
    if someone is None:
        raise Malformed("subject", "the patient is not in the file: say whose record it is")
    identifiers = someone.identifiers or _made_up(someone)
    found = {people.find_by_identifier(connection, *identifier) for identifier in identifiers} - {None}
    if len(found) > 1:
        raise Malformed("Patient.identifier", "the identifiers belong to different patients")
    known = next(iter(found), None) or people.create_patient(connection, at=at)
    _complete(connection, known, someone, filed)
    for system, value in identifiers:
        people.add_identifier(connection, known, system, value)
    return known


def _made_up(someone: IncomingPatient) -> tuple[tuple[str, str], ...]:
    """Without any identifier a person is known by name and birth date together, or not at all."""
    if not (someone.family and someone.birth_date):
        raise Malformed(
            "Patient", "has no identifier, and not both name and birth date: say whose record it is"
        )
    words = "|".join((someone.family, someone.given or "", someone.birth_date)).casefold()
    return (("urn:kith:name-and-birth-date", hashlib.sha256(words.encode()).hexdigest()),)


def _complete(connection: Connection, patient_id: str, someone: IncomingPatient, filed: Filed) -> None:
    """Fill in what was unknown; a birth date that differs means it is someone else's record."""
    known = connection.execute(select(patient).where(patient.c.id == patient_id)).one()
    if _contradict(known.birth_date, someone.birth_date):
        raise Malformed("Patient.birthDate", "is not the birth date of the patient this was sent for")
    told = {"given": someone.given, "family": someone.family, "sex": someone.sex}
    missing = {name: value for name, value in told.items() if value and getattr(known, name) is None}
    if someone.birth_date and len(someone.birth_date) > len(known.birth_date or ""):
        missing["birth_date"] = someone.birth_date
    if missing:
        people.change_patient(connection, patient_id, **missing)
    for system, value in someone.identifiers:
        if people.find_by_identifier(connection, system, value) not in (None, patient_id):
            filed.skipped.append(Skipped("Patient.identifier", "it is already another patient's"))
        else:
            people.add_identifier(connection, patient_id, system, value)


def _contradict(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    shorter = min(len(one), len(other))
    return one[:shorter] != other[:shorter]


def _file_facts(
    connection: Connection, facts: Iterable[IncomingFact], owners: Mapping[str, str], filed: Filed
) -> None:
    for fact in facts:
        table = condition if fact.kind == "condition" else medication
        status = "clinical_status" if fact.kind == "condition" else "status"
        key = _effect_key(owners[fact.patient], fact.source_key)
        row: dict[str, Any] = {"text": fact.text, "system": fact.coding.system, "code": fact.coding.code}
        row[status] = fact.status
        if fact.kind == "condition":
            row["onset"] = fact.onset
        known = connection.execute(select(table).where(table.c.effect_key == key)).one_or_none()
        if known is None:
            row |= {"id": new_id(), "patient_id": owners[fact.patient], "effect_key": key}
            connection.execute(insert(table).values(**row))
        elif any(getattr(known, name) != value for name, value in row.items()):
            connection.execute(update(table).where(table.c.id == known.id).values(**row))
        else:
            filed.unchanged += 1
            continue
        filed.facts += 1


def _file_results(
    connection: Connection,
    results: Sequence[IncomingResult],
    patient_id: str,
    catalogue: Catalogue,
    at: str,
    release: bool,
    source: str,
    filed: Filed,
) -> None:
    person = person_of(connection, patient_id)
    incoming = _last_of_each(patient_id, results)
    known = _known(connection, list(incoming))
    new: list[dict[str, Any]] = []
    superseded: list[Row[Any]] = []
    for key, result in incoming.items():
        earlier = known.get(key)
        if result.status in NO_LONGER or result.status == "registered":
            _withdraw(connection, earlier, result, filed)
            continue
        recognised = recognise(result, person, catalogue)
        if earlier is not None and _unchanged(earlier, result, recognised):
            filed.unchanged += 1
            continue
        if earlier is not None:
            superseded.append(earlier)
        row = _row(result, recognised, person, catalogue, at, filed)
        row |= {"id": new_id(), "patient_id": patient_id, "effect_key": key, "created_at": at}
        new.append(row | {"released_at": at if release else None, "source_system": source})
    for wrong in superseded:
        _supersede(connection, wrong)
    if new:
        connection.execute(insert(observation), new)
        alarms.raise_for(connection, new, at)
    filed.taken += len(new)
    filed.replaced += len(superseded)


def _last_of_each(patient_id: str, results: Iterable[IncomingResult]) -> dict[str, IncomingResult]:
    """Results by effect key. The same key twice in one message with another value is two results,
    unless the later one corrects the earlier."""
    found: dict[str, IncomingResult] = {}
    for result in results:
        key = _effect_key(patient_id, result.source_key)
        again = 1
        while key in found and result.status == found[key].status and result.value != found[key].value:
            again += 1
            key = _effect_key(patient_id, f"{result.source_key}#{again}")
        found[key] = result
    return found


def _effect_key(patient_id: str, source_key: str) -> str:
    return f"{patient_id}:{hashlib.sha256(source_key.encode()).hexdigest()}"


def _known(connection: Connection, keys: Sequence[str]) -> dict[str, Row[Any]]:
    found: dict[str, Row[Any]] = {}
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        rows = connection.execute(select(observation).where(observation.c.effect_key.in_(some)))
        found |= {row.effect_key: row for row in rows}
    return found


def _withdraw(connection: Connection, earlier: Row[Any] | None, result: IncomingResult, filed: Filed) -> None:
    """What the laboratory takes back is never used; a result not known yet is not taken in for it."""
    if earlier is None:
        filed.skipped.append(Skipped(result.where, f"the laboratory says {result.status}"))
    elif earlier.status == WITHDRAWN:
        filed.unchanged += 1
    else:
        connection.execute(update(observation).where(observation.c.id == earlier.id).values(status=WITHDRAWN))
        filed.replaced += 1


def _supersede(connection: Connection, row: Row[Any]) -> None:
    """Keep the value that was corrected, marked as wrong, and free its key for the right one."""
    connection.execute(
        update(observation)
        .where(observation.c.id == row.id)
        .values(status=WITHDRAWN, effect_key=f"{row.effect_key}~{row.id}"[:200])
    )


def _unchanged(earlier: Row[Any], result: IncomingResult, recognised: Recognised) -> bool:
    comparator, value = values.split(result.value)
    limits = recognised.range
    return (
        (earlier.value, earlier.comparator, earlier.status, earlier.unit_text, earlier.effective_at)
        == (value, comparator, result.status, result.unit_text, result.effective)
        and earlier.low == (str(limits.low) if limits and limits.low is not None else None)
        and earlier.high == (str(limits.high) if limits and limits.high is not None else None)
    )


def _row(
    result: IncomingResult,
    recognised: Recognised,
    person: Person,
    catalogue: Catalogue,
    at: str,
    filed: Filed,
) -> dict[str, Any]:
    measured, judgement = _judge(result, recognised, person, catalogue, at)
    if judgement.interpretation is None:
        filed.not_judged.append(Skipped(result.where, f"{judgement.rule}: {judgement.reason}"))
    comparator, value = values.split(result.value)
    limits = recognised.range
    inferred = judgement.unit_inferred and recognised.unit is None
    return {
        "category": "laboratory",
        "origin": "measured",
        "status": result.status,
        "system": recognised.system,
        "code": recognised.code,
        "source_code": recognised.source_code,
        "analyte": recognised.analyte,
        "text": result.text,
        "value": value,
        "comparator": comparator,
        "value_num": values.number(value),
        "unit": judgement.unit if inferred else recognised.unit,
        "unit_text": result.unit_text,
        "unit_inferred": inferred,
        "low": None if limits is None or limits.low is None else str(limits.low),
        "high": None if limits is None or limits.high is None else str(limits.high),
        "range_text": limits.text if limits else None,
        "interpretation": judgement.interpretation,
        "tier": triage(judgement, measured, person, catalogue=catalogue).tier
        if judgement.interpretation
        else None,
        "rule": judgement.rule,
        "effective_at": result.effective,
        "quote": result.quote,
    }


def _judge(
    result: IncomingResult, recognised: Recognised, person: Person, catalogue: Catalogue, at: str
) -> tuple[Result, Judgement]:
    taken = whole_date(result.effective[:10]) if result.effective else None
    measured = Result(
        analyte=recognised.analyte,
        value=result.value,
        unit=recognised.unit or result.unit_text,  # a unit nobody knows is still not *no unit*
        range=recognised.range,
        flag=_flag(result.flag),
        effective=taken,
        status=result.status,
    )
    return measured, interpret.judge(measured, person, taken or date.fromisoformat(at[:10]), catalogue)


def _flag(mark: str | None) -> Interpretation | None:
    match mark:
        case "N" | "L" | "LL" | "H" | "HH" | "A" | "AA":
            return mark
    return None

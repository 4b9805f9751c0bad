"""Whose a record is: found by identifier, or by name and birth date together, or not at all."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from sqlalchemy import Connection, select

from clinical.types import Person, Sex
from record import people
from record.incoming import IncomingPatient, Malformed, Parcel, Skipped
from record.tables import patient
from record.view import CURRENT_MEDICINES, PAST_CONDITIONS, person_of, whole_date


@dataclass
class Owners:
    """Which of our patients each reference in a parcel means, and what was odd about them."""

    by_ref: dict[str, str] = field(default_factory=dict)
    skipped: list[Skipped] = field(default_factory=list)


def settle(connection: Connection, parcel: Parcel, patient_id: str | None, at: str) -> Owners:
    """Find or make everyone a parcel is about; Malformed when whose it is cannot be said.

    With `patient_id` all of it must be that one person's; LookupError when there is no such patient.
    """
    owners = Owners()
    described = {someone.ref: someone for someone in parcel.patients}
    refs = _refs(parcel)
    if patient_id is None:
        owners.by_ref = {ref: _owner(connection, described.get(ref), at, owners) for ref in refs}
        return owners
    if len(refs) > 1:
        raise Malformed("subject", f"the file is about {len(refs)} patients, and it was sent for one")
    if connection.scalar(select(patient.c.id).where(patient.c.id == patient_id)) is None:
        raise LookupError("there is no such patient")
    for someone in described.values():
        _complete(connection, patient_id, someone, owners)
    owners.by_ref = dict.fromkeys(refs or [""], patient_id)
    return owners


def foresee(connection: Connection, parcel: Parcel, patient_id: str | None) -> dict[str, Person]:
    """Who each will be once the parcel is in, read without a lock.

    Judging takes most of an import's time; done ahead for these persons, it does not keep the one
    writer of SQLite waiting. Should the guess be wrong, the results are judged again in their place.
    """
    described = {someone.ref: someone for someone in parcel.patients}
    return {ref: _foreseen(connection, parcel, described.get(ref), ref, patient_id) for ref in _refs(parcel)}


def _foreseen(
    connection: Connection, parcel: Parcel, someone: IncomingPatient | None, ref: str, patient_id: str | None
) -> Person:
    known = patient_id or (_known(connection, someone) if someone else None)
    try:
        person = person_of(connection, known) if known else Person()
    except LookupError:
        person = Person()
    mine = [fact for fact in parcel.facts if fact.patient == ref]
    held = {f.text for f in mine if f.kind == "condition" and f.status not in PAST_CONDITIONS}
    taken = {f.text for f in mine if f.kind == "medication" and f.status in (None, *CURRENT_MEDICINES)}
    return Person(
        sex=person.sex or cast(Sex | None, someone.sex if someone else None),
        birth_date=person.birth_date or whole_date(someone.birth_date if someone else None),
        pregnant=person.pregnant,
        conditions=tuple(sorted(held.union(person.conditions))),
        medicines=tuple(sorted(taken.union(person.medicines))),
    )


def _refs(parcel: Parcel) -> list[str]:
    refs = [someone.ref for someone in parcel.patients]
    refs += [result.patient for result in parcel.results]
    return list(dict.fromkeys([*refs, *(fact.patient for fact in parcel.facts)]))


def _owner(connection: Connection, someone: IncomingPatient | None, at: str, owners: Owners) -> str:
    """The patient with these identifiers, or a new one."""
    if someone is None:
        raise Malformed("subject", "the patient is not in the file: say whose record it is")
    known = _known(connection, someone) or _new(connection, someone, at)
    _complete(connection, known, someone, owners)
    for system, value in _identifiers(someone):
        people.add_identifier(connection, known, system, value)
    return known


def _new(connection: Connection, someone: IncomingPatient, at: str) -> str:
    """A patient with these identifiers, or the one another import has made of them in this very moment."""
    savepoint = connection.begin_nested()
    made = people.create_patient(connection, at=at)
    # In one order, so that two imports never wait for each other.
    if all([people.add_identifier(connection, made, *each) for each in sorted(set(_identifiers(someone)))]):
        savepoint.commit()
        return made
    savepoint.rollback()  # the other was first: its patient is the one, ours must not remain
    first = _known(connection, someone)
    if first is None:
        raise LookupError("the identifier was taken and is free again")
    return first


def _known(connection: Connection, someone: IncomingPatient) -> str | None:
    held = {people.find_by_identifier(connection, *identifier) for identifier in _identifiers(someone)}
    found = held - {None}
    if len(found) > 1:
        raise Malformed("Patient.identifier", "the identifiers belong to different patients")
    return next(iter(found), None)


def _identifiers(someone: IncomingPatient) -> tuple[tuple[str, str], ...]:
    """Without any identifier a person is known by name and birth date together, or not at all."""
    if someone.identifiers:
        return someone.identifiers
    if not (someone.family and someone.birth_date):
        raise Malformed(
            "Patient", "has no identifier, and not both name and birth date: say whose record it is"
        )
    words = "|".join((someone.family, someone.given or "", someone.birth_date)).casefold()
    return (("urn:kith:name-and-birth-date", hashlib.sha256(words.encode()).hexdigest()),)


def _complete(connection: Connection, patient_id: str, someone: IncomingPatient, owners: Owners) -> None:
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
    _note_identifiers(connection, patient_id, someone, owners)


def _note_identifiers(
    connection: Connection, patient_id: str, someone: IncomingPatient, owners: Owners
) -> None:
    for system, value in someone.identifiers:
        if people.find_by_identifier(connection, system, value) not in (None, patient_id):
            owners.skipped.append(Skipped("Patient.identifier", "it is already another patient's"))
        else:
            people.add_identifier(connection, patient_id, system, value)


def _contradict(one: str | None, other: str | None) -> bool:
    if not one or not other:
        return False
    shorter = min(len(one), len(other))
    return one[:shorter] != other[:shorter]


def by_owner(owners: Mapping[str, str]) -> dict[str, list[str]]:
    """The references of each patient: a file may speak of one person in several ways."""
    found: dict[str, list[str]] = {}
    for ref, owner in owners.items():
        found.setdefault(owner, []).append(ref)
    return found

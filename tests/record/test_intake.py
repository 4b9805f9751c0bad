"""Whose a record is, all of it or nothing, and never twice: the same on both databases."""

import json
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from sqlalchemy import Engine, func, select

from record import database, people, tables
from record.incoming import LONGEST, Malformed
from record.intake import ImportReport, sniff, take_in
from tests.record.samples import bundle, ccda, ccda_result, hl7, observation, patient

AT = "2026-03-09T14:00:00.000000Z"
PORTAL = "Test results\nPotassium 5.9 mmol/L (3.5-5.1) H\nSodium 140 mmol/L (136-145)\n"


def take(engine: Engine, content: str, format: str | None = None, **more: Any) -> ImportReport:
    return take_in(engine, content, format, name="file", at=AT, **more)


def rows(engine: Engine, table: Any = tables.observation) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(table)))


def count(engine: Engine) -> dict[str, int]:
    with database.reading(engine) as connection:
        return {
            name: connection.scalar(select(func.count()).select_from(table)) or 0
            for name, table in tables.metadata.tables.items()
        }


def new_patient(engine: Engine, **fields: Any) -> str:
    with engine.begin() as connection:
        return people.create_patient(connection, at=AT, **fields)


EACH_FORMAT = [
    ("fhir-r4", bundle(patient(), observation())),
    ("hl7v2", hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|3.5-5.1|H|||F")),
    ("ccda", ccda(ccda_result())),
    ("text", PORTAL),
]


@pytest.mark.parametrize(("format", "content"), EACH_FORMAT)
def test_each_format_is_recognised_and_taken(engine: Engine, format: str, content: str) -> None:
    assert sniff(content) == format
    who = new_patient(engine)
    report = take(engine, content, patient_id=who)
    assert report.patient_ids == (who,)
    taken = {row.code: row for row in rows(engine)}
    assert (taken["2823-3"].value, taken["2823-3"].unit, taken["2823-3"].origin) == (
        "5.9",
        "mmol/L",
        "measured",
    )
    assert taken["2823-3"].interpretation == "H"
    assert taken["2823-3"].released_at == AT


@pytest.mark.parametrize(("format", "content"), EACH_FORMAT)
def test_the_same_file_twice_changes_nothing(engine: Engine, format: str, content: str) -> None:
    who = new_patient(engine)
    first = take(engine, content, patient_id=who)
    before = count(engine)
    again = take(engine, content, patient_id=who)
    assert count(engine) == before
    assert (again.known_already, again.taken, again.unchanged) == (True, 0, first.taken)


def test_the_same_results_in_another_file_are_known(engine: Engine) -> None:
    take(engine, bundle(patient(), observation()))
    report = take(engine, bundle(patient(), observation(), observation(id="o2", value=140, code="2951-2")))
    assert (report.taken, report.unchanged) == (1, 1)
    assert len(rows(engine)) == 2


def test_results_can_wait_for_review(engine: Engine) -> None:
    take(engine, bundle(patient(), observation()), release=False)
    assert rows(engine)[0].released_at is None


def test_one_patient_by_identifier_across_formats(engine: Engine) -> None:
    first = take(engine, ccda(ccda_result()))
    second = take(
        engine, bundle(patient(identifier=[{"system": "urn:oid:1.2.3", "value": "MRN-1"}]), observation())
    )
    assert first.patient_ids == second.patient_ids


def test_without_an_identifier_name_and_birth_date_together_know_a_person(engine: Engine) -> None:
    first = take(engine, bundle(patient(identifier=[]), observation()))
    same = take(
        engine,
        bundle(patient(identifier=[], id="x"), observation(id="o2", subject={"reference": "Patient/x"})),
    )
    other = take(engine, bundle(patient(identifier=[], birthDate="1981-03-10"), observation()))
    assert first.patient_ids == same.patient_ids != other.patient_ids


def test_identifiers_beyond_what_a_clinic_needs_are_not_kept(engine: Engine) -> None:
    kinds = [
        {"type": {"coding": [{"code": code}]}, "system": f"urn:{code}", "value": "1"}
        for code in ("MR", "SS", "DL", "PPN")
    ]
    take(engine, bundle(patient(identifier=kinds), observation()))
    assert [row.system for row in rows(engine, tables.patient_identifier)] == ["urn:MR"]


def test_what_the_clinic_knows_is_not_overwritten_and_what_it_does_not_is_filled_in(engine: Engine) -> None:
    who = new_patient(engine, given="Ana", birth_date="1980")
    take(engine, bundle(patient(), observation()), patient_id=who)
    (known,) = rows(engine, tables.patient)
    assert (known.given, known.family, known.sex, known.birth_date) == ("Ana", "Kept", "female", "1980-03-10")


NOT_THEIRS = [
    ({"birth_date": "1979-03-10"}, bundle(patient(), observation()), "Patient.birthDate"),
    ({"birth_date": "1979"}, bundle(patient(), observation()), "Patient.birthDate"),
    ({}, bundle(patient(), patient(id="p2"), observation()), "2 patients"),
    ({}, bundle(patient(), observation(subject={"reference": "Patient/other"})), "2 patients"),
]


@pytest.mark.parametrize(("known", "content", "why"), NOT_THEIRS)
def test_another_persons_record_is_refused(
    engine: Engine, known: dict[str, str], content: str, why: str
) -> None:
    who = new_patient(engine, **known)
    before = count(engine)
    with pytest.raises(Malformed, match=why):
        take(engine, content, patient_id=who)
    assert count(engine) == before


WHOSE_UNKNOWN = [
    bundle(observation()),
    bundle(patient(identifier=[], birthDate=None), observation()),
    PORTAL,
    hl7("OBX|1|NM|2823-3^Potassium^LN||5.9", pid="PID|1||||Kept"),
]


@pytest.mark.parametrize("content", WHOSE_UNKNOWN)
def test_nobodys_record_is_refused(sqlite_engine: Engine, content: str) -> None:
    content = content.replace('"birthDate": null, ', "").replace(', "birthDate": null', "")
    before = count(sqlite_engine)
    with pytest.raises(Malformed):
        take(sqlite_engine, content)
    assert count(sqlite_engine) == before


def test_no_such_patient(sqlite_engine: Engine) -> None:
    with pytest.raises(LookupError):
        take(sqlite_engine, bundle(patient(), observation()), patient_id="nobody")


def test_a_file_with_one_wrong_resource_leaves_nothing_behind(engine: Engine) -> None:
    before = count(engine)
    wrong = observation(id="o2", valueQuantity={"value": "5,9"})
    with pytest.raises(Malformed, match=r"entry\[2\]\.resource\.valueQuantity\.value: is not a number"):
        take(engine, bundle(patient(), observation(), wrong))
    assert count(engine) == before


def test_a_batch_takes_the_messages_that_can_be_read(engine: Engine) -> None:
    good = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|||||F")
    bad = hl7("OBX|1|NM|2823-3^Potassium^LN||5.9|mmol/L|||||F|||never", control="MSG2")
    report = take(engine, f"FHS|^~\\&|LIS\r{good}\r{bad}\rFTS|1")
    assert report.taken == 1
    assert [(note.where, note.why) for note in report.refused] == [
        ("message 2 OBX[1]-14", "is not an HL7 time")
    ]


@pytest.mark.parametrize(("content", "format"), [("", None), (" \n", None), ("x", "pdf")])
def test_nothing_to_read(sqlite_engine: Engine, content: str, format: str | None) -> None:
    with pytest.raises(Malformed):
        take(sqlite_engine, content, format)


def test_text_without_results_says_so(sqlite_engine: Engine) -> None:
    report = take(
        sqlite_engine, "Name: JOHN DOE\nPhone: 123-456-7890\n", patient_id=new_patient(sqlite_engine)
    )
    assert report.taken == 0
    assert "no laboratory result was found" in report.summary()


def test_the_summary_is_one_line_for_a_person(sqlite_engine: Engine) -> None:
    report = take(sqlite_engine, bundle(patient(), observation(), {"resourceType": "Claim"}))
    assert report.summary() == (
        "taken 1 results and 0 conditions and medicines; not taken 1 (1 Claim is not something Kith keeps)"
    )


def test_what_was_taken_is_kept_as_a_report_without_values(engine: Engine) -> None:
    take(engine, bundle(patient(), observation(code="99999-9", value=777)))
    (batch,) = rows(engine, tables.import_batch)
    assert batch.report["taken"] == 1
    assert batch.report["kept_not_judged"][0]["where"] == "entry[1].resource"
    assert "777" not in json.dumps(batch.report)


def long_of(what: str, length: int) -> str:
    """A bundle in which one thing has this many characters."""
    text = "x" * length
    coding = {"system": text if what == "system" else "urn:lab", "code": text if what == "code" else "K"}
    mrn = {"system": "urn:mrn", "value": text if what == "identifier" else "1"}
    medicine = {"resourceType": "MedicationStatement", "id": "m1", "medicationCodeableConcept": {"text": "A"}}
    medicine |= {"status": text if what == "status" else "active", "subject": {"reference": "Patient/p1"}}
    return bundle(patient(identifier=[mrn]), observation() | {"code": {"coding": [coding]}}, medicine)


@pytest.mark.parametrize(("what", "longest"), list(LONGEST.items()))
def test_what_is_longer_than_any_database_takes_is_refused_by_name(
    engine: Engine, what: str, longest: int
) -> None:
    with pytest.raises(Malformed, match=f"its {what} is longer than {longest} characters"):
        take(engine, long_of(what, longest + 1))
    assert rows(engine) == []
    assert take(engine, long_of(what, longest)).taken == 1


def test_two_first_messages_about_one_person_at_once_make_one_patient(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both have found nobody before either has made them; SQLite's one writer keeps them apart anyway."""
    both, make = Barrier(2), people.create_patient

    def made_at_once(*given: Any, **named: Any) -> str:
        with suppress(BrokenBarrierError):
            both.wait(1)
        return make(*given, **named)

    monkeypatch.setattr(people, "create_patient", made_at_once)
    mrn = [{"system": "urn:mrn", "value": "7"}, {"system": "urn:other", "value": "8"}]
    files = [
        bundle(patient(identifier=ids), observation(id=f"o{number}", value=4.0 + number))
        for number, ids in enumerate((mrn, mrn[::-1]))
    ]
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda file: take_in(engine, file, name="file", at=AT), files))
    assert len(rows(engine, tables.patient)) == 1
    assert len({row.patient_id for row in rows(engine)}) == 1

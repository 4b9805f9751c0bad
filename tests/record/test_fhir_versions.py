"""FHIR as it really comes: STU3, US Core, results inside a report, vital signs, several people in a file."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, select

from record import database, tables
from record.fhir.export import export_patient
from record.incoming import Malformed
from record.intake import ImportReport, take_in
from tests.record.samples import LABORATORY, LOINC, bundle, observation, patient

AT = "2026-03-09T14:00:00.000000Z"


def take(engine: Engine, *resources: dict[str, Any]) -> ImportReport:
    return take_in(engine, bundle(*resources), "fhir-r4", name="file", at=AT)


def rows(engine: Engine, table: Any = tables.observation) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(table)))


def test_an_stu3_result(sqlite_engine: Engine) -> None:
    """`context` where R4 has `encounter`, `comment` where it has `note`, one concept where it has a list."""
    old = observation(
        context={"reference": "Encounter/e1"},
        comment="slightly hemolyzed",
        category=LABORATORY[0],
        interpretation={"coding": [{"system": "http://hl7.org/fhir/v2/0078", "code": "H"}]},
        related=[{"type": "has-member", "target": {"reference": "Observation/x"}}],
    )
    take(sqlite_engine, patient(), old)
    (row,) = rows(sqlite_engine)
    assert (row.value, row.interpretation, row.note) == ("5.9", "H", "slightly hemolyzed")


MEDICINES = [
    # what is particular, and what is kept: (text, status), or None
    ({"taken": "y"}, ("Metformin", "active")),
    ({"taken": "n"}, None),
    ({"status": "not-taken"}, None),
    ({"context": {"reference": "Encounter/e1"}}, ("Metformin", "active")),
    ({"resourceType": "MedicationRequest", "intent": "order"}, ("Metformin", "active")),
    ({"resourceType": "MedicationRequest", "doNotPerform": True}, None),
    ({"resourceType": "MedicationOrder", "subject": None, "patient": {"reference": "Patient/p1"}},
     ("Metformin", "active")),
    (
        {
            "medicationCodeableConcept": None,
            "medicationReference": {"reference": "#m"},
            "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Insulin glargine"}}],
        },
        ("Insulin glargine", "active"),
    ),
    (
        {"medicationCodeableConcept": None, "medicationReference": {"display": "Aspirin 81 mg"}},
        ("Aspirin 81 mg", "active"),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("change", "kept"), MEDICINES)
def test_medicines_of_every_version(
    sqlite_engine: Engine, change: dict[str, Any], kept: tuple[str, str] | None
) -> None:
    made = {
        "resourceType": "MedicationStatement",
        "id": "m1",
        "status": "active",
        "medicationCodeableConcept": {"text": "Metformin"},
        "subject": {"reference": "Patient/p1"},
    } | change
    take(sqlite_engine, patient(), {key: value for key, value in made.items() if value is not None})
    assert [(row.text, row.status) for row in rows(sqlite_engine, tables.medication)] == (
        [kept] if kept else []
    )


def test_a_condition_that_ended_is_over(sqlite_engine: Engine) -> None:
    ended = {
        "resourceType": "Condition",
        "id": "c1",
        "code": {"text": "Pneumonia"},
        "verificationStatus": "confirmed",
        "subject": {"reference": "Patient/p1"},
        "abatementDateTime": "2020-01-01",
    }
    take(sqlite_engine, patient(), ended)
    assert [row.clinical_status for row in rows(sqlite_engine, tables.condition)] == ["resolved"]


def test_us_core_profiles_and_extensions_are_passed_over(sqlite_engine: Engine) -> None:
    core = "http://hl7.org/fhir/us/core/StructureDefinition/"
    race = {"url": f"{core}us-core-race", "extension": [{"url": "text", "valueString": "White"}]}
    profile = {"profile": [f"{core}us-core-observation-lab|7.0.0"]}
    who = patient(extension=[race, {"url": f"{core}us-core-birthsex", "valueCode": "F"}])
    who |= {"_birthDate": {"extension": [{"url": "x", "valueDateTime": "1980-03-10T08:00:00Z"}]}}
    result = observation(meta=profile, _status={"id": "a"}, performer=[{"display": "Lab"}], encounter={})
    assert take(sqlite_engine, who, result).taken == 1


PRESSURE = {
    "resourceType": "Observation",
    "id": "bp",
    "status": "final",
    "category": [{"coding": [{"code": "vital-signs"}]}],
    "code": {"coding": [{"system": LOINC, "code": "85354-9"}], "text": "Blood pressure"},
    "subject": {"reference": "Patient/p1"},
    "effectiveDateTime": "2026-03-01",
    "component": [
        {
            "code": {"coding": [{"system": LOINC, "code": code}], "text": text},
            "valueQuantity": {"value": value, "unit": "mmHg", "code": "mm[Hg]"},
        }
        for code, text, value in (("8480-6", "Systolic", 182), ("8462-4", "Diastolic", 101))
    ],
}


def test_blood_pressure_is_kept_in_its_parts_and_not_judged(engine: Engine) -> None:
    report = take(engine, patient(), PRESSURE)
    kept = {row.code: row for row in rows(engine)}
    assert {code: (row.category, row.value, row.interpretation, row.tier) for code, row in kept.items()} == {
        "8480-6": ("vital-signs", "182", None, None),
        "8462-4": ("vital-signs", "101", None, None),
    }
    assert [note.where for note in report.kept_not_judged] == [
        "entry[1].resource.component[0]",
        "entry[1].resource.component[1]",
    ]
    assert rows(engine, tables.task) == []
    with engine.begin() as connection:
        exported = export_patient(connection, report.patient_ids[0])
    signs = [e["resource"] for e in exported["entry"] if e["resource"]["resourceType"] == "Observation"]
    assert {each["category"][0]["coding"][0]["code"] for each in signs} == {"vital-signs"}


def report_with(*contained: dict[str, Any], **more: Any) -> dict[str, Any]:
    made = {
        "resourceType": "DiagnosticReport",
        "id": "r1",
        "status": "final",
        "category": [{"coding": [{"code": "LAB"}]}],
        "code": {"text": "Basic metabolic panel"},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-02-28",
        "contained": list(contained),
        "result": [{"reference": f"#{each['id']}"} for each in contained],
    }
    return made | more


def inner(**more: Any) -> dict[str, Any]:
    return observation(subject=None, category=None, effectiveDateTime=None, **more)


def test_results_inside_a_report_are_its_patients_and_of_its_date(engine: Engine) -> None:
    inside = report_with(inner(id="a"), inner(id="b", code="99999-9", value=3))
    assert take(engine, patient(), inside).taken == 2
    kept = {row.code: row for row in rows(engine)}
    assert (kept["2823-3"].effective_at, kept["2823-3"].interpretation) == ("2026-02-28", "H")
    assert (kept["99999-9"].analyte, kept["99999-9"].interpretation) == (None, None)
    again = take(engine, patient(gender="female"), inside, {"resourceType": "Claim"})
    assert (again.taken, again.unchanged) == (0, 2)


def test_the_same_inner_id_in_another_report_is_another_result(sqlite_engine: Engine) -> None:
    one, other = report_with(inner(id="a")), report_with(inner(id="a", value=4.1), id="r2")
    assert take(sqlite_engine, patient(), one, other).taken == 2


def test_a_report_says_what_of_it_is_missing(sqlite_engine: Engine) -> None:
    told = take(sqlite_engine, patient(), report_with(result=[{"reference": "Observation/elsewhere"}]))
    assert [(note.where, note.why) for note in told.refused] == [
        ("entry[1].resource.result[0]", "the result it refers to is not in the file")
    ]
    words = take(sqlite_engine, patient(), report_with(result=[], conclusion="All well"))
    assert [note.why for note in words.refused] == ["a report in words, without results"]


def test_a_wrong_result_inside_a_report_refuses_the_whole_file(engine: Engine) -> None:
    wrong = report_with(inner(id="a"), inner(id="b", valueQuantity={"value": "5,9"}))
    with pytest.raises(Malformed, match=r"entry\[1\]\.resource\.contained\[1\]\.valueQuantity\.value"):
        take(engine, patient(), wrong)
    assert rows(engine) == rows(engine, tables.patient) == []


UNMARKED = [
    # without a category: what else it says, and whether it is taken
    ({}, True),  # a test Kith knows
    ({"code": "99999-9"}, False),
    ({"code": "99999-9", "specimen": {"display": "Serum"}}, True),
    ({"code": "8867-4"}, False),  # a heart rate
    ({"code": "99999-9", "category": [{"text": "Laboratory"}]}, True),
]


@pytest.mark.parametrize(("change", "taken"), UNMARKED)
def test_a_result_that_does_not_say_that_it_is_one(
    sqlite_engine: Engine, change: dict[str, Any], taken: bool
) -> None:
    report = take(sqlite_engine, patient(), observation(**{"category": None, **change}))
    assert (report.taken, len(report.refused)) == ((1, 0) if taken else (0, 1))


def test_people_known_by_their_address_alone_are_not_mixed_up(engine: Engine) -> None:
    """In a transaction new resources have no id yet: only the entry's address tells them apart."""
    entries = []
    for number in (1, 2):
        who = patient(identifier=[{"system": "urn:mrn", "value": f"{number}"}])
        del who["id"]
        result = observation(value=number, subject={"reference": f"urn:uuid:{number}"})
        del result["id"]
        entries += [{"fullUrl": f"urn:uuid:{number}", "resource": who}, {"resource": result}]
    content = json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
    report = take_in(engine, content, name="file", at=AT)
    assert len(report.patient_ids) == len({row.patient_id for row in rows(engine)}) == 2


def test_a_patient_may_be_named_by_identifier_or_inside_the_result(sqlite_engine: Engine) -> None:
    mrn = {"system": "urn:oid:1.2.3", "value": "MRN-1"}
    by_number = observation(subject={"identifier": mrn})
    inside = observation(id="o2", subject={"reference": "#p"}, contained=[patient(id="p")])
    report = take(sqlite_engine, patient(), by_number, inside)
    assert (report.taken, len(report.patient_ids)) == (2, 1)


def test_a_patient_named_by_half_an_identifier_is_nobody(sqlite_engine: Engine) -> None:
    with pytest.raises(Malformed, match=r"subject\.identifier"):
        take(sqlite_engine, patient(), observation(subject={"identifier": {"value": "MRN-1"}}))


def test_a_search_answer_with_versions_in_its_references(sqlite_engine: Engine) -> None:
    result = observation(subject={"reference": "https://ehr.example/fhir/Patient/p1/_history/3"})
    entries = [
        {
            "fullUrl": "https://ehr.example/fhir/Patient/p1",
            "resource": patient(),
            "search": {"mode": "match"},
        },
        {"resource": result},
        {"resource": {"resourceType": "OperationOutcome", "issue": []}},
    ]
    content = json.dumps({"resourceType": "Bundle", "type": "searchset", "total": 2, "entry": entries})
    report = take_in(sqlite_engine, content, name="file", at=AT)
    assert (report.taken, report.refused) == (1, ())


LATE = [
    # status now, then status and value of a message that comes late, what stands, and why
    ("corrected", "final", 9.5, "corrected", "a later version of it is known (corrected)"),
    ("final", "preliminary", 9.5, "final", "a later version of it is known (final)"),
    ("preliminary", "final", 9.5, "final", None),
    ("final", "amended", 9.5, "amended", None),
]


@pytest.mark.parametrize(("now", "late", "value", "stands", "why"), LATE)
def test_an_old_message_that_comes_late_undoes_nothing(
    engine: Engine, now: str, late: str, value: float, stands: str, why: str | None
) -> None:
    take(engine, patient(), observation(status=now))
    report = take(engine, patient(), observation(status=late, value=value))
    assert [note.why for note in report.refused] == ([why] if why else [])
    assert stands in [row.status for row in rows(engine)]
    standing = [row.value for row in rows(engine) if row.status == stands]
    assert standing == ["5.9" if why else "9.5"]


def test_a_withdrawn_value_does_not_come_back_and_a_new_one_may(engine: Engine) -> None:
    for status, value in (("final", 5.9), ("entered-in-error", 5.9), ("final", 5.9)):
        report = take(engine, patient(), observation(status=status, value=value, comment=status))
    assert [note.why for note in report.refused] in (["the laboratory withdrew this value"], [])
    assert {row.status for row in rows(engine)} == {"entered-in-error"}
    take(engine, patient(), observation(value=4.2))
    assert [row.value for row in rows(engine) if row.status == "final"] == ["4.2"]


def test_a_remark_goes_out_again(engine: Engine) -> None:
    report = take(engine, patient(), observation(note=[{"text": "Taken after a meal"}, {"text": " "}]))
    with engine.begin() as connection:
        exported = export_patient(connection, report.patient_ids[0])
    (result,) = [e["resource"] for e in exported["entry"] if e["resource"]["resourceType"] == "Observation"]
    assert result["note"] == [{"text": "Taken after a meal"}]


def test_a_preliminary_value_that_is_confirmed_was_no_error(engine: Engine) -> None:
    for status in ("preliminary", "final"):
        report = take(engine, patient(), observation(status=status, value=4.2))
    assert [(row.value, row.status) for row in rows(engine) if row.status != "entered-in-error"] == [
        ("4.2", "final")
    ]
    assert report.replaced == 1

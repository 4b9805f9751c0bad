"""FHIR in: every way a value, a range, a status and a test come, and every way a file can be wrong."""

import json
from typing import Any

import pytest
from sqlalchemy import Engine, select

from record import database, tables
from record.incoming import Malformed
from record.intake import ImportReport, take_in
from tests.record.samples import LABORATORY, LOINC, bundle, observation, patient

AT = "2026-03-09T14:00:00.000000Z"


def take(engine: Engine, *resources: dict[str, Any], who: dict[str, Any] | None = None) -> ImportReport:
    return take_in(engine, bundle(who or patient(), *resources), "fhir-r4", name="file", at=AT)


def results(engine: Engine) -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(tables.observation).order_by(tables.observation.c.created_at)))


def only(engine: Engine, **more: Any) -> Any:
    take(engine, observation(**more))
    (row,) = results(engine)
    return row


VALUES = [
    # how it comes, and the value and comparator kept
    ({"valueQuantity": {"value": 5.9, "unit": "mmol/L"}}, "5.9", None),
    ({"valueQuantity": {"value": 0, "unit": "mmol/L"}}, "0", None),
    ({"valueQuantity": {"value": 30, "comparator": "<", "unit": "mmol/L"}}, "30", "<"),
    ({"valueQuantity": None, "valueString": "<0.5"}, "0.5", "<"),
    ({"valueQuantity": None, "valueString": " Trace "}, "Trace", None),
    ({"valueQuantity": None, "valueCodeableConcept": {"text": "Detected"}}, "Detected", None),
    (
        {"valueQuantity": None, "valueCodeableConcept": {"coding": [{"code": "1", "display": "Not seen"}]}},
        "Not seen",
        None,
    ),
    ({"valueQuantity": None, "valueBoolean": False}, "no", None),
    ({"valueQuantity": None, "valueInteger": 3}, "3", None),
    ({"valueQuantity": None, "valueRange": {"low": {"value": 3}, "high": {"value": 4}}}, "3-4", None),
    ({"valueQuantity": None, "valueRange": {"low": {"value": 3}}}, "3", ">="),
    (
        {"valueQuantity": None, "valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 160}}},
        "1:160",
        None,
    ),
]


@pytest.mark.parametrize(("change", "value", "comparator"), VALUES)
def test_values(sqlite_engine: Engine, change: dict[str, Any], value: str, comparator: str | None) -> None:
    row = only(sqlite_engine, **change)
    assert (row.value, row.comparator) == (value, comparator)


@pytest.mark.parametrize("written", ["4.40", "8.715572450346695", "0.50", "12000"])
def test_a_number_is_kept_digit_for_digit(sqlite_engine: Engine, written: str) -> None:
    content = bundle(patient(), observation(value=987654321)).replace("987654321", written)
    take_in(sqlite_engine, content, name="file", at=AT)
    assert results(sqlite_engine)[0].value == written


LIMITS = {"low": {"value": 3.5, "unit": "mmol/L"}, "high": {"value": 5.1, "unit": "mmol/L"}}
CHILD = {"age": {"low": {"value": 1, "code": "a"}, "high": {"value": 17, "unit": "years"}}}
ADULT = {"age": {"low": {"value": 18, "code": "a"}}}
RANGES = [
    # ranges, the patient's changes, and the limits and interpretation kept for 5.9
    ([LIMITS], {}, ("3.5", "5.1", "H")),
    ([{"low": {"value": 3.5}}], {}, ("3.5", None, "N")),
    ([{"text": "3.5 - 6.0"}], {}, ("3.5", "6.0", "N")),
    ([{"text": "M 3.0-5.0; F 5.0-7.0"}], {}, ("5.0", "7.0", "N")),
    ([{"text": "M 3.0-5.0; F 5.0-7.0"}], {"gender": "male"}, ("3.0", "5.0", "H")),
    ([LIMITS | ADULT, {"low": {"value": 5}, "high": {"value": 7}} | CHILD], {}, ("3.5", "5.1", "H")),
    (
        [LIMITS | ADULT, {"low": {"value": 5}, "high": {"value": 7}} | CHILD],
        {"birthDate": "2008-03-02"},
        ("5", "7", "N"),
    ),
    (
        [LIMITS | ADULT, {"low": {"value": 5}, "high": {"value": 7}} | CHILD],
        {"birthDate": "2008-03-01"},
        ("3.5", "5.1", "H"),
    ),
    (
        [
            LIMITS | {"appliesTo": [{"text": "female"}]},
            {"high": {"value": 7}} | {"appliesTo": [{"text": "male"}]},
        ],
        {},
        ("3.5", "5.1", "H"),
    ),
    (
        [LIMITS, {"high": {"value": 7}, "type": {"coding": [{"code": "therapeutic"}]}}],
        {},
        ("3.5", "5.1", "H"),
    ),
    (
        [LIMITS, {"high": {"value": 7}}],
        {},
        (None, None, "H"),
    ),  # two that differ: neither is used, the catalogue is
]


@pytest.mark.parametrize(("ranges", "who", "kept"), RANGES)
def test_the_laboratorys_own_range(
    sqlite_engine: Engine, ranges: list[Any], who: dict[str, Any], kept: tuple[str | None, str | None, str]
) -> None:
    take(sqlite_engine, observation(referenceRange=ranges), who=patient(**who))
    (row,) = results(sqlite_engine)
    assert (row.low, row.high, row.interpretation) == kept


def test_a_range_in_another_unit_is_converted(sqlite_engine: Engine) -> None:
    unit = {"unit": "mg/dL", "system": "http://unitsofmeasure.org", "code": "mg/dL"}
    row = only(
        sqlite_engine,
        code="2345-7",
        value=4.9,
        referenceRange=[{"low": {"value": 70} | unit, "high": {"value": 99} | unit}],
    )
    assert (row.interpretation, row.rule, row.range_text) == ("N", "laboratory-range", "70-99 mg/dL")
    assert 3.8 < float(row.low) < 4.0


def test_a_range_in_a_unit_that_cannot_be_converted_judges_nothing(sqlite_engine: Engine) -> None:
    row = only(sqlite_engine, code="99999-9", referenceRange=[{"high": {"value": 1, "unit": "furlong"}}])
    assert (row.low, row.high, row.interpretation) == (None, None, None)


FLAGS = [("H", "H"), ("HH", "HH"), ("LU", "LL"), ("POS", None), ("S", None)]


@pytest.mark.parametrize(("mark", "kept"), FLAGS)
def test_the_laboratorys_mark_where_the_test_is_unknown(
    sqlite_engine: Engine, mark: str, kept: str | None
) -> None:
    assert (
        only(sqlite_engine, code="99999-9", interpretation=[{"coding": [{"code": mark}]}]).interpretation
        == kept
    )


def test_an_unknown_test_is_kept_as_it_came(sqlite_engine: Engine) -> None:
    report = take(sqlite_engine, observation(code="99999-9"))
    (row,) = results(sqlite_engine)
    assert (row.analyte, row.code, row.text, row.interpretation) == (
        None,
        "99999-9",
        "As the lab calls it",
        None,
    )
    assert len(report.kept_not_judged) == 1


NAMED = [
    # text, specimen, and the analyte a name alone may mean
    ("Potassium", None, "potassium"),
    ("Glucose", None, "glucose"),
    ("Glucose", "Urine, clean catch", None),
    ("Zzyzx", None, None),
]


@pytest.mark.parametrize(("text", "specimen", "analyte"), NAMED)
def test_a_name_is_enough_only_where_it_is_sure(
    sqlite_engine: Engine, text: str, specimen: str | None, analyte: str | None
) -> None:
    sample = observation(code=None)
    sample["code"] = {"text": text}
    sample |= {"specimen": {"display": specimen}} if specimen else {}
    take(sqlite_engine, sample)
    (row,) = results(sqlite_engine)
    assert row.analyte == analyte


def test_a_local_code_is_kept_beside_the_loinc_code_it_means(sqlite_engine: Engine) -> None:
    sample = observation()
    sample["code"] = {"coding": [{"system": "urn:local", "code": "K", "display": "Potassium"}]}
    take(sqlite_engine, sample)
    (row,) = results(sqlite_engine)
    assert (row.system, row.code, row.source_code) == (LOINC, "2823-3", "K")


STATUSES = [
    ("final", ["final"]),
    ("preliminary", ["preliminary"]),
    ("amended", ["amended"]),
    ("corrected", ["corrected"]),
    ("entered-in-error", []),
    ("cancelled", []),
    ("registered", []),
]


@pytest.mark.parametrize(("status", "kept"), STATUSES)
def test_statuses(sqlite_engine: Engine, status: str, kept: list[str]) -> None:
    take(sqlite_engine, observation(status=status))
    assert [row.status for row in results(sqlite_engine)] == kept


def test_a_status_kith_does_not_know_judges_nothing(sqlite_engine: Engine) -> None:
    assert only(sqlite_engine, status="unknown").interpretation is None


def test_a_correction_stands_and_the_wrong_value_is_marked(engine: Engine) -> None:
    take(engine, observation(value=9.5))
    report = take(engine, observation(value=5.9, status="corrected"))
    assert (report.taken, report.replaced) == (1, 1)
    assert {row.value: row.status for row in results(engine)} == {
        "9.5": "entered-in-error",
        "5.9": "corrected",
    }


def test_a_result_withdrawn_later_is_marked(engine: Engine) -> None:
    take(engine, observation())
    report = take(engine, observation(status="entered-in-error"))
    assert (report.taken, report.replaced) == (0, 1)
    assert [row.status for row in results(engine)] == ["entered-in-error"]


NOT_TAKEN = [
    {"category": [{"coding": [{"code": "survey"}]}]},
    {"category": None, "code": "99999-9"},
    {"valueQuantity": None},
    {"valueQuantity": {"unit": "mmol/L"}},
    {"valueQuantity": None, "valueString": "  "},
    {"valueQuantity": None, "dataAbsentReason": {"text": "clotted"}},
]


@pytest.mark.parametrize("change", NOT_TAKEN)
def test_what_is_no_laboratory_result_is_left_out_and_said(
    sqlite_engine: Engine, change: dict[str, Any]
) -> None:
    report = take(sqlite_engine, observation(**change))
    assert results(sqlite_engine) == []
    assert [note.where for note in report.refused] == ["entry[1].resource"]


def test_a_report_can_say_that_its_results_are_from_the_laboratory(sqlite_engine: Engine) -> None:
    report = {
        "resourceType": "DiagnosticReport",
        "category": [{"coding": [{"code": "LAB"}]}],
        "result": [{"reference": "Observation/o1"}],
    }
    take(sqlite_engine, observation(category=None), report)
    assert len(results(sqlite_engine)) == 1


def test_the_parts_of_a_panel_are_results(sqlite_engine: Engine) -> None:
    parts = [
        {"code": {"coding": [{"system": LOINC, "code": code}]}, "valueQuantity": {"value": value}}
        for code, value in (("2823-3", 4), ("2951-2", 140))
    ]
    take(sqlite_engine, observation(code="24326-1", valueQuantity=None, component=parts))
    assert {row.code: row.value for row in results(sqlite_engine)} == {"2823-3": "4", "2951-2": "140"}


def test_older_versions_are_read(sqlite_engine: Engine) -> None:
    """STU3 and DSTU2: one category instead of a list, family names as a list, fields R4 dropped."""
    old = observation(
        category=LABORATORY[0], comment="an STU3 field", interpretation={"coding": [{"code": "H"}]}
    )
    take(sqlite_engine, old, who=patient(name=[{"family": ["Van", "Kept"], "given": ["Old"]}]))
    assert results(sqlite_engine)[0].value == "5.9"


def test_conditions_and_medicines(sqlite_engine: Engine) -> None:
    whose = {"subject": {"reference": "Patient/p1"}}
    status = {"clinicalStatus": {"coding": [{"code": "active"}]}}
    kept = [
        {"resourceType": "Condition", "id": "c1", "code": {"text": "Kept condition"}, **status, **whose},
        {
            "resourceType": "Condition",
            "id": "c2",
            "code": {"text": "STU3 status"},
            "clinicalStatus": "resolved",
            **whose,
        },
        {
            "resourceType": "MedicationRequest",
            "id": "m1",
            "status": "active",
            "medicationCodeableConcept": {"text": "Kept medicine"},
            **whose,
        },
        {
            "resourceType": "MedicationStatement",
            "id": "m2",
            "status": "active",
            "medicationReference": {"reference": "Medication/d"},
            **whose,
        },
        {"resourceType": "Medication", "id": "d", "code": {"text": "Looked up"}},
    ]
    wrong = {"verificationStatus": {"coding": [{"code": "refuted"}]}}
    left_out = [
        {"resourceType": "Condition", "id": "c3", "code": {"text": "Ruled out"}, **wrong, **whose},
        {
            "resourceType": "MedicationRequest",
            "id": "m3",
            "status": "entered-in-error",
            "medicationCodeableConcept": {"text": "In error"},
            **whose,
        },
    ]
    report = take(sqlite_engine, *kept, *left_out)
    assert report.facts == 4
    with database.reading(sqlite_engine) as connection:
        conditions = dict(
            connection.execute(select(tables.condition.c.text, tables.condition.c.clinical_status)).all()
        )  # type: ignore[arg-type]
        medicines = set(connection.scalars(select(tables.medication.c.text)))
    assert conditions == {"Kept condition": "active", "STU3 status": "resolved"}
    assert medicines == {"Kept medicine", "Looked up"}


def test_one_resource_a_line(sqlite_engine: Engine) -> None:
    lines = "\n".join(
        json.dumps(one) for one in (patient(), observation(), observation(id="o2", code="2951-2", value=140))
    )
    assert take_in(sqlite_engine, lines, name="file", at=AT).taken == 2


MALFORMED = [
    ("{", r"line 1 column 2: not JSON"),
    ("[]", r"is not a FHIR resource"),
    ("{}", r"resourceType: is missing"),
    ('{"resourceType": "Bundle", "entry": {}}', r"entry: is not a list"),
    ('{"resourceType": "Bundle", "entry": [1]}', r"entry\[0\]: is not an object"),
    (
        '{"resourceType": "Bundle", "entry": [{"resource": 1}]}',
        r"entry\[0\]\.resource: is not a FHIR resource",
    ),
    (
        bundle(patient(birthDate="10.03.1980"), observation()),
        r"entry\[0\]\.resource\.birthDate: is not a FHIR dateTime",
    ),
    (bundle(patient(birthDate="1980-02-30"), observation()), r"entry\[0\]\.resource\.birthDate"),
    (bundle(patient(gender="F"), observation()), r"entry\[0\]\.resource\.gender"),
    (bundle(patient(), observation(status="done")), r"entry\[1\]\.resource\.status"),
    (bundle(patient(), observation(status=None)), r"entry\[1\]\.resource\.status: field required"),
    (bundle(patient(), observation() | {"code": {}}), r"entry\[1\]\.resource\.code: has neither"),
    (bundle(patient(), observation(value="5.9")), r"valueQuantity\.value: is not a number"),
    (bundle(patient(), observation(value=True)), r"valueQuantity\.value: is not a number"),
    (bundle(patient(), observation(value=1)).replace('"value": 1,', '"value": NaN,'), r"NaN is not a number"),
    (
        bundle(patient(), observation(value=1)).replace('"value": 1,', '"value": 1.0e999999,'),
        r"valueQuantity\.value",
    ),
    (
        bundle(patient(), observation(effectiveDateTime="yesterday")),
        r"effectiveDateTime: is not a FHIR dateTime",
    ),
    (
        bundle(patient(), observation(referenceRange=[{"low": {"value": "x"}}])),
        r"referenceRange\[0\]\.low\.value",
    ),
    (
        bundle(patient(), patient(id="p2"), observation(subject=None)),
        r"subject: is missing, and the file has several",
    ),
    (json.dumps(patient()) + "\n{oops\n", r"line 2 column 2: not JSON"),
    ("[" * 100_000, r"nested too deep|not JSON"),
]


@pytest.mark.parametrize(("content", "why"), MALFORMED)
def test_a_malformed_file_is_refused_by_its_element(sqlite_engine: Engine, content: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        take_in(sqlite_engine, content, "fhir-r4", name="file", at=AT)
    assert results(sqlite_engine) == []

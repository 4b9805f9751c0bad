"""FHIR out: everything held of one patient, valid R4, and readable back."""

import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import Connection, insert

from record import people
from record.apply import apply
from record.fhir import codes
from record.fhir.export import export_patient
from record.tables import (
    attachment,
    condition,
    flag,
    medication,
    message,
    observation,
    outbox,
    patient,
    referral,
    related_person,
    screening_answer,
    statement,
    story_item,
    task,
)

AT = "2026-03-09T14:00:00.000000Z"


@pytest.fixture
def known(store: Connection) -> people.Contact:
    """A patient with one of everything, each value saying what should become of it."""
    contact = people.ensure_contact(store, "sms", "+12025550123", AT)
    who = {"patient_id": contact.patient_id}
    people.change_patient(
        store,
        contact.patient_id,
        given="Given",
        family="Family",
        birth_date="1980-03-10",
        sex="female",
        pregnant=False,
    )
    people.add_identifier(store, contact.patient_id, "urn:oid:1.2.3", "MRN-1")
    people.give_consent(store, contact.patient_id, "active", AT)
    store.execute(
        insert(condition).values(
            id="c1", text="Kept condition", clinical_status="active", onset="2012", **who
        )
    )
    store.execute(insert(medication).values(id="d1", text="Kept medicine", status="draft", **who))
    talk(
        store,
        contact,
        "m1",
        1,
        "in",
        "patient",
        "My potassium was >5.90, the car broke down and I lost my dad",
    )
    talk(store, contact, "m2", 2, "out", "kith", "Potassium helps nerves.", about=["2823-3"])
    apply(store, patient_id=contact.patient_id, message_id="m1", inbox_id="i1", at=AT, proposals=PROPOSALS)
    measured = {
        "id": "r9",
        "category": "laboratory",
        "origin": "measured",
        "status": "final",
        "source_system": "LIS",
    }
    measured |= {
        "text": "HCV",
        "value": "12-14",
        "unit": "mg/dL",
        "effective_at": "2026-03-01T08:00:00",
        "created_at": AT,
    }
    store.execute(insert(observation).values(**measured, **who))
    return contact


PROPOSALS: list[dict[str, Any]] = [
    {
        "kind": "observation",
        "analyte": "potassium",
        "loinc": "2823-3",
        "text": "potassium",
        "value": "5.90",
        "comparator": ">",
        "unit": "mmol/L",
        "unit_inferred": True,
        "low": "3.5",
        "high": "5.1",
        "interpretation": "H",
        "tier": "call-today",
        "rule": "catalogue-range",
        "effective": "2026-03-08",
        "quote": "potassium was >5.90",
    },
    {
        "kind": "statement",
        "category": "stressor",
        "code": "transportation-insecurity",
        "quote": "the car broke down",
    },
    {"kind": "statement", "category": "loss", "code": "grief", "quote": "I lost my dad"},
    {"kind": "statement", "category": "feeling", "code": "fear", "quote": "lost", "temporality": "past"},
    {"kind": "flag", "level": "soon", "code": "high-potassium", "quote": ">5.90", "rule": "r1"},
    {
        "kind": "task",
        "code": "call-back",
        "priority": "urgent",
        "description": "Call today",
        "quote": ">5.90",
    },
]


def talk(
    store: Connection,
    contact: people.Contact,
    name: str,
    seq: int,
    direction: str,
    author: str,
    text: str,
    **more: Any,
) -> None:
    ids = {"id": name, "patient_id": contact.patient_id, "conversation_id": contact.conversation_id}
    store.execute(
        insert(message).values(
            **ids, seq=seq, direction=direction, channel="sms", author=author, text=text, at=AT, **more
        )
    )


def exported(store: Connection, known: people.Contact) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in export_patient(store, known.patient_id)["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def test_it_is_valid_r4_as_json(store: Connection, known: people.Contact) -> None:
    written = json.dumps(export_patient(store, known.patient_id))
    assert Bundle.model_validate_json(written).type == "collection"


def test_every_reference_resolves_within_it(store: Connection, known: people.Contact) -> None:
    bundle = export_patient(store, known.patient_id)
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(addresses) == len(bundle["entry"])
    referred = set(references(bundle["entry"]))
    assert referred
    assert referred <= addresses


def references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for one in part for found in references(one)]
    if not isinstance(part, dict):
        return []
    own = [part["reference"]] if isinstance(part.get("reference"), str) else []
    return own + [found for value in part.values() for found in references(value)]


def test_nothing_is_left_out(store: Connection, known: people.Contact) -> None:
    assert {kind: len(found) for kind, found in exported(store, known).items()} == {
        "Patient": 1,
        "Observation": 29,  # pregnancy, two results, three statements, the standing of 23 needs
        "Condition": 1,
        "MedicationStatement": 1,
        "Consent": 1,
        "Flag": 1,
        "Task": 1,
        "Communication": 2,
        "Provenance": 2,  # what was told, what the laboratory sent
        "Device": 1,  # Kith, which put it together
    }


def test_a_told_result(store: Connection, known: people.Contact) -> None:
    result = next(
        one for one in exported(store, known)["Observation"] if one["code"].get("text") == "potassium"
    )
    del result["id"], result["issued"]
    me = {"reference": f"urn:uuid:{known.patient_id}"}
    unit = {"unit": "mmol/L", "system": codes.UCUM, "code": "mmol/L"}
    assert result == {
        "resourceType": "Observation",
        "extension": [
            {"url": "urn:kith:fhir:ext:origin", "valueCode": "told"},
            {"url": "urn:kith:fhir:ext:quote", "valueString": "potassium was >5.90"},
            {"url": "urn:kith:fhir:ext:message", "valueReference": {"reference": "urn:uuid:m1"}},
            {"url": "urn:kith:fhir:ext:rule", "valueString": "catalogue-range"},
            {"url": "urn:kith:fhir:ext:tier", "valueCode": "call-today"},
            {"url": "urn:kith:fhir:ext:unit-inferred", "valueBoolean": True},
            {"url": "urn:kith:fhir:ext:value-as-written", "valueString": "5.90"},
        ],
        "status": "final",
        "category": [{"coding": [{"system": codes.CATEGORY, "code": "laboratory"}]}],
        "code": {"coding": [{"system": codes.LOINC, "code": "2823-3"}], "text": "potassium"},
        "subject": me,
        "effectiveDateTime": "2026-03-08",
        "performer": [me],
        "valueQuantity": {"value": 5.9, "comparator": ">", **unit},
        "interpretation": [{"coding": [{"system": codes.INTERPRETATION, "code": "H", "display": "High"}]}],
        "referenceRange": [{"low": {"value": 3.5, **unit}, "high": {"value": 5.1, **unit}}],
    }
    assert codes.value_of(result) == (">5.90", "mmol/L")
    assert codes.interpretation_of(result) == "H"
    assert codes.unit_inferred(result)
    assert codes.quotes_of(result) == ("potassium was >5.90",)


def test_a_value_that_is_not_one_number(store: Connection, known: people.Contact) -> None:
    result = next(one for one in exported(store, known)["Observation"] if one["code"].get("text") == "HCV")
    assert codes.value_of(result) == ("12-14", "mg/dL")
    assert result["effectiveDateTime"] == "2026-03-01"  # a time without a zone is not an instant
    assert codes.interpretation_of(result) is None
    assert result["performer"] == [{"display": "LIS"}]


def test_words_and_the_needs_in_them(store: Connection, known: people.Contact) -> None:
    heard = [
        one
        for one in exported(store, known)["Observation"]
        if one["category"][0]["coding"][0]["code"] != "laboratory"
    ]
    words = {codes.quotes_of(one): codes.stressor_of(one) for one in heard if codes.quotes_of(one)}
    assert words == {
        ("the car broke down",): "transportation-insecurity",
        ("I lost my dad",): "grief",
        ("lost",): None,
    }


NOT_A_NEED = [
    {"subject": "other"},
    {"temporality": "past"},
    {"temporality": "feared"},
    {"polarity": "negated"},
]


@pytest.mark.parametrize("change", [{}, *NOT_A_NEED])
def test_only_the_persons_own_present_needs_count(
    store: Connection, known: people.Contact, change: dict[str, str]
) -> None:
    if change:
        store.execute(statement.update().values(**change))
    needs = {codes.stressor_of(one) for one in exported(store, known)["Observation"]} - {None}
    assert bool(needs) is not bool(change)


def test_what_was_taken_back(store: Connection, known: people.Contact) -> None:
    store.execute(statement.update().values(status="retracted"))
    store.execute(observation.update().values(status="entered-in-error"))
    found = exported(store, known)["Observation"]
    assert sorted(one["status"] for one in found) == ["entered-in-error", "entered-in-error", "final"]
    assert not any("valueString" in one for one in found if one["status"] == "final")


def test_the_conversation(store: Connection, known: people.Contact) -> None:
    told, said = exported(store, known)["Communication"]
    assert told["payload"][0]["contentString"].startswith("My potassium")
    assert "reasonCode" not in told
    assert codes.explained_by(said) == ("2823-3",)
    assert (told["status"], said["status"]) == ("completed", "completed")


@pytest.mark.parametrize(
    ("states", "status"),
    [
        (["queued"], "in-progress"),
        (["failed"], "not-done"),
        (["failed", "delivered"], "completed"),
        (["sending", "failed"], "in-progress"),
    ],
)
def test_whether_a_message_arrived(
    store: Connection, known: people.Contact, states: list[str], status: str
) -> None:
    for number, state in enumerate(states):
        point = (
            known.contact_point_id
            if not number
            else people.ensure_contact(store, "web", "w", AT, patient_id=known.patient_id).contact_point_id
        )
        store.execute(
            insert(outbox).values(
                id=f"o{number}",
                message_id="m2",
                conversation_id=known.conversation_id,
                contact_point_id=point,
                seq=2,
                state=state,
                next_attempt_at=AT,
                created_at=AT,
                updated_at=AT,
            )
        )
    assert exported(store, known)["Communication"][1]["status"] == status


def test_flags_tasks_and_facts(store: Connection, known: people.Contact) -> None:
    found = exported(store, known)
    assert codes.level_of(found["Flag"][0]) == "soon"
    assert codes.extended(found["Flag"][0], "quote") == ">5.90"
    assert (found["Task"][0]["priority"], found["Task"][0]["status"]) == ("urgent", "requested")
    assert found["Condition"][0]["onsetDateTime"] == "2012"
    assert (
        found["MedicationStatement"][0]["status"] == "intended"
    )  # drafts are what MedicationStatement calls so
    assert found["Consent"][0]["status"] == "active"
    assert found["Patient"][0]["identifier"] == [{"system": "urn:oid:1.2.3", "value": "MRN-1"}]


def test_an_empty_record_says_nothing_it_does_not_know(store: Connection) -> None:
    who = people.create_patient(store, at=AT)
    (only,) = export_patient(store, who)["entry"]
    assert set(only["resource"]) == {"resourceType", "id", "communication"}


def test_no_such_patient(store: Connection) -> None:
    with pytest.raises(LookupError):
        export_patient(store, "nobody")


def test_another_patients_things_are_not_in_it(store: Connection, known: people.Contact) -> None:
    other = people.create_patient(store, at=AT)
    assert len(export_patient(store, other)["entry"]) == 1


def test_every_table_about_a_patient_is_exported_or_is_machinery() -> None:
    """A table added later must be thought of here."""
    exported_tables = {
        patient, related_person, condition, medication, observation, statement, flag, task, message,
        screening_answer, story_item, referral, attachment,
    }  # fmt: skip
    machinery = {
        "inbox",
        "outbox",
        "conversation",
        "contact_point",
        "patient_identifier",
        "consent",
        "kept_result",  # when a result may be told; the result itself is exported
        "notice",
        "oncall_page",  # who was called about a danger; the flag itself is exported
    }
    about = {table for table in patient.metadata.tables.values() if "patient_id" in table.c}
    assert {table.name for table in about - exported_tables} <= machinery

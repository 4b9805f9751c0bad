"""The story as FHIR: forms, own words, needs, goals, caregivers. Denied, declined and never asked differ."""

import json
from collections import Counter
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from sqlalchemy import Connection, insert

from evaluation.outcome import read
from record import people
from record.apply import apply
from record.fhir import codes, needs_out
from record.fhir.export import export_patient
from record.sharing import Reader
from record.tables import message

AT = "2026-03-09T14:00:00.000000Z"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
TEXTS = {
    "m1": "the bus stopped running, we have enough food, I want to walk to church again and I lost my dad",
    "m2": "most days",
    "m3": "every day",
    "m4": "skip",
    "m5": "she cannot get to the store",
    "m6": "yes",
    "m7": "nobody picked up",
}


@pytest.fixture
def told(store: Connection) -> people.Contact:
    contact = people.ensure_contact(store, "sms", "+12025550123", AT)
    ids = {"patient_id": contact.patient_id, "conversation_id": contact.conversation_id}
    for seq, (name, text) in enumerate(TEXTS.items(), start=1):
        by = {"author": "caregiver", "author_name": "Ana"} if name == "m5" else {"author": "patient"}
        row = {
            "id": name,
            "seq": seq,
            "direction": "in",
            "channel": "sms",
            "text": text,
            "at": AT,
            **ids,
            **by,
        }
        store.execute(insert(message).values(**row))
    for name, proposals in PROPOSALS.items():
        who = contact.patient_id
        report = apply(
            store, patient_id=who, message_id=name, inbox_id=f"i{name}", proposals=proposals, at=AT
        )
        assert report.refused == []
    return contact


def statement(category: str, code: str | None, quote: str, **more: Any) -> dict[str, Any]:
    return {"kind": "statement", "category": category, "code": code, "quote": quote, **more}


def answer(screener: str, item: str, **more: Any) -> dict[str, Any]:
    return {"kind": "screening", "screener": screener, "round": f"r-{screener}", "item": item, **more}


PROPOSALS: dict[str, list[dict[str, Any]]] = {
    "m1": [
        statement("stressor", "transportation-insecurity", "the bus stopped running"),
        statement("stressor", "food-insecurity", "we have enough food", polarity="negated"),
        statement("goal", None, "I want to walk to church again", item="matters"),
        statement("loss", "grief", "I lost my dad"),
        {"kind": "story_item", "item": "matters", "status": "answered"},
        {"kind": "story_item", "item": "sleep", "status": "declined"},
        {"kind": "story_item", "item": "money", "status": "not-now"},
        {"kind": "story_item", "item": "number:food-insecurity", "status": "declined"},
    ],
    "m2": [answer("phq-2", "interest", codes="LA6570-1", quote="most days")],
    "m3": [answer("phq-2", "down", codes="LA6571-9", quote="every day")],
    "m4": [answer("ahc-hrsn", "living", absent="asked-declined")],
    "m5": [
        {"kind": "caregiver", "patient_is": "mother", "name": "Ana"},
        statement("stressor", "material-hardship", "she cannot get to the store", origin="told-by-caregiver"),
    ],
    "m6": [
        answer("ahc-hrsn", "utilities", codes="LA33-6", quote="yes"),
        {"kind": "referral", "resource": "211", "name": "211", "phone": "211", "need": "utility-insecurity"},
    ],
    "m7": [{"kind": "referral_outcome", "status": "not-reached", "quote": "nobody picked up"}],
}


def exported(store: Connection, told: people.Contact) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for entry in export_patient(store, told.patient_id)["entry"]:
        found.setdefault(entry["resource"]["resourceType"], []).append(entry["resource"])
    return found


def test_all_of_it_is_valid_r4_and_resolves(store: Connection, told: people.Contact) -> None:
    bundle = export_patient(store, told.patient_id)
    assert Bundle.model_validate_json(json.dumps(bundle)).type == "collection"
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    assert len(set(addresses)) == len(addresses)
    for reference in references(bundle["entry"]):
        assert reference in addresses


def references(part: Any) -> list[str]:
    if isinstance(part, list):
        return [found for one in part for found in references(one)]
    if not isinstance(part, dict):
        return []
    own = [part["reference"]] if isinstance(part.get("reference"), str) else []
    return own + [found for value in part.values() for found in references(value)]


def needs(store: Connection, told: people.Contact) -> dict[str, dict[str, Any]]:
    found = {}
    for one in exported(store, told)["Observation"]:
        if "valueString" not in one and one["category"][0]["coding"][0]["code"] == "social-history":
            found[one["code"]["coding"][0]["code"]] = one
    return found


def test_every_need_stands_there_once(store: Connection, told: people.Contact) -> None:
    assert set(needs(store, told)) == codes.SDOH_DOMAINS | codes.OWN_DOMAINS


STANDING = [
    ("transportation-insecurity", "Yes"),
    ("utility-insecurity", "Yes"),  # by a coded answer
    ("grief", "Yes"),
    ("food-insecurity", "No"),
    ("housing-instability", "asked-declined"),
    ("sleep", "asked-declined"),
    ("medical-cost-burden", "temp-unknown"),
    ("veteran-status", "not-asked"),
]


@pytest.mark.parametrize(("domain", "expected"), STANDING)
def test_told_denied_declined_put_off_and_never_asked_differ(
    store: Connection, told: people.Contact, domain: str, expected: str
) -> None:
    one = needs(store, told)[domain]
    if expected in ("Yes", "No"):
        assert one["valueCodeableConcept"]["coding"][0]["display"] == expected
        assert "dataAbsentReason" not in one
        assert one["derivedFrom"]
    else:
        assert one["dataAbsentReason"]["coding"][0]["code"] == expected
        assert "valueCodeableConcept" not in one


def test_a_z_code_is_proposed_and_no_condition_is_made_of_talk(
    store: Connection, told: people.Contact
) -> None:
    found = needs(store, told)
    (part,) = found["transportation-insecurity"]["component"]
    assert part["valueCodeableConcept"]["coding"][0]["code"] == "Z59.82"
    assert "not confirmed" in part["code"]["text"]
    assert "component" not in found["food-insecurity"]
    assert "Condition" not in exported(store, told)


def test_each_form_with_its_notice_and_its_codes(store: Connection, told: people.Contact) -> None:
    forms = {form["url"].rpartition(":")[2]: form for form in exported(store, told)["Questionnaire"]}
    assert set(forms) == {"phq-2", "ahc-hrsn"}
    assert "No permission required" in forms["phq-2"]["copyright"]
    assert forms["phq-2"]["code"][0]["code"] == "55757-9"
    first = forms["phq-2"]["item"][0]
    assert first["code"][0]["code"] == "44250-9"
    assert [option["valueCoding"]["code"] for option in first["answerOption"]][-1] == "LA6571-9"


def responses(store: Connection, told: people.Contact) -> dict[str, dict[str, Any]]:
    found = exported(store, told)["QuestionnaireResponse"]
    return {one["questionnaire"].rpartition(":")[2]: one for one in found}


def test_the_answers_as_codes_and_in_their_words(store: Connection, told: people.Contact) -> None:
    phq = responses(store, told)["phq-2"]
    assert phq["status"] == "completed"
    (given,) = phq["item"][0]["answer"]
    assert given["valueCoding"]["code"] == "LA6570-1"
    assert codes.extended(given, "quote") == "most days"
    ahc = {item["linkId"]: item for item in responses(store, told)["ahc-hrsn"]["item"]}
    assert ahc["utilities"]["answer"][0]["valueCoding"]["code"] == "LA33-6"
    assert ahc["living"]["extension"] == [{"url": ABSENT, "valueCode": "asked-declined"}]
    assert ahc["rides"]["extension"] == [{"url": ABSENT, "valueCode": "not-asked"}]


def test_the_score_only_of_the_whole_form(store: Connection, told: people.Contact) -> None:
    scores = [one for one in exported(store, told)["Observation"] if "valueInteger" in one]
    (score,) = scores
    assert score["code"]["coding"][0]["code"] == "55758-7"
    assert (score["valueInteger"], codes.interpretation_of(score)) == (5, "POS")


def test_the_story_in_own_words_or_why_not(store: Connection, told: people.Contact) -> None:
    items = {item["linkId"]: item for item in responses(store, told)["story"]["item"]}
    assert items["matters"]["answer"][0]["valueString"] == "I want to walk to church again"
    assert items["sleep"]["extension"] == [{"url": ABSENT, "valueCode": "asked-declined"}]
    assert items["money"]["extension"] == [{"url": ABSENT, "valueCode": "temp-unknown"}]
    assert set(items) == {"matters", "sleep", "money"}


def test_a_goal_is_proposed(store: Connection, told: people.Contact) -> None:
    (goal,) = exported(store, told)["Goal"]
    assert (goal["lifecycleStatus"], goal["description"]["text"]) == (
        "proposed",
        "I want to walk to church again",
    )


def test_a_caregiver_is_a_person_of_their_own(store: Connection, told: people.Contact) -> None:
    found = exported(store, told)
    (ana,) = found["RelatedPerson"]
    assert ana["name"] == [{"text": "Ana"}]
    here = f"urn:uuid:{ana['id']}"
    (spoken,) = [one for one in found["Communication"] if one["sender"]["reference"] == here]
    assert spoken["payload"][0]["contentString"] == TEXTS["m5"]
    (heard,) = [one for one in found["Observation"] if one.get("valueString") == TEXTS["m5"]]
    assert heard["performer"][0]["reference"] == here


def test_the_patient_is_the_author_and_kith_the_assembler(store: Connection, told: people.Contact) -> None:
    found = exported(store, told)
    (kith,) = found["Device"]
    first = next(one for one in found["Provenance"] if one["entity"][0]["what"]["reference"] == "urn:uuid:m1")
    who = {agent["type"]["coding"][0]["code"]: agent["who"]["reference"] for agent in first["agent"]}
    assert who == {"author": f"urn:uuid:{told.patient_id}", "assembler": f"urn:uuid:{kith['id']}"}


def test_a_number_given_and_what_came_of_it(store: Connection, told: people.Contact) -> None:
    tasks = exported(store, told)["Task"]
    given = [one for one in tasks if one["code"]["coding"][0]["code"] == "resource"]
    assert [(one["status"], one["businessStatus"]["text"]) for one in given] == [("failed", "not-reached")]


def test_the_evaluation_reads_the_same_as_before(store: Connection, told: people.Contact) -> None:
    """Standing needs and coded answers are no statements: nothing is counted twice, or as a lab result."""
    outcome = read(export_patient(store, told.patient_id))
    assert outcome.results == ()
    assert outcome.stressors == {"transportation-insecurity", "grief", "material-hardship"}
    assert Counter(outcome.quotes)["the bus stopped running"] == 1


def test_every_proposed_code_has_a_known_need_and_a_source() -> None:
    assert set(needs_out.icd10()) <= codes.SDOH_DOMAINS | codes.OWN_DOMAINS
    assert needs_out.table()["icd10"]["source"].startswith("https://")
    assert not {"intimate-partner-violence", "elder-abuse", "substance-use"} & set(needs_out.icd10())


def test_a_reader_sees_nothing_of_it_before_a_yes(store: Connection, told: people.Contact) -> None:
    for status, seen in ((None, False), ("active", True)):
        if status:
            people.give_consent(store, told.patient_id, status, AT)
        bundle = export_patient(store, told.patient_id, reader=Reader())
        kinds = {entry["resource"]["resourceType"] for entry in bundle["entry"]}
        assert ({"QuestionnaireResponse", "Questionnaire", "Goal"} <= kinds) is seen
        assert any("SDOH" in json.dumps(entry) for entry in bundle["entry"]) is seen

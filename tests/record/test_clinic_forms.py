"""A clinic's own form in the record: its answers stay readable, with its words and notice, once put away."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, insert

from clinical.screeners.clinic import parse
from record import clinic_forms, people, screening
from record.apply import apply
from record.fhir.screening_out import questionnaire, resources
from record.tables import message

AT = "2026-03-09T14:00:00.000000Z"
TEXT = (Path(__file__).parents[1] / "clinical/screeners/made_up_form.toml").read_text("utf-8")


@pytest.fixture
def answered(store: Connection) -> people.Contact:
    contact = people.ensure_contact(store, "sms", "+12025550123", AT)
    row = {
        "id": "m1", "patient_id": contact.patient_id, "conversation_id": contact.conversation_id, "seq": 1,
        "direction": "in", "channel": "sms", "author": "patient", "text": "most weeks", "at": AT,
    }  # fmt: skip
    store.execute(insert(message).values(**row))
    clinic_forms.keep(store, parse(TEXT), at=AT)
    given = {
        "kind": "screening", "screener": "made-up", "round": "r1", "item": "table", "codes": "LA28397-0",
        "quote": "most weeks",
    }  # fmt: skip
    report = apply(
        store, patient_id=contact.patient_id, message_id="m1", inbox_id="i1", proposals=(given,), at=AT
    )
    assert report.applied == [0]
    return contact


def test_it_may_be_asked_until_the_file_is_gone(store: Connection, answered: people.Contact) -> None:
    assert [form.id for form in clinic_forms.in_use(store)] == ["made-up"]
    clinic_forms.keep(store, (), at=AT)
    assert clinic_forms.in_use(store) == ()
    (found,) = screening.read(store, answered.patient_id)
    assert found.answers[0].item.text == "How often did your table stand empty in the past year?"
    assert found.needs == ("food-insecurity",)


def test_a_newer_file_stands_in_for_the_older(store: Connection, answered: people.Contact) -> None:
    clinic_forms.keep(store, parse(TEXT.replace("in the past year", "this year")), at=AT)
    (form,) = clinic_forms.in_use(store)
    assert form.items[0].text == "How often did your table stand empty this year?"


def test_as_fhir_it_carries_its_notice_codes_and_own_words(
    store: Connection, answered: people.Contact
) -> None:
    asked = screening.read(store, answered.patient_id)
    form, response, observation = resources(answered.patient_id, {}, asked)
    assert form == questionnaire(asked[0].screener)
    assert form["copyright"].startswith("(c) Nobody at all.")
    assert [item["code"][0]["code"] for item in form["item"]] == ["88122-7", "96778-6"]
    (given,) = response["item"][0]["answer"]
    assert given["valueCoding"]["code"] == "LA28397-0"
    assert given["extension"][0]["valueString"] == "most weeks"
    assert response["item"][1]["extension"][0]["valueCode"] == "not-asked"
    assert observation["code"]["coding"][0]["code"] == "88122-7"

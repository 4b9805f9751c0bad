"""A question Kith proposed for the visit is kept on a yes, once, and never as the person's own words."""

from typing import Any

import pytest
from sqlalchemy import Connection

from record.fhir.export import export_patient
from record.portrait import assemble
from record.tables import statement
from tests.record.test_apply import Talk

QUESTION = {
    "kind": "question",
    "text": "Could my pills change this?",
    "about": "potassium",
    "rule": "visit-question",
}


@pytest.fixture
def talk(store: Connection) -> Talk:
    return Talk(store)


def test_it_is_kept_in_kiths_words(talk: Talk) -> None:
    assert talk.say("yes", QUESTION).applied == [0]
    (row,) = talk.rows(statement)
    assert (row.category, row.origin, row.quote, row.item) == (
        "question",
        "agreed",
        QUESTION["text"],
        "potassium",
    )
    assert "yes" not in row.quote


def test_twice_is_once(talk: Talk) -> None:
    talk.say("yes", QUESTION)
    assert talk.say("yes please", QUESTION).already_known == [0]
    assert len(talk.rows(statement)) == 1


@pytest.mark.parametrize("wrong", [{"text": ""}, {"text": None}, {"quote": "x"}])
def test_what_is_not_one_is_refused(talk: Talk, wrong: dict[str, Any]) -> None:
    assert len(talk.say("yes", {**QUESTION, **wrong}).refused) == 1


def test_the_page_and_the_export_say_where_it_comes_from(talk: Talk) -> None:
    talk.say("yes", QUESTION)
    (shown,) = assemble(talk.store, talk.contact.patient_id).questions
    assert (shown.category, shown.origin, shown.text) == ("question", "agreed", QUESTION["text"])
    bundle = export_patient(talk.store, talk.contact.patient_id)
    resources = [entry["resource"] for entry in bundle["entry"]]
    (kept,) = [each for each in resources if each.get("valueString") == QUESTION["text"]]
    assert kept["performer"] == [{"display": "Kith"}]

"""RECAP and RESULTS: all of it from the record, and nothing that may not be told yet."""

from collections.abc import Callable
from typing import Any

import pytest

from actions.reply import Reply
from gateway import sms
from record import people
from record.ids import new_id
from record.tables import kept_result, observation, task
from tests.actions.explain.conftest import AT, Writer

Meet = Callable[..., Writer]


def text(reply: Reply) -> str:
    return " ".join(said.text for said in reply.said)


def measured(someone: Writer, analyte: str, value: str, *, kept: str | None = None, **more: Any) -> None:
    """A result a laboratory sent, kept back under a policy or told."""
    made = new_id()
    row = {
        "id": made, "patient_id": someone.contact.patient_id, "category": "laboratory", "origin": "measured",
        "status": "final", "analyte": analyte, "text": analyte, "value": value, "created_at": AT,
        "interpretation": "H", "tier": "next-visit", "released_at": None if kept else AT,
        "effective_at": "2026-11-18", **more,
    }  # fmt: skip
    with someone.room.engine.begin() as connection:
        connection.execute(observation.insert().values(**row))
        if kept:
            connection.execute(
                kept_result.insert().values(
                    id=new_id(), patient_id=someone.contact.patient_id, observation_id=made, policy=kept,
                    rule="r", status="waiting", created_at=AT,
                )
            )  # fmt: skip


@pytest.mark.parametrize("ask", ["RECAP", "recap please", "remind me"])
def test_it_gives_back_what_the_record_holds(meet: Meet, ask: str) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    someone.says("the bus stopped running so i miss my visits")
    someone.says("should I stop my water pill?", "ask_advice")
    said = text(someone.says(ask))
    assert "We went over: Potassium 5.9 (high)." in said
    assert "You told me:" in said
    assert "the bus stopped" in said
    assert "What comes next: Please call your care team today: 555-0100." in said
    assert 'To ask at your visit: "should I stop my water pill?"' in said
    assert sms.segments(said) <= 2


def test_plain_words_for_it_lead_to_it(meet: Meet) -> None:
    someone = meet()
    someone.says("my tsh is 8.2")
    assert "TSH 8.2 (high)" in text(someone.says("remind me what you told me", "recap"))


def test_before_anything_was_said_it_says_so(meet: Meet) -> None:
    assert "not gone over anything yet" in text(meet().says("recap"))


def test_a_test_without_a_number_is_named(meet: Meet) -> None:
    someone = meet()
    someone.says("what is ferritin?", "ask_test")
    assert "I told you about: Ferritin." in text(someone.says("recap"))


def test_the_most_pressing_comes_first_and_sets_what_is_next(meet: Meet) -> None:
    someone = meet()
    someone.says("my tsh is 8.2")
    someone.says("my potassium is 5.9")
    said = text(someone.says("recap"))
    assert said.index("Potassium") < said.index("TSH")
    assert "today" in said


def test_another_persons_result_is_not_theirs(meet: Meet) -> None:
    someone = meet()
    someone.says("my mom's potassium is 5.9")
    assert "5.9" not in text(someone.says("recap"))


def test_a_question_and_a_number_are_not_their_story(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    assert "You told me" not in text(someone.says("recap"))


def test_a_fear_that_was_set_right_is_not_handed_back(meet: Meet) -> None:
    someone = meet()
    someone.says("my hemoglobin is 9.8")
    someone.says("so that means I have cancer")
    assert "cancer" not in text(someone.says("recap"))


def test_what_was_taken_back_is_gone(meet: Meet) -> None:
    someone = meet()
    someone.says("the bus stopped running out here")
    someone.says("delete")
    someone.says("yes")
    assert "bus" not in text(someone.says("recap"))


def test_results_are_told_the_newest_first(meet: Meet) -> None:
    someone = meet()
    measured(someone, "sodium", "150", effective_at="2026-11-01")
    measured(someone, "potassium", "5.4", effective_at="2026-11-18")
    said = text(someone.says("RESULTS"))
    assert said.index("Potassium") < said.index("Sodium")


def test_of_one_day_what_is_out_of_range_comes_first(meet: Meet) -> None:
    someone = meet()
    measured(someone, "albumin", "4.1", interpretation="N")
    measured(someone, "potassium", "5.4")
    measured(someone, "zinc", "80", interpretation="N")
    said = text(someone.says("RESULTS"))
    assert said.index("Potassium") < min(said.index("Albumin"), said.index("Zinc"))


@pytest.mark.parametrize("ask", ["RESULTS", "what was my hiv result"])
def test_what_waits_for_a_review_is_not_told(meet: Meet, ask: str) -> None:
    someone = meet()
    measured(someone, "hiv", "Reactive", kept="after_review")
    said = text(someone.says(ask, "ask_my_results"))
    assert "Your care team looks at that result first" in said
    assert "eactive" not in said
    assert someone.tasks() == []


@pytest.mark.parametrize("ask", ["RESULTS", "what was my psa"])
def test_what_kith_never_tells_gets_a_call(meet: Meet, ask: str) -> None:
    someone = meet()
    measured(someone, "psa", "14", kept="never_by_bot")
    said = text(someone.says(ask, "ask_my_results"))
    assert "I have asked them to call you" in said
    assert "14" not in said
    assert someone.tasks() == ["asked-about-result"]
    someone.says("my results")
    assert someone.tasks() == ["asked-about-result"]


def test_an_older_one_is_told_and_the_newer_only_mentioned(meet: Meet) -> None:
    someone = meet()
    measured(someone, "psa", "3.1", effective_at="2025-05-01")
    measured(someone, "psa", "14", kept="after_review")
    said = text(someone.says("what was my psa", "ask_my_results"))
    assert "3.1" in said
    assert "There is a newer result too" in said
    assert "14" not in said


@pytest.mark.parametrize(
    "says", ["my potassium is 5.9", "what does potassium mean?", "recap", "show", "results"]
)
def test_no_answer_ever_holds_what_is_kept_back(meet: Meet, says: str) -> None:
    someone = meet("web")
    measured(someone, "potassium", "6.66", kept="after_review", unit="mmol/L")
    reply = someone.says(says, "ask_test")
    pages = [reply] + [someone.says("more") for _ in range(4)]
    assert not any("6.66" in str(page.payload()) for page in pages)


def test_who_has_the_number_now_is_not_shown_what_was_told_before(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 4.1")
    someone.says("the bus stopped running out here")
    shown = text(someone.says("show", "show"))
    assert "4.1" in shown
    assert "the bus stopped" in shown
    with someone.room.engine.begin() as connection:
        people.verify_identity(connection, someone.contact.patient_id, None)
        row = {
            "id": "t1", "patient_id": someone.contact.patient_id, "code": "check-identity",
            "priority": "urgent", "description": "Find out.", "status": "requested",
            "created_at": f"{AT[:11]}16{AT[13:]}",
        }  # fmt: skip
        connection.execute(task.insert().values(**row))
    shown = text(someone.says("show", "show"))
    assert "4.1" not in shown
    assert "the bus stopped" not in shown


def test_before_the_identity_check_nothing_measured_is_told(meet: Meet) -> None:
    someone = meet()
    measured(someone, "hiv", "Reactive", kept="after_review")
    with someone.room.engine.begin() as connection:
        people.verify_identity(connection, someone.contact.patient_id, None)
    assert "care team looks" not in text(someone.says("what was my hiv result", "ask_my_results"))

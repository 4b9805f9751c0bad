"""What is asked of the clinic: never accepted in words only, and never thanked for."""

from collections.abc import Callable
from typing import Any

import pytest

from actions import requests
from actions.reply import Reply
from actions.voice import table
from record.tables import task
from tests.actions.explain.conftest import Writer

Meet = Callable[..., Writer]
ROWS = table("requests")["request"]


def text(reply: Reply) -> str:
    return " ".join(each.text for each in reply.said)


@pytest.mark.parametrize("row", ROWS, ids=[row["case"] for row in ROWS])
def test_a_pattern_catches_its_case_and_leaves_the_other(row: dict[str, Any]) -> None:
    assert requests.found(row["case"]) == row["kind"]
    assert requests.found(row["refused"]) is None


@pytest.mark.parametrize(
    ("asks", "guess"),
    [
        ("should i go to the er", "ask_advice"),
        ("do i need to go to the hospital", "tell"),
        ("Should I take her to the ER?", "ask_advice"),
        ("should i call 911", "call_me"),
        (
            "i feel odd since lunch and my hands tingle a bit on and off, should i go to the emergency room",
            "tell",
        ),
    ],
)
def test_the_emergency_room_asked_about_is_answered_with_who_goes_and_a_task(
    meet: Meet, asks: str, guess: str
) -> None:
    someone = meet()
    found = text(someone.says(asks, guess))
    assert "Call 911 for" in found
    assert "If in doubt, go" in found
    assert "555-0100 now" in found
    assert [(row.code, row.priority) for row in someone.rows(task)] == [("asks-about-emergency", "urgent")]


def test_a_trip_to_the_emergency_room_that_was_told_is_heard(meet: Meet) -> None:
    someone = meet()
    assert "If in doubt" not in text(someone.says("i had to go to the er last night and sat for hours"))
    assert someone.tasks() == []


def test_the_number_that_came_with_it_is_explained_as_well(meet: Meet) -> None:
    found = text(meet().says("potassium 5.9 should i go to the er", "ask_result"))
    assert "Potassium 5.9 is high" in found
    assert "If in doubt, go" in found


@pytest.mark.parametrize(
    ("asks", "guess", "code"),
    [
        ("cancel my appointment tomorrow", "tell", "appointment-requested"),
        ("can I make an appointment for thursday", "tell", "appointment-requested"),
        ("running late", "not_now", "appointment-requested"),
        ("need a refill on lisinopril", "tell", "refill-requested"),
        ("I waited 3 hours and nobody called me back", "tell", "complaint"),
        ("why was i billed twice", "tell", "billing-question"),
    ],
)
def test_what_kith_cannot_do_is_said_and_a_person_is_told(
    meet: Meet, asks: str, guess: str, code: str
) -> None:
    someone = meet()
    found = text(someone.says(asks, guess))
    assert "555-0100" in found
    assert "told your team" in found
    assert "Thank you" not in found
    assert someone.tasks() == [code]


def test_a_request_that_waits_is_not_opened_twice(meet: Meet) -> None:
    someone = meet()
    someone.says("need a refill on lisinopril")
    someone.says("i need a refill please")
    assert someone.tasks() == ["refill-requested"]


@pytest.mark.parametrize(
    ("asks", "guess", "says"),
    [
        ("what time do you open", "tell", "front desk"),
        ("does my insurance cover this test", "ask_privacy", "your plan"),
        ("remind me to take my pill at 8pm", "tell", "can't set a reminder"),
    ],
)
def test_what_needs_no_person_is_told_who_can_help(meet: Meet, asks: str, guess: str, says: str) -> None:
    someone = meet()
    found = text(someone.says(asks, guess))
    assert says in found
    assert "told your team" not in found
    assert someone.tasks() == []


def test_a_need_told_with_a_request_is_heard_too(meet: Meet) -> None:
    someone = meet()
    reply = someone.says("can i cancel my appointment tomorrow the bus stopped running and i have no ride")
    assert "can't make or change visits" in reply.said[0].text
    assert len(reply.said) == 2
    assert "transportation-insecurity" in [row.code for row in someone.kept("stressor")]


@pytest.mark.parametrize("level", ["ask", "emergency"])
def test_nothing_stands_beside_the_words_of_safety(meet: Meet, level: str) -> None:
    assert text(meet().says("my chest hurts should i go to the er", "tell", level, ("chest-pain",))) == ""


@pytest.mark.parametrize(
    ("asks", "guess"),
    [
        ("do i have diabetes", "tell"),
        ("do I have kidney disease?", "tell"),
        ("how long do i have", "tell"),
        ("did the doctor see these", "tell"),
        ("will i need dialysis", "tell"),
        ("is it cancer", "ask_identity"),
    ],
)
def test_a_plain_question_is_saved_and_said_to_be_beyond_kith(meet: Meet, asks: str, guess: str) -> None:
    someone = meet()
    found = text(someone.says(asks, guess))
    assert "can't" in found
    assert "HUMAN" in found
    assert "Thank you" not in found
    assert [row.quote for row in someone.kept("question")] == [asks]


def test_without_notes_no_question_is_said_to_be_saved(meet: Meet) -> None:
    someone = meet(consent="rejected")
    assert "saved" not in text(someone.says("will i need dialysis"))
    assert someone.kept("question") == []


def test_a_question_that_answers_what_worries_them_is_that_answer(meet: Meet) -> None:
    someone = meet()
    someone.slots = {"question": "worry"}
    assert "can't answer" not in text(someone.says("will i need dialysis"))


def test_nobody_called_is_met_with_sorrow_and_the_request_is_raised_again(meet: Meet) -> None:
    someone = meet()
    someone.says("human", "ask_human")
    assert "sorry" in text(someone.says("nobody called", "call_me"))
    assert someone.tasks() == ["human-requested", "human-requested"]


def test_a_request_asked_after_is_not_answered_in_the_same_words_thrice(meet: Meet) -> None:
    someone = meet()
    someone.says("human", "ask_human")
    asks = ("did you call them?", "when will someone call me", "and now?")
    assert len({text(someone.says(each, "call_me")) for each in asks}) == len(asks)
    assert someone.tasks() == ["human-requested"]

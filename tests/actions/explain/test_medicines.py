"""A medicine that is gone or rationed, and the lab test that bears its name."""

from collections.abc import Callable

import pytest

from actions.reply import Reply
from tests.actions.explain.conftest import Writer

Meet = Callable[..., Writer]
SOON = ("soon", ("soon-medicine",))


def text(reply: Reply) -> str:
    return " ".join(each.text for each in reply.said)


@pytest.mark.parametrize(
    ("told", "guess"),
    [
        ("ran out of insulin yesterday", "ask_my_results"),
        ("i cant afford my insulin so i skip doses", "ask_advice"),
        ("stopped taking my lithium", "tell"),
        ("I ran out of my potassium pills", "ask_my_results"),
        ("ran out of insulin what should i do", "ask_advice"),
        ("i stopped my insulin, is that bad for my levels?", "ask_test"),
    ],
)
def test_a_medicine_that_is_gone_is_answered_with_a_call_today(meet: Meet, told: str, guess: str) -> None:
    found = text(meet().says(told, guess, *SOON))
    assert "call your care team about this today: 555-0100" in found


@pytest.mark.parametrize(
    ("told", "guess"),
    [
        ("ran out of insulin yesterday", "ask_my_results"),
        ("stopped taking my lithium", "tell"),
        ("ran out of insulin what should i do", "ask_advice"),
    ],
)
def test_no_lecture_on_the_test_of_that_name_follows(meet: Meet, told: str, guess: str) -> None:
    found = text(meet().says(told, guess, *SOON))
    assert "into your cells" not in found
    assert "how much lithium" not in found


def test_insulin_that_was_stolen_is_told_to_a_person_though_the_screen_was_silent(meet: Meet) -> None:
    someone = meet()
    found = text(someone.says("my insulin got stolen", "ask_my_results"))
    assert "about this today" in found
    assert "few short questions" not in found
    assert "medicine-not-taken" in someone.tasks()
    someone.says("my insulin was stolen", "ask_my_results")
    assert someone.tasks().count("medicine-not-taken") == 1


def test_a_question_about_insulin_itself_is_still_explained(meet: Meet) -> None:
    found = text(meet().says("what is insulin", "ask_test"))
    assert "Insulin moves sugar" in found
    assert "today" not in found


def test_in_the_middle_of_the_story_the_call_is_said_as_well(meet: Meet) -> None:
    someone = meet()
    someone.says("can i tell you my story", "begin_story")
    assert "about this today" in text(someone.says("i ran out of insulin on monday", "tell", *SOON))

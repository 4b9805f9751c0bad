"""Messages of signs alone, whatever Rasa takes them for."""

from collections.abc import Callable

import pytest

from actions.reply import Reply
from record.tables import task
from tests.actions.explain.conftest import Writer

Meet = Callable[..., Writer]
LIGHT = ("good one", "smile", "fun way", "Ha,")


def text(reply: Reply) -> str:
    return " ".join(each.text for each in reply.said)


@pytest.mark.parametrize("sign", ["😭😭😭", "💔", "😢", "😭!!", "🙏😢"])
def test_signs_of_grief_are_met_with_sorrow_and_time(meet: Meet, sign: str) -> None:
    found = text(meet().says(sign, "joke"))
    assert "sad" in found or "sorry" in found.lower()
    assert not any(each in found for each in LIGHT)
    assert "?" not in found


@pytest.mark.parametrize("sign", ["😡😡", "😱", "🫠", "🌧️"])
def test_no_other_sign_is_taken_for_a_joke(meet: Meet, sign: str) -> None:
    found = text(meet().says(sign, "joke"))
    assert not any(each in found for each in LIGHT)


def test_the_sign_for_help_names_where_help_is_and_opens_a_task(meet: Meet) -> None:
    someone = meet()
    found = text(someone.says("🆘", "joke"))
    assert "911" in found
    assert "988" in found
    assert [(row.code, row.priority) for row in someone.rows(task)] == [("sign-for-help", "urgent")]


def test_a_laugh_stays_a_laugh(meet: Meet) -> None:
    found = text(meet().says("😂😂", "joke"))
    assert any(each in found for each in LIGHT)


def test_an_open_question_waits_while_they_cry(meet: Meet) -> None:
    someone = meet()
    someone.slots = {"question": "worry"}
    someone.says("😭", "joke")
    assert someone.slots["question"] == "worry"

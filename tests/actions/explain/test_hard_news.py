"""Hard news, and the question after a number: met as that, not with a formula."""

from collections.abc import Callable

import pytest

from actions.reply import Reply
from tests.actions.explain.conftest import Writer

Meet = Callable[..., Writer]


def text(reply: Reply) -> str:
    return " ".join(each.text for each in reply.said)


@pytest.mark.parametrize(
    ("told", "guess"),
    [
        ("my biopsy came back malignant", "ask_my_results"),
        ("biopsy says adenocarcinoma", "tell"),
        ("CT showed a mass", "tell"),
        ("mammogram birads 4", "tell"),
    ],
)
def test_news_of_cancer_is_met_with_room_and_no_question(meet: Meet, told: str, guess: str) -> None:
    found = text(meet().says(told, guess))
    assert "lot to take in" in found or "hard news" in found
    assert "few short questions" not in found
    assert "any results for you" not in found


def test_is_it_cancer_after_a_number_is_a_question_about_that_number(meet: Meet) -> None:
    someone = meet(sex="male")
    someone.says("psa 9", "ask_result")
    found = text(someone.says("is it cancer", "ask_identity"))
    assert "one number" in found.casefold()
    assert "care team" in found
    assert "computer program" not in found

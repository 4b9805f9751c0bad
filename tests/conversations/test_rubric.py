"""The rubric itself: a conversation written to break each check breaks it, and a good one breaks none."""

import pytest

from tests.conversations import rubric
from tests.conversations.rubric import Turn

GOOD: list[Turn] = [
    (
        "the bus stopped running out here",
        ("It's tough to get around without the bus. Is there more you want to say?",),
    ),
    ("im scared, my potassium is 5.9", ("That sounds scary. Potassium 5.9 is high.",)),
    ("bye", ("Take care. You can come back when you like.",)),
]
BAD: list[tuple[str, list[Turn]]] = [
    ("twice", [("hi", ("I hear you. Go on.",)), ("so", ("I hear you. Say more.",))]),
    ("questions", [("hi", ("How do you sleep? Do you eat well?",))]),
    ("judged", [("i stopped my pills", ("You should have asked first. Your pills matter.",))]),
    ("comforted", [("i lost my job", ("Don't worry about your job.",))]),
    ("advised", [("i can't pay my rent", ("Have you tried a loan for the rent?",))]),
    ("feeling_first", [("im scared, my potassium is 5.9", ("Potassium 5.9 is high. That sounds scary.",))]),
    ("leave_first", [("ok", ("Do you feel safe at home, with the people around you?",))]),
    ("own_words", [("the bus stopped running out here", ("Thank you.",))]),
    ("own_words", [("my lights got cut off on monday", ("So my lights got cut off on monday.",))]),
    ("ending", [("bye", ("Noted.",))]),
]


def test_a_good_conversation_breaks_nothing() -> None:
    assert rubric.broken(GOOD) == []


@pytest.mark.parametrize(("check", "turns"), BAD, ids=[check for check, _ in BAD])
def test_each_check_can_fail(check: str, turns: list[Turn]) -> None:
    assert check in {each.split(":")[0] for each in rubric.broken(turns)}

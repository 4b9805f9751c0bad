"""What a message leads to in the record: nothing a person tells is lost between what was heard in it."""

from datetime import date

import pytest

from actions.proposing import statements
from actions.turn import Turn
from actions.voice import Clinic, Voice
from clinical.types import Person
from listening import stories
from record.view import PatientView

VIEW = PatientView(
    patient_id="p", conversation_id="c", at="2026-09-01T10:00:00.000000Z", given="Ana", family="Ruiz",
    person=Person(), language="en", timezone=None, identity_verified=True, consent="active", withheld=False,
    observations={}, statements=(), story={}, open_question=None, taken_over=False, flags=(), tasks=(),
)  # fmt: skip


def turn_of(text: str, intent: str = "tell") -> Turn:
    return Turn(
        text=text, message_id="m", channel="sms", author="patient", screen_level="none", intent=intent,
        today=date(2026, 9, 1), slots={}, view=VIEW, hearing=stories.hear(text), results=(), named=(),
        speaks_for=None, voice=Voice(Clinic("Riverbend", "555-0100"), 0),
    )  # fmt: skip


ROWS = [
    # message, what else of it is kept as the person's own words
    (
        "The results scared me. We drove home along the river that day.",
        ["We drove home along the river that day."],
    ),
    ("My lights got cut off", []),
    ("My lights got cut off. ok thanks", []),  # too short to be a story
    ("We went to see the lake today", ["We went to see the lake today"]),
    ("My mother loved that lake so much. I'm scared", ["My mother loved that lake so much."]),
]


@pytest.mark.parametrize(("text", "kept"), ROWS)
def test_what_is_said_around_a_need_is_kept_too(text: str, kept: list[str]) -> None:
    found = [each for each in statements(turn_of(text)) if each["rule"] == "own-words"]
    assert [each["quote"] for each in found] == kept
    assert all(text[each["start"] : each["end"]] == each["quote"] for each in found)


def test_a_yes_or_a_skip_tells_nothing() -> None:
    assert not [each for each in statements(turn_of("no I would rather not", "deny"))]

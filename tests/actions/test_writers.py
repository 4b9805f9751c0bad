"""Who writes, told by a name, by a word in answer to "who writes today?", or by what was said before."""

from dataclasses import replace

import pytest

from actions.writers import writes_for
from clinical.types import Person
from record.view import PatientView

KNOWN = PatientView(
    patient_id="p", conversation_id="c", at="2026-09-01T10:00:00.000000Z", given="Rosa", family="Ruiz",
    person=Person(), language="en", timezone=None, identity_verified=True, consent="active", withheld=False,
    observations={}, statements=(), story={}, open_question=None, taken_over=False, flags=(), tasks=(),
    caregiver="Ana", caregiver_for="mother",
)  # fmt: skip
UNKNOWN = replace(KNOWN, given=None, caregiver=None, caregiver_for=None)


@pytest.mark.parametrize(
    ("text", "before", "person"),
    [
        ("this is Rosa", "mother", None),
        ("it's me, not Ana", "mother", None),
        ("hi it's Ana", "mother", "mother"),
        ("she is so lonely", "mother", "mother"),
        ("Rosa is asleep", "mother", "mother"),
        ("this is Ana again", None, "mother"),
        ("this is her daughter", None, "mother"),
        ("my daughter Ana helps me", None, None),
        ("this is Rosa", None, None),
    ],
)
def test_a_name_says_who_writes(text: str, before: str | None, person: str | None) -> None:
    assert writes_for(text, before, KNOWN) == person


def test_two_of_one_name_are_not_told_apart_by_it() -> None:
    both = replace(KNOWN, caregiver="Rosa")
    assert writes_for("this is Rosa", "mother", both) == "mother"
    assert writes_for("this is Rosa herself, my daughter went home", "mother", both) is None


@pytest.mark.parametrize(
    ("text", "person"),
    [
        ("the patient", None),
        ("me", None),
        ("its me, Rosa", None),
        ("mom", None),
        ("la paciente", None),
        ("Ana", "mother"),
        ("me, Ana", "mother"),
        ("her daughter", "mother"),
        ("why do you ask", "mother"),
        ("me and my sister drove up on sunday to look at the house", "mother"),
    ],
)
def test_one_word_settles_it_where_it_was_asked(text: str, person: str | None) -> None:
    assert writes_for(text, "mother", KNOWN, asked=True) == person


def test_nothing_is_settled_where_it_was_not_asked() -> None:
    assert writes_for("me", "mother", KNOWN) == "mother"
    assert writes_for("me", "mother", UNKNOWN, asked=True) is None

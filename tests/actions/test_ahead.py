"""Reading ahead: each reading is used once, soon, and only for the words it was made of."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event

import pytest

from actions.ahead import FRESH, KEPT, Ahead
from actions.reading import Reading, Words
from clinical.types import Person
from listening import stories
from record.view import PatientView

VIEW = PatientView(
    patient_id="p", conversation_id="c", at="2026-09-01T10:00:00.000000Z", given="Ana", family="Ruiz",
    person=Person(), language="en", timezone=None, identity_verified=True, consent="active", withheld=False,
    observations={}, statements=(), story={}, open_question=None, taken_over=False, flags=(), tasks=(),
)  # fmt: skip
WORDS = Words("m1", "c", "the bus stopped running", "patient")


class Reader:
    """Reads in earnest, counts, and can be made to fail or to wait."""

    def __init__(self) -> None:
        self.read: list[Words] = []
        self.fails = 0
        self.go = Event()
        self.go.set()

    def __call__(self, words: Words) -> Reading:
        self.read.append(words)
        assert self.go.wait(10)
        if self.fails:
            self.fails -= 1
            raise LookupError("no such conversation")
        return Reading(words, VIEW.at, VIEW, stories.hear(words.text, author=words.author), (), ())


@pytest.fixture
def reader() -> Reader:
    return Reader()


def test_what_was_begun_is_taken_and_not_read_again(reader: Reader) -> None:
    ahead = Ahead(reader)
    ahead.begin(WORDS)
    assert ahead.take(WORDS).hearing == stories.hear(WORDS.text)
    assert reader.read == [WORDS]


def test_a_reading_is_used_once_because_the_record_may_have_changed(reader: Reader) -> None:
    ahead = Ahead(reader)
    ahead.begin(WORDS)
    ahead.take(WORDS)
    ahead.take(WORDS)
    assert len(reader.read) == 2


@pytest.mark.parametrize(
    "other",
    [
        replace(WORDS, text="the bus runs again"),
        replace(WORDS, author="caregiver"),
        replace(WORDS, conversation_id="another"),
    ],
)
def test_only_the_very_same_words_are_taken(reader: Reader, other: Words) -> None:
    ahead = Ahead(reader)
    ahead.begin(WORDS)
    assert ahead.take(other).words == other


@pytest.mark.parametrize(("age", "times"), [(FRESH - 0.1, 1), (FRESH + 0.1, 2)])
def test_an_old_reading_is_made_anew(reader: Reader, age: float, times: int) -> None:
    now = [100.0]
    ahead = Ahead(reader, clock=lambda: now[0])
    ahead.begin(WORDS)
    ahead._begun[WORDS.message_id][1].result()
    now[0] += age
    ahead.take(WORDS)
    assert len(reader.read) == times


def test_a_failure_ahead_is_tried_again_and_then_is_the_turns_own(reader: Reader) -> None:
    reader.fails = 1
    ahead = Ahead(reader)
    ahead.begin(WORDS)
    assert ahead.take(WORDS).words == WORDS
    reader.fails = 2
    ahead.begin(WORDS)
    with pytest.raises(LookupError):
        ahead.take(WORDS)


def test_a_message_asked_for_while_it_is_read_is_waited_for(reader: Reader) -> None:
    reader.go.clear()
    ahead = Ahead(reader)
    ahead.begin(WORDS)
    with ThreadPoolExecutor(1) as pool:
        taken = pool.submit(ahead.take, WORDS)
        reader.go.set()
        assert taken.result(10).words == WORDS
    assert len(reader.read) == 1


def test_what_nobody_asks_for_is_forgotten(reader: Reader) -> None:
    ahead = Ahead(reader)
    for number in range(KEPT + 5):
        ahead.begin(replace(WORDS, message_id=f"m{number}"))
    assert len(ahead._begun) == KEPT

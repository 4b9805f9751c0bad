"""What someone asks of their own record: each pattern catches its case and leaves its look-alike."""

import re
from typing import Any

import pytest

from actions import own_words
from actions.notes import asking
from actions.notes.lines import numbered, short
from actions.voice import Clinic, Voice, table
from record.view import Told

KINDS = ("keep_from", "stop_sharing", "start_sharing", "delete", "wrong", "which_line", "not_so", "over_now")
ROWS = [(kind, row) for kind in KINDS for row in table("control")[kind]]
OWN = table("own_words")["row"]


@pytest.mark.parametrize(("kind", "row"), ROWS, ids=[row["case"] for _, row in ROWS])
def test_a_pattern_catches_its_case_and_leaves_the_other(kind: str, row: dict[str, Any]) -> None:
    pattern = re.compile(row["pattern"], re.IGNORECASE)
    assert pattern.search(row["case"])
    assert not pattern.search(row["refused"])
    assert asking.search(kind, row["case"])


def test_every_table_says_where_its_words_are_from() -> None:
    assert table("control")["source"]
    assert table("own_words")["source"]


@pytest.mark.parametrize("row", OWN, ids=[row["case"] for row in OWN])
def test_a_word_of_theirs_comes_back_and_their_sentence_does_not(row: dict[str, Any]) -> None:
    said = own_words.line(
        Voice(Clinic("Riverbend", "555-0100")), row["category"], row.get("code", "x"), row["case"]
    )
    assert said is not None
    used = [word for word in row["words"] if re.search(rf"\b{re.escape(word)}\b", row["case"], re.I)]
    assert any(word.lower() in said.lower() for word in used)
    assert len(row["case"].split()) == 1 or row["case"] not in said.lower()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("the second one", 2),
        ("line 3", 3),
        ("number two", 2),
        ("the last one", -1),
        ("the 2nd", 2),
        ("my brother", None),
    ],
)
def test_a_line_is_meant_by_its_place(text: str, number: int | None) -> None:
    assert asking.numbered(text) == number


def told(quote: str, at: str, item: str | None = None) -> Told:
    return Told(quote + at, "story", None, quote, "patient", "now", "affirmed", "told", item, at)


def test_lines_are_numbered_once_each_and_parts_are_no_lines() -> None:
    lines = numbered(
        [told("i cry in the car. i have 2 kids", "1"), told("i cry in the car", "1"), told("no", "2", "food")]
    )
    assert [(line.number, line.quote, len(line.told)) for line in lines] == [
        (1, "i cry in the car. i have 2 kids", 2),
        (2, "food: no", 1),
    ]


def test_lines_are_found_by_the_words_in_them_whatever_their_form() -> None:
    lines = numbered([told("i cry in the car", "1"), told("my brother stole my rent", "2")])
    assert [line.number for line in asking.with_words(lines, "the part about crying")] == [1]
    assert [line.number for line in asking.with_words(lines, "the part about my brother")] == [2]
    assert asking.with_words(lines, "the part about my uncle") == []


def test_a_long_quote_is_cut_between_words() -> None:
    assert (
        short("i have not been to the pharmacy in two weeks because the bus stopped", 40)
        == "i have not been to the pharmacy in..."
    )


def test_no_line_is_said_twice_in_a_row() -> None:
    lines = ["One.", "Two."]
    assert Voice(Clinic("R", "5"), 0, frozenset({"One."})).pick(lines) == "Two."
    assert Voice(Clinic("R", "5"), 1, frozenset({"Two."})).pick(lines) == "One."

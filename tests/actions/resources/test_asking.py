"""Who asks for a number, and for what; what became of one that was given."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from actions.resources import asking, reached
from clinical.folding import fold
from record.fhir.codes import OWN_DOMAINS, SDOH_DOMAINS

TABLE = tomllib.loads((Path(__file__).parents[3] / "actions/words/resources.toml").read_text())


def asks(text: str) -> str | None:
    """The need a text asks a number for, with nothing else known of it."""
    return asking.named(text) if asking.holds(TABLE["wants"]["keywords"], fold(text)) else None


@pytest.mark.parametrize("row", TABLE["need"], ids=lambda row: row["code"])
def test_asked_for_in_plain_words(row: dict[str, Any]) -> None:
    assert asks(row["case"]) == row["code"]
    assert asks(row["refused"]) is None


@pytest.mark.parametrize(
    "text", ["I went to the food bank", "the bus is late", "my number was 5.9", "what is a high number"]
)
def test_a_story_asks_for_nothing(text: str) -> None:
    assert asks(text) is None


def test_every_need_has_a_name_and_a_code_there_is() -> None:
    assert {row["code"] for row in TABLE["need"]} <= set(TABLE["topic"])
    assert set(TABLE["topic"]) <= SDOH_DOMAINS | OWN_DOMAINS
    assert not {"intimate-partner-violence", "elder-abuse"} & set(TABLE["topic"])


@pytest.mark.parametrize("row", TABLE["outcome"], ids=lambda row: row["status"])
def test_what_became_of_it(row: dict[str, Any]) -> None:
    assert row["source"]
    assert reached.told(row["case"]) == row["status"]
    assert reached.told(row["refused"]) != row["status"]


OUTCOMES = [
    ("yes I called but nobody picked up", "not-reached"),  # the call was made, the help was not had
    ("No. My sister helped so I don't need it", "not-needed"),
    ("they said they can't help with rent", "not-reached"),
    ("I was on hold for an hour", "not-reached"),
    ("I talked to them, they were very nice", "reached"),
    ("maybe", None),
    ("my foot hurts", None),
]


@pytest.mark.parametrize(("text", "status"), OUTCOMES)
def test_longer_answers(text: str, status: str | None) -> None:
    assert reached.told(text) == status

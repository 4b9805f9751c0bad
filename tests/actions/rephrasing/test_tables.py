"""The guard's lists: each says why it is there, and none lets through what another refuses."""

import re
import tomllib
from importlib.resources import files

import pytest

from actions.rephrasing.words import listed, stem, table

TABLES = tomllib.loads(files("actions.rephrasing").joinpath("guard.toml").read_text())


@pytest.mark.parametrize("name", TABLES)
def test_every_list_says_why(name: str) -> None:
    assert len(TABLES[name]["why"]) > 30


@pytest.mark.parametrize("name", ["diagnosis", "dose", "links", "markup"])
def test_patterns_are_patterns(name: str) -> None:
    for pattern in table(name)["patterns"]:
        assert re.compile(pattern)
        assert not re.search(pattern, "Potassium is a salt that helps your heart beat.")


@pytest.mark.parametrize(
    "word",
    ["normal", "fine", "good", "bad", "safe", "high", "low", "up", "down", "always", "never", "not", "only",
     "just", "now", "today", "should", "must", "take", "stop", "call", "more", "less", "very", "too",
     "doctor", "cancer", "usual"],
)  # fmt: skip
def test_no_word_of_degree_worth_time_or_advice_is_free(word: str) -> None:
    assert stem(word) not in listed("allowed")


@pytest.mark.parametrize(
    ("one", "other"),
    [("levels", "level"), ("raised", "raises"), ("kidneys", "kidney"), ("boxes", "box"), ("stopping", "stop"),
     ("bodies", "body"), ("heart's", "heart"), ("rising", "rise"), ("means", "mean")],
)  # fmt: skip
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("high", "higher"), ("low", "lower"), ("can", "can't"), ("does", "doesn't")]
)
def test_words_that_mean_something_else_are_not(one: str, other: str) -> None:
    assert stem(one) != stem(other)

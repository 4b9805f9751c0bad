"""A bare yes or no: only a whole message counts, and what is unsure is a yes."""

import pytest

from listening.redflags.answers import RULE, answer, confirmed
from listening.redflags.tables import table


@pytest.mark.parametrize(
    ("text", "heard"),
    [
        ("yes", "yes"),
        ("YES!!", "yes"),
        ("Yeah.", "yes"),
        ("a little", "yes"),
        ("not sure", "yes"),
        ("I don\u2019t know", "yes"),
        ("s\u00ed", "yes"),
        ("un poco", "yes"),
        ("no", "no"),
        ("Nope :)", "no"),
        ("No, I'm ok", "no"),
        ("not right now", "no"),
        ("no gracias", "no"),
        ("", None),
        ("yes my potassium is 5.9", None),
        ("no chest pain but my arm is numb", None),
        ("no one cares", None),
        ("yesterday", None),
    ],
)
def test_answer(text: str, heard: str | None) -> None:
    assert answer(text) == heard


def test_nothing_is_both_a_yes_and_a_no() -> None:
    rows = table("answers.toml")["answers"]
    assert not set(rows["yes"]) & set(rows["no"])


@pytest.mark.parametrize(("kind", "level"), [("chest-pain", "emergency"), ("unclear-crisis", "crisis")])
def test_confirmed(kind: str, level: str) -> None:
    screening = confirmed(kind, "a little")
    [flag] = screening.flags
    assert (screening.level, flag.level, flag.kind, flag.rule) == (level, level, kind, RULE)
    assert flag.quote == "a little"

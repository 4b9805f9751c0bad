"""The fixed words: short, plain, by place and language, and honest about who is watching."""

import re
from dataclasses import replace
from typing import Any

import pytest

from clinical.reading_grade import grade
from gateway.sms import is_gsm
from listening import safety
from listening.redflags import RedFlag, Screening
from listening.redflags.tables import table
from listening.safety import _words

KINDS = table("kinds.toml")["kinds"]
WORDS: dict[str, Any] = _words()
TWO_SEGMENTS = 306
URGENT = [kind for kind, row in KINDS.items() if row["level"] in ("emergency", "crisis")]
PRIVATE = ("partner-abuse", "sexual-assault", "trafficking")


def heard(kind: str, level: str | None = None) -> Screening:
    level = level or KINDS[kind]["level"]
    flag = RedFlag(kind, level, "x", 0, 1, "patient", "r", "s")  # type: ignore[arg-type]
    return Screening(level, (flag,))  # type: ignore[arg-type]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("kind", URGENT)
@pytest.mark.parametrize("doubtful", [False, True])
def test_reply(kind: str, language: str, doubtful: bool) -> None:
    words = safety.reply(heard(kind, "ask" if doubtful else None), language=language)
    assert "911" in words
    assert "?" in words
    assert len(words) <= TWO_SEGMENTS
    assert is_gsm(words)
    assert ("automated" if language == "en" else "computadora") in words
    if language == "en":
        assert grade(words) <= 6


@pytest.mark.parametrize("language", ["en", "es"])
def test_a_crisis_heard_in_likeness_alone_is_asked_about(language: str) -> None:
    flag = RedFlag("unclear-crisis", "crisis", "x", 0, 1, "patient", "second-opinion", "s")
    likely = Screening("crisis", (flag, replace(flag, kind="unclear-soon", level="soon")))
    words = safety.reply(likely, language=language)
    assert safety.asks(likely)
    assert {"988", "911"} <= set(re.findall(r"\d+", words))
    assert KINDS["unclear-crisis"]["ask"][language].rstrip("?").split(", ")[-1] in words
    assert is_gsm(words)
    assert len(words) <= TWO_SEGMENTS
    for surer in (replace(flag, rule="answer"), replace(flag, kind="suicide")):
        known = Screening("crisis", (flag, surer))
        assert not safety.asks(known)
        assert safety.reply(known, language=language) != words


@pytest.mark.parametrize("kind", ["suicide", "self-harm", "suicide-other", "harm-others", "unclear-crisis"])
def test_crisis_line(kind: str) -> None:
    assert "988" in safety.reply(heard(kind))
    assert "988" in safety.reply(heard(kind), language="es")


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("overdose", "1-800-222-1222"),
        ("child-poisoning", "1-800-222-1222"),
        ("partner-abuse", "1-800-799-7233"),
        ("partner-abuse", "START"),
        ("sexual-assault", "1-800-656-4673"),
        ("child-abuse", "1-800-422-4453"),
        ("elder-abuse", "1-800-677-1116"),
        ("trafficking", "1-888-373-7888"),
    ],
)
def test_line(kind: str, number: str) -> None:
    assert number in safety.reply(heard(kind))
    assert number in safety.reply(heard(kind), language="es")


@pytest.mark.parametrize("kind", PRIVATE)
@pytest.mark.parametrize("language", ["en", "es"])
def test_phone_that_someone_else_may_read(kind: str, language: str) -> None:
    """The first words of a text show on a locked phone: they must not name what it is about."""
    words = safety.reply(heard(kind), language=language)
    assert words.startswith(("Is it safe to text", "Es seguro escribirle"))
    assert not re.search(r"abuse|violen|assault|rape|traffick|abuso|viola", words, re.IGNORECASE)


def test_pills_taken_to_die_gets_both_numbers() -> None:
    both = Screening("emergency", heard("overdose").flags + heard("suicide").flags)
    assert "911" in safety.reply(both)
    assert "988" in safety.reply(both)


def test_unknown_place_gets_no_wrong_number() -> None:
    for kind in URGENT:
        assert not re.search(r"\d{3}", safety.reply(heard(kind), place="XX"))


def test_nothing_heard_nothing_said() -> None:
    assert safety.reply(Screening("none")) == ""
    assert safety.follow_up(Screening("none")) == ""


@pytest.mark.parametrize("kind", URGENT)
def test_follow_up(kind: str) -> None:
    words = safety.follow_up(heard(kind))
    assert "911" in words
    assert grade(words) <= 6
    assert len(words) <= TWO_SEGMENTS


def test_ask_by_kind_and_whole() -> None:
    question = safety.ask("chest-pain")
    assert question == "Are you having chest pain right now?"
    assert question in safety.ask(heard("chest-pain", "ask"))


def test_every_use_has_a_reply_and_every_line_a_source() -> None:
    assert set(WORDS["uses"].values()) <= set(WORDS["replies"])
    assert set(WORDS["uses"]) <= set(KINDS)
    named = {name.removesuffix("_es").removesuffix("_text") for name in WORDS["lines"]["US"]}
    assert named <= set(WORDS["sources"])
    assert set(WORDS["lines"]["US"]) == set(WORDS["lines"]["other"])

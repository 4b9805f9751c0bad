"""The dialogue's log lines are JSON, and hold what we wrote, never what a library filled in."""

import json
import logging
import sys

import pytest

from bot.logs import JsonFormatter

CANARY = "zanzibar-7731"


def line(name: str, words: str, *given: object, error: bool = False) -> dict[str, str]:
    trouble = None
    if error:
        try:
            raise ValueError(CANARY)
        except ValueError:
            trouble = sys.exc_info()
    record = logging.LogRecord(name, logging.WARNING, __file__, 7, words, given, trouble)
    found: dict[str, str] = json.loads(JsonFormatter().format(record))
    return found


@pytest.mark.parametrize(
    ("name", "words", "given", "event"),
    [
        (
            "kith.channel",
            "message %s not handled: %s",
            ("id-1", "timeout"),
            "message id-1 not handled: timeout",
        ),
        ("rasa.core", "failed for %s", (CANARY,), "failed for %s"),
        ("rasa.core", f"failed for {CANARY}", (), "rasa.core says something"),
    ],
)
def test_what_a_line_says(name: str, words: str, given: tuple[object, ...], event: str) -> None:
    found = line(name, words, *given)
    assert (found["event"], found["logger"], found["level"]) == (event, name, "warning")


def test_an_error_is_its_kind_and_place() -> None:
    found = line("rasa.core", "it broke with %s", CANARY, error=True)
    assert found["error"].startswith("ValueError at test_logs.py:")
    assert CANARY not in json.dumps(found)

"""The person's own word in what is said back: "the bus", "your brother". Never their whole sentence."""

import re
from collections.abc import Iterator
from functools import cache

from actions.voice import Voice, table

TABLE = "own_words"


def line(voice: Voice, category: str, code: str, quote: str) -> str | None:
    """ "the bus stopped running out here" -> "It's tough to get around without the bus." """
    for row in _rows(category, code):
        if found := _word(row["words"], quote):
            return voice.pick(row["lines"], word=found)
    return None


def topic(category: str, code: str | None, quote: str) -> str | None:
    """What they spoke of, to be named days later: "the bus", "your brother"."""
    for row in _rows(category, code or ""):
        if "topic" in row and (found := _word(row["words"], quote)):
            return str(row["topic"]).format(word=found)
    named: str | None = table(TABLE)["topics"].get(code or category)
    return named


def _rows(category: str, code: str) -> Iterator[dict[str, list[str]]]:
    for row in table(TABLE)["row"]:
        if row["category"] == category and row.get("code", code) == code:
            yield row


def _word(words: list[str], quote: str) -> str | None:
    found = _pattern(tuple(words)).search(quote)
    return found[0].lower() if found else None


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Whole words only, the longest first."""
    longest = sorted(words, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b", re.IGNORECASE)

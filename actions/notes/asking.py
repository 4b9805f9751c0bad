"""What a message asks of the person's own record: the patterns of `words/control.toml`, tried in order."""

import re
from collections.abc import Sequence
from functools import cache

from actions.notes.lines import Line
from actions.voice import table

LONGEST = 600  # characters looked at: a wish about one's notes is short
NUMBERED = re.compile(
    r"\b(?:line|number|no\.?|#) ?(\d{1,2}|[a-z]+)"
    r"|\b(first|second|third|fourth|fifth|last)\b|\b(\d)(?:st|nd|rd|th)\b"
)


def search(kind: str, text: str) -> re.Match[str] | None:
    """The first pattern of a kind that is in the message: `search("keep_from", "dont tell dr lee")`."""
    plain = text[:LONGEST].replace("\u2019", "'")
    return next((found for pattern in _patterns(kind) if (found := pattern.search(plain))), None)


def words_of(text: str) -> set[str]:
    """The words that could tell one line from another."""
    found = re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))
    return {_stem(word) for word in found if word not in _small()}


def _stem(word: str) -> str:
    """ "crying" and "cry", "jobs" and "job": enough to find a line by."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word.removesuffix(ending)
    return word


def numbered(text: str) -> int | None:
    """The line meant by a number or its place: "the second one" is 2, "the last one" is -1."""
    place = NUMBERED.search(text.lower())
    return _number(next(filter(None, place.groups()))) if place else None


def _number(word: str) -> int | None:
    return int(word) if word.isdigit() else table("control")["numbers"].get(word)


def by_number(lines: Sequence[Line], number: int | None) -> Line | None:
    if number is None or not lines:
        return None
    if number == -1:
        return lines[-1]
    return next((line for line in lines if line.number == number), None)


def with_words(lines: Sequence[Line], text: str) -> list[Line]:
    """The lines that hold all that was named: "the part about my brother"."""
    wanted = words_of(text)
    return [line for line in lines if wanted and wanted <= words_of(line.quote)]


def nearest(lines: Sequence[Line], text: str) -> Line | None:
    """The newest line that shares most words with a text, where it shares any."""
    wanted = words_of(text)
    shared = [(len(wanted & words_of(line.quote)), line.number, line) for line in lines]
    best = max(shared, key=lambda each: each[:2], default=None)
    return best[2] if best and best[0] else None


@cache
def _patterns(kind: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(row["pattern"], re.IGNORECASE) for row in table("control")[kind])


@cache
def _small() -> frozenset[str]:
    return frozenset(table("control")["small"]["words"])

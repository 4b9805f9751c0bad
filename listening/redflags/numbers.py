"""Numbers a patient types beside a name: pressure, sugar, fever, pulse, oxygen, critical lab values."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from listening.redflags.tables import table
from listening.redflags.tokens import Sentence

_LOOK_AFTER, _LOOK_BEFORE = 7, 2


@dataclass(frozen=True, slots=True)
class _Row:
    concept: str
    names: frozenset[str]
    low: float
    high: float
    form: str
    unless: frozenset[str]


@cache
def _words(name: str) -> frozenset[str]:
    """Words around a number: "5.9 to 6.8", "168 over 110", "20 mg"."""
    return frozenset(table("numbers.toml")["words"][name].split())


@cache
def _rows() -> tuple[_Row, ...]:
    return tuple(_row(row) for row in table("numbers.toml")["number"])


def _row(row: dict[str, Any]) -> _Row:
    return _Row(
        row["concept"],
        frozenset(row.get("names", "").split()),
        float(row.get("from", 0)),
        float(row.get("to", 1e9)),
        row.get("form", "one"),
        frozenset(row.get("unless", "").split()),
    )


def readings(sentence: Sentence) -> Iterator[tuple[str, int, int]]:
    """Concept, first word and the word after the last, as the patterns answer."""
    numbers = [
        (index, token.word) for index, token in enumerate(sentence.tokens) if token.word[0] in ".0123456789"
    ]
    if not numbers:
        return
    pairs = list(_pairs(sentence, numbers))
    words = {token.word for token in sentence.tokens}
    for row in _rows():
        if row.form in ("systolic", "diastolic"):
            if pairs:
                yield from _pressures(row, pairs)
        elif not row.names.isdisjoint(words):
            yield from _singles(row, sentence, numbers, pairs)


def _pressures(row: _Row, pairs: list[tuple[float, float, int, int]]) -> Iterator[tuple[str, int, int]]:
    for systolic, diastolic, start, end in pairs:
        value = systolic if row.form == "systolic" else diastolic
        if row.low <= value < row.high:
            yield row.concept, start, end


def _pairs(sentence: Sentence, numbers: list[tuple[int, str]]) -> Iterator[tuple[float, float, int, int]]:
    """168/110, 168 over 110, 150s over 90s."""
    words = [token.word for token in sentence.tokens]
    for index, word in numbers:
        parts = word.split("/")
        end = index + 1
        if len(parts) == 1:
            after = [at for at in range(index + 1, min(index + 4, len(words)))]
            over = next((at for at in after if words[at] in _words("over")), None)
            if (
                over is None
                or over + 1 >= len(words)
                or any(words[at] != "s" for at in range(index + 1, over))
            ):
                continue
            parts, end = [word, words[over + 1]], over + 2
        if len(parts) == 2 and all(part.isdigit() for part in parts):
            upper, lower = (float(part) for part in parts)
            if 50 <= upper <= 300 and 20 <= lower < upper:
                yield upper, lower, index, end


def _singles(
    row: _Row, sentence: Sentence, numbers: list[tuple[int, str]], pairs: list[tuple[float, float, int, int]]
) -> Iterator[tuple[str, int, int]]:
    words = [token.word for token in sentence.tokens]
    taken = {index for _, _, start, end in pairs for index in range(start, end)}
    names = [index for index, word in enumerate(words) if word in row.names]
    for index, word in numbers:
        value = _value(word)
        if value is None or index in taken or not row.low <= value < row.high:
            continue
        if index + 1 < len(words) and words[index + 1] in _words("not_a_reading"):
            continue
        name = _owner(names, index, words, numbers)
        if name is not None and not row.unless & set(words[max(0, name - 3) : index + 3]):
            yield row.concept, min(name, index), max(name, index) + 1


def _owner(names: list[int], index: int, words: list[str], numbers: list[tuple[int, str]]) -> int | None:
    """The name just before the number, or just after it ("41 is my sugar")."""
    before = [
        name for name in names if 0 < index - name <= _LOOK_AFTER and "," not in words[name + 2 : index]
    ]
    if before:
        between = [at for at, _ in numbers if before[-1] < at < index]
        told_as_change = len(between) == 1 and words[index - 1] in _words("changes")
        return before[-1] if not between or told_as_change else None
    after = [name for name in names if 0 < name - index <= _LOOK_BEFORE]
    return after[0] if after and not any(after[0] < at <= after[0] + 3 for at, _ in numbers) else None


def _value(word: str) -> float | None:
    try:
        return float(word.replace(",", ""))
    except ValueError:
        return None

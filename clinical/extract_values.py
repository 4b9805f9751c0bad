"""The numbers of a text that can be results, with the unit, flag and range that stand beside them."""

import re
from functools import cache
from itertools import pairwise

from clinical import extract_marks as marks
from clinical import numbers, ranges
from clinical.extract_beside import attach
from clinical.extract_refusals import CLOCK, PHONE, is_beside_other_things, stands_free
from clinical.extract_value import Ground, Value
from clinical.numbers import Number
from clinical.tables import table
from clinical.types import ReferenceRange

RANGE_JOIN = re.compile(r"\s?(?:-|to|~|\ba\b)\s?")
TITER = re.compile(r"(?<![\d:.])<?\s?1\s?:\s?(\d{1,6}(?:,\d{3})?)(?![\d:]|\s?[ap]\.?m\b)")
GRADE = re.compile(r"\s?(?:\+{1,4}(?![\w+]|\s?\d)|plus\b)")
GRADES = {"1", "2", "3", "4"}


@cache
def _comparators() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = table("words")["comparators"]
    more, less = ("|".join(words[side]) for side in ("more", "less"))
    return re.compile(rf"\b(?:{more})\s?(?:a|the)?\s?$"), re.compile(rf"\b(?:{less})\s?(?:a|the)?\s?$")


def find(ground: Ground) -> list[Value]:
    """Every number that may be a result, in order."""
    text = ground.text
    taken = sorted({*ground.taken, *_phones(ground)})
    titers = [
        _titer(ground, match) for match in TITER.finditer(text) if not marks.overlaps(taken, *match.span())
    ]
    taken = sorted({*taken, *((value.start, value.number_end) for value in titers)})
    taken = sorted({*taken, *(span for span in _spans_of(CLOCK, text) if not marks.overlaps(taken, *span))})
    found = _numbers(ground, taken)
    return sorted([*titers, *found], key=lambda value: value.start)


def _phones(ground: Ground) -> list[tuple[int, int]]:
    """Phone numbers; right behind a test's name it is a result with its range: "1402 850-3900"."""
    return [
        span for span in _spans_of(PHONE, ground.text) if not {span[0] - 1, span[0] - 2} & ground.name_ends
    ]


def _spans_of(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


def _titer(ground: Ground, match: re.Match[str]) -> Value:
    sign = "<" if match[0].startswith("<") else ""
    value = Value(match.start(), match.end(), match.end(), (), titer=f"{sign}1:{match[1].replace(',', '')}")
    attach(ground, value)
    return value


def _numbers(ground: Ground, taken: list[tuple[int, int]]) -> list[Value]:
    text = ground.text
    digits = [number for number in numbers.find(text) if not marks.overlaps(taken, number.start, number.end)]
    words = [
        number for number in numbers.find_words(text) if not marks.overlaps(taken, number.start, number.end)
    ]
    values: list[Value] = []
    index = 0
    while index < len(digits):
        pair = index + 1 < len(digits) and _is_pair(ground, digits[index], digits[index + 1])
        parts = tuple(digits[index : index + (2 if pair else 1)])
        index += len(parts)
        value = _value(ground, parts)
        if value and not (values and values[-1].end > value.start):
            values.append(value)
    worded = [value for word in words if (value := _value(ground, (word,), worded=True))]
    return [*_ranges_first(ground, values), *worded]


def _ranges_first(ground: Ground, values: list[Value]) -> list[Value]:
    """ "GLUCOSE 65-99 mg/dL 112 H": in a line with the range first, the range is no result."""
    for value, following in pairwise(values):
        between = ground.text[value.end : following.start]
        if len(following.numbers) != 1 or following.sign or not (value.sign or value.hyphen):
            continue
        below = len(value.numbers) == 1 and ground.text[value.start] in "<>≤≥" and not value.flag
        alone = below or (len(value.numbers) == 2 and value.hyphen)
        if not alone or between.strip(" |") or value.end == following.start or following.range:
            continue
        ends = [ranges.number(number.readings[0]) for number in value.numbers]
        low, high = (
            (None if value.sign[0] == "<" else ends[0], None if value.sign[0] == ">" else ends[0])
            if below
            else ends
        )
        following.range = ReferenceRange(
            low, high, ground.original[value.start : value.number_end], ranges.LABORATORY
        )
        following.unit = following.unit or value.unit
        value.quoted = True
    return values


def _is_pair(ground: Ground, first: Number, second: Number) -> bool:
    """ "4-6" and "12 to 14", not "5.9 - 2024", not "6.1 to the 7th", and a dash that parts is no range."""
    text, between = ground.text, ground.text[first.end : second.start]
    if (
        "\u2014" in ground.original[first.end : second.start]
        or second.sign
        or not RANGE_JOIN.fullmatch(between)
    ):
        return False
    if between.strip() in {"a"} and not re.search(r"\bde\s*$", text[: first.start]):
        return False
    return not first.spaced and float(first.readings[0]) < float(second.readings[0])


def _value(ground: Ground, parts: tuple[Number, ...], *, worded: bool = False) -> Value | None:
    text, start, end = ground.text, parts[0].start, parts[-1].end
    value = Value(start, end, end, parts, parts[0].sign, worded=worded)
    value.hyphen = len(parts) == 2 and "-" in text[parts[0].end : parts[1].start]
    if not stands_free(ground, value) or is_beside_other_things(ground, value):
        return None
    grade = GRADE.match(text, end)
    if grade and grade[0].strip() in ("+", "plus") and len(parts) == 1 and parts[0].readings[0] in GRADES:
        value.grade = f"{parts[0].readings[0]}+"
        value.number_end = value.end = grade.end()
    if not value.sign:
        value.sign = _spoken_sign(text, start)
        if value.sign and _of_anyone().match(text, end):
            return None
    attach(ground, value)
    return value


@cache
def _of_anyone() -> re.Pattern[str]:
    """ "Potassium over 6 is deadly" is a rule, and nobody's result."""
    return re.compile(str(table("words")["comparators"]["of_anyone"]))


def _spoken_sign(text: str, start: int) -> str:
    more, less = _comparators()
    before = text[max(0, start - 20) : start]
    if more.search(before) and not re.search(
        r"\b(?:went|go|going|gone|just|little) (?:over|above)\s$", before
    ):
        return ">"
    return "<" if less.search(before) else ""

"""What surrounds results in a text: other measurements, limits, goals, "it was", specimens, meals."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from clinical import ranges, units
from clinical.folding import fold
from clinical.numbers import DIGITS
from clinical.tables import table
from clinical.types import ReferenceRange

RATIO = re.compile(r"\b\w+(?:\s?[:/]\s?\w+)? ratio\b")


@dataclass(frozen=True)
class Span:
    """A stretch of the text and what it is: "distractor", "pronoun", "fasting", "urine"."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Limit:
    """The laboratory's own limits as quoted: "upper limit is 46", "(3.5-5.1)"."""

    start: int
    end: int
    range: ReferenceRange
    labelled: bool


def _words(section: str, key: str) -> str:
    value = table("words")[section][key]
    assert isinstance(value, str)  # noqa: S101 - the shape of our own table
    return value


@cache
def _distractors() -> re.Pattern[str]:
    rows = table("words")["distractors"]
    names = sorted(map(fold, (*rows["names"], *rows["passing"])), key=len, reverse=True)
    return re.compile(rf"(?<![a-z])(?:{'|'.join(map(re.escape, names))})(?![a-z])")


@cache
def _passing() -> frozenset[str]:
    return frozenset(map(fold, table("words")["distractors"]["passing"]))


@cache
def _pattern(section: str, key: str) -> re.Pattern[str]:
    return re.compile(_words(section, key))


@cache
def _limits() -> re.Pattern[str]:
    labels, verbs, upper, lower = (_words("references", key) for key in ("labels", "verbs", "upper", "lower"))
    number = f"(?:{DIGITS})"
    return re.compile(
        rf"(?<![a-z])(?:(?P<side>(?P<upper>{upper})|(?P<lower>{lower})){verbs}\s?(?!{ranges.TWO_ENDS})"
        rf"(?P<one>{number})"
        rf"|(?P<went>(?:{labels})\s(?:goes|went|go|only goes|says?|stops?|ends?|tops out)\s"
        r"(?:up\s)?(?:to|at)\s)"
        rf"(?P<to>{number})"
        rf"|(?P<label>{labels}){verbs}\s?[(\[]?\s?(?P<body>{ranges.BODY}))"
    )


@cache
def _bracketed() -> re.Pattern[str]:
    return re.compile(rf"[(\[]\s?(?:[a-z]{{1,10}}[:. ]\s?)?(?P<body>{ranges.BODY})\s?[^)\]\n\d]{{0,24}}[)\]]")


@cache
def _told_after() -> re.Pattern[str]:
    """ "They say 0.27 to 4.0 is the range": the numbers first, then what they are."""
    return re.compile(
        rf"(?<![\d.,])(?P<body>{ranges.BODY})\s(?:(?:that )?(?:they|the lab|lab) (?:wants?|likes?|uses?)\b"
        r"|(?:is|are|was|being|=)\s"
        r"(?:the |their |what (?:is|they call) |a |your )?"
        r"(?:lab'?s? |hospital'?s? )?(?:normal|reference|ref|usual|healthy|expected)?\s?"
        r"(?:range|limits?|reference|normal|cutoffs?)\b)"
    )


@cache
def _told_of_labs() -> re.Pattern[str]:
    """ "What is the normal range? My lab says 0.45-4.5 but another says 0.3 to 3"."""
    return re.compile(
        r"\b(?:(?:range|limits?|reference)\b[^\n]{0,60}?\b(?:lab|labs|laboratory|hospital|doctor|portal|paper|google"
        r"|internet|it|one)|another(?: one| lab| place| site)?|the other(?: one| lab)?|others|some labs?)"
        rf" (?:says?|said|uses?|lists?|has|have|goes by|wants?) (?P<body>{ranges.BETWEEN})"
    )


def distractors(text: str) -> list[Span]:
    """Other measurements a number may belong to: weight, blood pressure, a medicine's name."""
    passing = _passing()
    found = [
        Span(match.start(), match.end(), "passing" if match[0] in passing else "distractor")
        for match in _distractors().finditer(text)
    ]
    found += [Span(match.start(), match.end(), "distractor") for match in RATIO.finditer(text)]
    return sorted(found, key=lambda span: (span.start, span.end))


def pronouns(text: str) -> list[Span]:
    """Where the text speaks of the last test again: "it was 5.3", "the level being 1600"."""
    found = _pattern("distractors", "pronouns").finditer(text)
    return [Span(match.start(), match.end(), "pronoun") for match in found]


def qualifiers(text: str) -> list[Span]:
    """Fasting, or after a meal."""
    return _spans(text, "qualifiers", ("fasting", "after-meal"))


def specimens(text: str) -> list[Span]:
    """Where a text turns to urine, blood or another fluid: "Urine Test:", "blood work", "stool routine"."""
    return _spans(text, "specimens", ("urine", "blood", "other"))


def specimen_at(spans: Sequence[Span], position: int) -> str | None:
    """The specimen the text last turned to before a position; None where it named none."""
    index = bisect_right(spans, position, key=lambda span: span.start)
    return spans[index - 1].kind if index else None


def _spans(text: str, section: str, kinds: Iterable[str]) -> list[Span]:
    spans = [
        Span(match.start(), match.end(), kind)
        for kind in kinds
        for match in _pattern(section, kind).finditer(text)
    ]
    return sorted(spans, key=lambda span: (span.start, -span.end))


def limits(text: str) -> list[Limit]:
    """The laboratory's own limits, wherever the text quotes them."""
    found: list[Limit] = []
    for match in _limits().finditer(text):
        quoted = _quoted(match)
        if quoted:
            unit = _unit_after(text, match.end())
            quoted = replace(quoted, unit=unit.ucum[0]) if unit else quoted
            end = unit.end if unit else match.end()
            found.append(Limit(match.start(), end, quoted, labelled=True))
    labelled = [(limit.start, limit.end) for limit in found]
    for match in sorted(
        (*_bracketed().finditer(text), *_told_after().finditer(text), *_told_of_labs().finditer(text)),
        key=lambda match: match.start(),
    ):
        body = ranges.from_match(match, match["body"])
        if body and not overlaps(labelled, match.start(), match.end()):
            unit = _unit_after(text, match.end("body"))
            body = replace(body, unit=unit.ucum[0]) if unit else body
            found.append(Limit(match.start(), match.end(), body, labelled=False))
    return sorted(found, key=lambda limit: limit.start)


def _unit_after(text: str, end: int) -> units.UnitText | None:
    unit = units.find(text, end + (text[end : end + 1] == " "))
    return unit if unit and unit.complete else None


def _quoted(match: re.Match[str]) -> ReferenceRange | None:
    if match["side"]:
        limit, low = ranges.number(match["one"]), match["lower"] is not None
        return ReferenceRange(limit if low else None, None if low else limit, match[0], ranges.LABORATORY)
    if match["to"]:
        return ReferenceRange(None, ranges.number(match["to"]), match[0], ranges.LABORATORY)
    return ranges.from_match(match, match["body"])


def is_goal(before: str) -> bool:
    """Whether the words before a number make it a wish, a rule or a what-if: "my goal is under 7"."""
    return _goals().search(before) is not None


@cache
def _goals() -> re.Pattern[str]:
    return re.compile(_words("references", "goals"))


def overlaps(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether any of these spans, sorted and apart, touches [start, end)."""
    index = bisect_left(spans, (end, -1))
    return index > 0 and spans[index - 1][1] > start

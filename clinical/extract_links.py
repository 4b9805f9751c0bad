"""Which number belongs to which test: the nearest the words between allow, either way round, or in series."""

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from clinical import units
from clinical.extract_marks import Limit, Span, overlaps
from clinical.extract_values import Value
from clinical.lexicon import Name
from clinical.tables import table

TOKEN = re.compile(r"[a-z']+|\d+(?:[.,]\d+)*|\n\s*\n|\n|[^\w\s]")
END = {".", "!", "?"}
SERIES_END = {*END, ";", "|"}
JOIN = re.compile(r"\s*(?:,|and|&|/|,\s*and|y|e|or)?\s*(?:the |my )?\s*")
VALUE_JOIN = re.compile(r"\s*(?:,|and|&|/|,\s*and|y|or)\s*")
ADJACENT = re.compile(
    r"\s?(?:(?:chance|risk|odds) (?:of |for )|of |for |on (?:my |the )?|in (?:my |the )?|de )?(?:the |my )?"
)


BREAK = re.compile(r"\n\s*\n")
CHANCE = re.compile(r"\s?(?:chance|risk|odds)\b")


@dataclass(frozen=True)
class Owner:
    """Something that takes numbers: a test, another measurement (`name` None), or the last test again."""

    start: int
    end: int
    name: Name | None
    again: bool = False  # through "it was", "the level"


@dataclass(frozen=True)
class Link:
    """A number with its test."""

    name: Name
    value: Value
    again: bool = False
    series: bool = False
    corrects: bool = False  # "3.1, sorry, 4.1": in place of the number before
    denied: bool = False  # "not 3.1"


@cache
def _glue() -> frozenset[str]:
    return frozenset(table("words")["gap"]["glue"])


@cache
def _series_glue() -> frozenset[str]:
    return frozenset(table("words")["series"]["glue"])


@cache
def _barriers() -> frozenset[str]:
    return frozenset(table("words")["gap"]["barriers"])


def owners(names: Sequence[Name], others: Sequence[Span], pronouns: Sequence[Span]) -> list[Owner]:
    """Everything that may take a number, in order; "it" takes for whatever was spoken of last."""
    found = [Owner(name.start, name.end, name) for name in names]
    spans = [(name.start, name.end) for name in names]
    for span in (*others, *pronouns):
        if not overlaps(spans, span.start, span.end):
            found.append(Owner(span.start, span.end, None, again=span.kind == "pronoun"))
    found.sort(key=lambda owner: (owner.start, -owner.end))
    return _resolve(found)


def _resolve(found: list[Owner]) -> list[Owner]:
    resolved: list[Owner] = []
    last: Owner | None = None
    reach = 0
    for owner in found:
        if owner.start < reach:
            continue
        if owner.again:
            if last is None or last.name is None or owner.start - last.end > 400 or last.name.short:
                continue
            owner = replace(owner, name=last.name)
        else:
            last = owner
        resolved.append(owner)
        reach = owner.end
    return resolved


def gap_cost(text: str, start: int, end: int, *, alone: bool = False) -> float:
    """How hard it is to read the words in [start, end) as nothing but "is", "came back at", "was up to"."""
    if end - start > 160:
        return 99.0
    gap = _without_units(text[start:end])
    cost, last_unknown = 0.0, False
    tokens = TOKEN.findall(gap)
    for index, token in enumerate(tokens):
        last_unknown = False
        if token.startswith("\n"):
            cost += _line_cost(token, index, alone=alone)
        elif token in END:
            cost += 0.0 if _is_dots(tokens, index) else 99.0
        elif token in _barriers():
            return 99.0
        elif token in _glue():
            cost += 0.15
        elif token[0].isdigit():
            cost += 0.6
        elif token[0].isalpha():
            cost += float(table("words")["gap"]["unknown_cost"])
            last_unknown = True
        else:
            cost += {",": 0.8, ";": 2.0, "?": 99.0}.get(token, 0.0)
        if cost >= 99.0:
            return cost
    return cost + (1.0 if last_unknown else 0.0)


def _without_units(gap: str) -> str:
    """ "Potassium (mmol/L): 5.9": a unit in the gap is no unknown word."""
    match = re.search(r"[(\[,|]\s?(?=[a-z%/\d])", gap)
    unit = units.find(gap, match.end()) if match else None
    return gap[: unit.start] + gap[unit.end :] if unit and unit.complete else gap


def _line_cost(token: str, index: int, *, alone: bool) -> float:
    if alone and index < 6 and token.count("\n") == 1:
        return 0.3
    return 99.0 if token.count("\n") > 1 else 2.5


def _is_dots(tokens: list[str], index: int) -> bool:
    """ "TSH ... 5.2": dots that lead on, not a full stop."""
    return (index > 0 and tokens[index - 1] == ".") or (index + 1 < len(tokens) and tokens[index + 1] == ".")


def is_alone(text: str, owner: Owner) -> bool:
    """Whether a name has its line to itself, as the heading of what follows."""
    line_start = text.rfind("\n", 0, owner.start) + 1
    line_end = text.find("\n", owner.end)
    rest = text[line_start : owner.start] + text[owner.end : line_end if line_end >= 0 else len(text)]
    return not rest.strip(" \t:*-#().")


def series_cost(text: str, start: int, end: int) -> float:
    """How hard it is to read the words between two numbers as going on about the same test."""
    if end - start > 90:
        return 99.0
    cost, last_unknown = 0.0, False
    for token in TOKEN.findall(text[start:end]):
        if token.startswith("\n") or token in SERIES_END:
            return 99.0
        if token[0].isdigit():
            cost += 0.4
        elif token[0].isalpha():
            cost += 0.1 if token in _series_glue() else 2.5
        last_unknown = token[0].isalpha() and token not in _series_glue()
    return cost + (1.0 if last_unknown else 0.0)  # "hdl 38, tri 210": the last word names another test


def mask(text: str, limits: Sequence[Limit | Value]) -> str:
    """The text with the lab's own limits blanked out: they neither join nor part a name and its number."""
    pieces, position = [], 0
    for limit in limits:
        start = max(limit.start, position)
        pieces += [text[position:start], "_" * (limit.end - start)]
        position = max(limit.end, position)
    return "".join(pieces) + text[position:]


def link(text: str, found: list[Owner], values: list[Value]) -> list[Link]:
    """Every number that has a test, with it. A number of another measurement is let go."""
    paired, used = _respectively(text, found, values)
    links = list(paired)
    before: tuple[int, Value] | None = None  # the owner and value of the last link
    pointer, last = -1, 0
    for value in values:
        while pointer + 1 < len(found) and found[pointer + 1].end <= value.start:
            pointer += 1
        if id(value) in used:
            before = None
            continue
        choice = _choose(text, found, pointer, value, before)
        if choice is None:
            continue
        index, series = choice
        owner = found[index]
        before = (index, value)
        if owner.name is not None and not value.slash:
            links.append(Link(owner.name, value, owner.again, series, *_correction(text, owner, value, last)))
            last = value.end
    return sorted(links, key=lambda item: item.value.start)


def _correction(text: str, owner: Owner, value: Value, last: int) -> tuple[bool, bool]:
    """Whether this number takes back the one before it, and whether it is itself taken back."""
    gap = text[max(last, value.start - 60) : value.start]
    corrects = bool((last and owner.start <= last) or owner.again) and cues().search(gap) is not None
    return corrects and not BREAK.search(gap), re.search(r"\bnot (?:a )?$", gap) is not None


@cache
def cues() -> re.Pattern[str]:
    """The words by which people take a number back."""
    return re.compile(table("words")["corrections"]["cues"])


def _choose(
    text: str, found: list[Owner], pointer: int, value: Value, before: tuple[int, Value] | None
) -> tuple[int, bool] | None:
    limit = float(table("words")["gap"]["limit"])
    forward, series = _forward(text, found, pointer, value, before)
    backward = _backward(text, found, pointer + 1, value)
    if forward > limit and backward > limit:
        return None
    if backward <= limit and (CHANCE.match(text, value.end) or (value.grade and forward > 0)):
        return pointer + 1, False
    if backward > limit or (not series and (forward <= 0.5 or forward <= backward)):
        return (pointer, series) if _allowed(found, pointer, value, forward) else None
    if _has_own(text, found, pointer + 1):
        close = forward <= limit and _allowed(found, pointer, value, forward)
        return (pointer, series) if close else None
    return pointer + 1, False


def _allowed(found: list[Owner], index: int, value: Value, cost: float) -> bool:
    """A number in words, and a short name, count only side by side."""
    owner = found[index]
    if owner.name is None:
        return True
    if owner.name.short and cost > 0.7:
        return False
    return not value.worded or (cost <= 1.0 and _is_worth_words(value))


def _is_worth_words(value: Value) -> bool:
    """ "Seven point two", "one forty": a bare "one" is seldom a result."""
    number = value.numbers[0].readings[0]
    return "." in number or int(number) >= 3


def _forward(
    text: str, found: list[Owner], pointer: int, value: Value, before: tuple[int, Value] | None
) -> tuple[float, bool]:
    if pointer < 0:
        return 99.0, False
    owner = found[pointer]
    if before and before[0] == pointer and before[1].start >= owner.end:
        gap = text[before[1].end : value.start]
        cost = 0.0 if len(gap) < 50 and cues().search(gap) else series_cost(text, before[1].end, value.start)
        return (cost if cost <= float(table("words")["series"]["limit"]) else 99.0), True
    return gap_cost(text, owner.end, value.start, alone=is_alone(text, owner)), False


def _backward(text: str, found: list[Owner], index: int, value: Value) -> float:
    """ "17000 erythrocytes", "12 to 14 pus cells": the number right before the name."""
    if index >= len(found) or found[index].again or found[index].name is None or value.worded:
        return 99.0
    owner = found[index]
    if owner.name is not None and owner.name.short:
        return 99.0
    gap = text[value.end : owner.start]
    return 1.0 if len(gap) < 16 and ADJACENT.fullmatch(gap) else 99.0


def _has_own(text: str, found: list[Owner], index: int) -> bool:
    """Whether the name after this number has a number of its own close behind: "AST 37 ALT 50"."""
    rest = text[found[index].end : found[index].end + 24]
    match = re.match(r"\s?(?:level |count )?(?:is |was |came back |of |at |:|=|-)?\s?[<>]?\s?\d", rest)
    return match is not None


def _respectively(text: str, found: list[Owner], values: list[Value]) -> tuple[list[Link], set[int]]:
    """ "SGPT and SGOT are 44 and 99 respectively", "AST/ALT 44/99": as many names as numbers, in order."""
    links: list[Link] = []
    used: set[int] = set()
    index = 0
    while index < len(found):
        run = _run_of_names(text, found, index)
        if len(run) > 1:
            group = _run_of_values(text, values, run[-1], len(run))
            if group:
                links += [
                    Link(owner.name, value) for owner, value in zip(run, group, strict=True) if owner.name
                ]
                used |= {id(value) for value in group}
        index += max(len(run), 1)
    return links, used


def _run_of_names(text: str, found: list[Owner], index: int) -> list[Owner]:
    run = [found[index]]
    for owner in found[index + 1 :]:
        gap = text[run[-1].end : owner.start]
        joined = JOIN.fullmatch(gap) and re.search(r"[,&/]|\band\b|\by\b", gap) and "\n" not in gap
        if not joined or owner.name is None or owner.again or run[-1].name is None:
            break
        run.append(owner)
    return run


def _run_of_values(text: str, values: list[Value], last: Owner, count: int) -> list[Value]:
    first = bisect_left(values, last.end, key=lambda value: value.start)
    following = values[first : first + count]
    if len(following) < count or gap_cost(text, last.end, following[0].start) > 1.5:
        return []
    for left, right in pairwise(following):
        if not VALUE_JOIN.fullmatch(text[left.end : right.start]):
            return []
    return following

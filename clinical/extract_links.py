"""Which number belongs to which test: the nearest the words between allow, either way round, or in series."""

import re
from collections.abc import Sequence
from functools import cache

from clinical import units
from clinical.dates import DateText
from clinical.extract_gaps import gap_cost, series_cost
from clinical.extract_grids import grids
from clinical.extract_owners import Link, Owner
from clinical.extract_pairs import columns, respectively
from clinical.extract_value import Value
from clinical.lexicon import Name
from clinical.tables import table

ADJACENT = re.compile(
    r"[ ]?(?:(?:too )?(?:high|low|bad|good|normal|ok|okay|dangerous) (?=for|of|on|en))?"
    r"(?:(?:chance|risk|odds) (?:of |for )|(?:of|for|on|in|de|is|was|are|were|es|era|for an|as) )?"
    r"(?:(?:the|my|his|her|a|an|mi|su) )?(?:(?:bad|good|high|low|normal|ok|okay|dangerous|scary|safe) )?"
)
SPOKEN_FOR = re.compile(r" (?:for|on) (?:the |my |his |her )?")
BREAK = re.compile(r"\n\s*\n")
SPOKEN_IN_SERIES = 20
SHORT_WORD = 2.0  # "sugar over 90 days is 187": a whole word reaches farther than "bs" and "k"
CHANCE = re.compile(r"\s?(?:chance|risk|odds)\b")


def link(text: str, found: list[Owner], values: list[Value], days: Sequence[DateText] = ()) -> list[Link]:
    """Every number that has a test, with it. A number of another measurement is let go."""
    links, used = grids(text, found, values, days)
    on_top, also = columns(text, found, [value for value in values if id(value) not in used])
    links += on_top
    used |= also
    paired, also = respectively(text, found, [value for value in values if id(value) not in used])
    links += paired
    used |= also
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
            _unit_behind_name(text, owner, value)
            links.append(Link(owner.name, value, owner.again, series, *_correction(text, owner, value, last)))
            last = value.end
    return sorted(links, key=lambda item: item.value.start)


def _unit_behind_name(text: str, owner: Owner, value: Value) -> None:
    """ "3-5 RBC/hpf": with the number first, its unit may stand behind the name."""
    if value.unit is None and value.end <= owner.start and text[owner.end : owner.end + 1] == "/":
        value.unit = units.find(text, owner.end)


def is_alone(text: str, owner: Owner) -> bool:
    """Whether a name has its line to itself, as the heading of what follows."""
    line_start = text.rfind("\n", 0, owner.start) + 1
    line_end = text.find("\n", owner.end)
    rest = text[line_start : owner.start] + text[owner.end : line_end if line_end >= 0 else len(text)]
    return not rest.strip(" \t:*-#().")


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
    numbers_first = before is not None and before[1].end <= found[before[0]].start
    if backward > limit or (not series and not numbers_first and (forward <= 0.5 or forward <= backward)):
        return (pointer, series) if _allowed(found, pointer, value, forward, series=series) else None
    if _has_own(text, found, pointer + 1):
        close = forward <= limit and _allowed(found, pointer, value, forward, series=series)
        return (pointer, series) if close else None
    return pointer + 1, False


def _allowed(found: list[Owner], index: int, value: Value, cost: float, *, series: bool) -> bool:
    """A number in words, and a short name, count only side by side."""
    owner = found[index]
    if owner.name is None:
        return True
    if owner.name.short and cost > (SHORT_WORD if _is_word(owner.name) else 0.7):
        return False
    return not value.worded or (cost <= 1.0 and _is_worth_words(value, series=series))


def _is_word(name: Name) -> bool:
    return name.end - name.start >= 5


def _is_worth_words(value: Value, *, series: bool) -> bool:
    """ "Seven point two", "one forty": a bare "one" is seldom a result, nor "last three" behind one."""
    number = value.numbers[0].readings[0]
    return "." in number or int(number) >= (SPOKEN_IN_SERIES if series else 3)


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
    if index >= len(found) or found[index].again or found[index].name is None:
        return 99.0
    owner = found[index]
    decimal = value.worded and "." in value.numbers[0].readings[0]
    gap = text[value.end : owner.start]
    if value.worded and not SPOKEN_FOR.fullmatch(gap) and not (decimal and gap == " "):
        return 99.0
    if owner.start < value.end or (owner.name is not None and owner.name.short):
        return 99.0
    return 1.0 if len(gap) < 16 and ADJACENT.fullmatch(gap) else 99.0


def _has_own(text: str, found: list[Owner], index: int) -> bool:
    """Whether the name after this number has a number of its own close behind: "AST 37 ALT 50"."""
    rest = text[found[index].end : found[index].end + 24]
    match = re.match(r"\s?(?:level |count )?(?:is |was |came back |of |at |:|=|-)?\s?[<>]?\s?\d", rest)
    return match is not None

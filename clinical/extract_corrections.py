"""Numbers that name no test: what they take back ("sorry 4.1 not 3.1"), or ask ("is 5.0 ok")."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from clinical import extract_people, numbers, ranges, units
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.extract_links import cues
from clinical.folding import fold
from clinical.lexicon import compiled
from clinical.tables import table
from clinical.types import ReferenceRange

LONGEST = 60  # a longer message says more than a correction
# Where one thought ends: "sorry 4.9, is that ok" takes back first and asks then.
CLAUSE = re.compile(r"[;!?\n]+|[.,](?!\d)|\s(?=(?:is|are|was) (?:that|it|this|those)\b)")
NOT_OLD = r"(?<![\d.]){new}(?![\d.]*\d)\W{{1,3}}(?:not|no|instead of|rather than)\W{{1,3}}(?:an? )?\d"
UNIT = re.compile(r"\b[a-z]{1,4}/[a-z]{1,4}\b|\b(?:mmol|meq|points?)\b")
WORD = re.compile(r"[a-z]+")

Sense = Literal["correction", "question", "unsure", "other"]


@dataclass(frozen=True)
class Correction:
    """The number that holds, and the one taken back if the message says it."""

    value: str
    replaces: str | None


def correction(text: str, catalogue: Catalogue) -> Correction | None:
    """The correction a short message makes to a result told just before; None when it is something else."""
    folded = fold(text).strip()
    if len(folded) > LONGEST or any(not name.short for name in compiled(catalogue).find(folded)):
        return None
    found = numbers.find(folded)
    starred = re.match(r"\*\s?\d|no,? (?:it was |it is |its )\d", folded)
    denied = [number for number in found if re.search(r"\bnot (?:a )?$", folded[: number.start])]
    kept = [number for number in found if number not in denied]
    if len(kept) != 1 or not (cues().search(folded) or starred or denied):
        return None
    old = denied[0].readings[0] if denied else None
    return Correction(f"{kept[0].sign}{kept[0].readings[0]}", old)


def takes_back(text: str) -> bool:
    """Whether the words say that something told before was wrong: "oops", "i read it wrong"."""
    folded = fold(text).strip()
    return bool(cues().search(folded) or _taken_back().search(folded) or folded.startswith("*"))


def sense(text: str, value: str, catalogue: Catalogue) -> Sense:
    """What a message means by a number it says after a result was spoken of.

    Only what is surely a correction is one: a wish, an hour, an age or last year's value overwrites nothing.
    """
    folded = fold(text).strip()
    clause, asks = _clause(folded, value)
    about = _words(clause, catalogue)
    if asks or _question().search(clause):
        return "question" if about <= _asked() else "other"
    if re.search(NOT_OLD.format(new=_digits(value)), folded):
        return "correction"
    if not about <= _talk():
        return "other"
    return "correction" if takes_back(text) else "unsure"


def not_mine(text: str) -> str | None:
    """Whose a result told just before is, where a message disowns it: "mother", or "other"."""
    folded = fold(text).strip()
    whole, denied, belongs = _disowns()
    if whole.match(folded) is None or not (denied.search(folded) or belongs.match(folded)):
        return None
    return next((who for who in extract_people.find(folded).whose if who != "patient"), "other")


@cache
def _disowns() -> tuple[re.Pattern[str], ...]:
    """The whole message; the words "not mine"; "that's my mom's", which needs no such words."""
    rules, relations = table("corrections")["not_mine"], table("people")["relations"]
    names = "|".join(sorted((word for words in relations.values() for word in words), key=len, reverse=True))
    theirs, mine = (
        rules[side].replace("{pointer}", rules["pointer"]).replace("{relation}", names)
        for side in ("theirs", "mine")
    )
    both = rf"(?:{theirs}(?:\W+(?:and )?{mine})?|{mine}(?:\W+{theirs})?)"
    pointed = rf"{rules['lead']}{rules['pointer']}.*{rules['belongs']}"
    return tuple(map(re.compile, (rf"{rules['lead']}{both}\W*$", mine, pointed)))


def asked_for(text: str, analyte: Analyte) -> tuple[str | None, ReferenceRange | None]:
    """The unit or the range of a message that holds nothing else: "its in mg/dl", "the range is 70-99"."""
    folded = fold(text).strip()
    lead = re.match(table("corrections")["asked_for"]["lead"], folded)
    rest = folded[lead.end() if lead else 0 :].strip(" .!")
    if not rest or len(folded) > LONGEST:
        return None, None
    limits, unit = ranges.parse_with_unit(rest) if re.search(r"\d", rest) else (None, None)
    if limits is not None and (limits.low is not None or limits.high is not None):
        return unit, limits
    code = units.resolve(rest, analyte)
    whole = [code] if code and units.fits(code, analyte) else units.halves(code, analyte)
    return (whole[0] if len(whole) == 1 else None), None


def _clause(folded: str, value: str) -> tuple[str, bool]:
    """The part of a message that says the number, and whether it ends in a question mark."""
    place = re.search(rf"(?<![\d.]){_digits(value)}(?![\d.]*\d)", folded)
    at = place.start() if place else 0
    start = 0
    for end in CLAUSE.finditer(folded):
        if end.start() > at:
            return folded[start : end.start()], "?" in end[0]
        start = end.end()
    return folded[start:], False


def _digits(value: str) -> str:
    """A value as people may have written it: "4,9" is 4.9."""
    return re.escape(value).replace(r"\.", "[.,]")


def _words(clause: str, catalogue: Catalogue) -> set[str]:
    """The words beside the number, its unit and the names of tests."""
    for name in reversed(compiled(catalogue).find(clause)):
        clause = f"{clause[: name.start]} {clause[name.end :]}"
    return set(WORD.findall(UNIT.sub(" ", clause.replace("'", ""))))


@cache
def _talk() -> frozenset[str]:
    return frozenset(table("corrections")["about_numbers"])


@cache
def _asked() -> frozenset[str]:
    return _talk() | frozenset(table("corrections")["asked_of_numbers"])


@cache
def _taken_back() -> re.Pattern[str]:
    return re.compile(table("corrections")["taken_back"])


@cache
def _question() -> re.Pattern[str]:
    return re.compile(table("corrections")["question"])

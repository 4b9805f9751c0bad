"""Free words taken for a published answer: "most days", "a few", "2". What is not sure is asked again."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from clinical.folding import fold
from clinical.screeners.forms import Item, Option

CLAUSE = re.compile(r"[,.;:!?()\n]+|\s-+\s|\b(?:because|cause|cuz|since|porque|when|even though)\b")
DIGITS = re.compile(r"(?<![\d.])\d(?![\d.])")
DENIED = re.compile(r"\b(?:no|not|dont|don't|never|isn't|without|fine|ok|okay|works)\b")
BROKEN = re.compile(
    r"\b(?:not|no|does not|doesn't|doesnt|don't|dont|won't|wont|isn't|isnt) (?:longer )?work(?:s|ing)?\b"
)
LONGEST = 40  # words: an answer comes early; a longer message is a story


@dataclass(frozen=True)
class Reading:
    """The answers a message gives: none where it is not sure."""

    options: tuple[Option, ...] = ()

    @property
    def sure(self) -> bool:
        return bool(self.options)

    @property
    def codes(self) -> str:
        """The answer codes, joined by a space."""
        return " ".join(each.code for each in self.options)


def read(item: Item, text: str) -> Reading:
    """What a message answers to an item, as `Reading(options)`; two different answers are none.

    >>> read(little_interest, "most days, I just lie there").codes  # doctest: +SKIP
    'LA6570-1'
    """
    if len(text.split()) > LONGEST:
        return Reading()
    if item.repeats:
        return _several(item, text)
    found = {option.code: option for clause in clauses(text) for option in _of_clause(item, clause)}
    return Reading(tuple(found.values())) if len(found) == 1 else Reading()


def clauses(text: str) -> Iterator[str]:
    """The stretches of a message an answer may stand in, without what people say around one."""
    for stretch in CLAUSE.split(fold(text)):
        bare = " ".join(re.sub(r"[^\w\s'/]", " ", stretch).split())
        if bare:
            yield bare


def _of_clause(item: Item, clause: str) -> Iterator[Option]:
    said = phrases(item.choices)
    for words in dict.fromkeys((clause, _without_around(clause))):
        for option in item.options:
            if words in (option.key, _plain(option.text)) or words in _said(said, option):
                yield option


def _several(item: Item, text: str) -> Reading:
    """Several may hold: "1 and 4", "mold and leaks". None of them stands alone."""
    folded = fold(text)
    keys = set(DIGITS.findall(folded))
    said = phrases(item.choices)
    found = [
        option
        for option in item.options
        if option.key in keys
        or any(re.search(rf"\b{re.escape(each)}\b", folded) for each in _said(said, option))
    ]
    denied = DENIED.search(BROKEN.sub(" ", folded))
    none = [option for option in found if option.need is None]
    if none and len(found) > len(none):
        return Reading()  # "none" beside something: asked again
    if denied and not none and not keys:
        return Reading()  # "no mold here": not for us to guess which is so
    return Reading(tuple(found))


def _said(said: Mapping[str, frozenset[str]], option: Option) -> frozenset[str]:
    return said.get(option.code, frozenset()) | option.says


def _without_around(clause: str) -> str:
    for pattern in _around():
        clause = pattern.sub("", clause).strip()
    return clause


def _plain(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s'/]", " ", fold(text)).split())


@cache
def _answers() -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "tables" / "answers.toml").read_text("utf-8"))


@cache
def _around() -> tuple[re.Pattern[str], ...]:
    before, after = _answers()["around"]["before"], _answers()["around"]["after"]
    leading = "|".join(map(re.escape, sorted(before, key=len, reverse=True)))
    ending = "|".join(map(re.escape, sorted(after, key=len, reverse=True)))
    return (re.compile(rf"^(?:(?:{leading})\b\s*)+"), re.compile(rf"(?:\s*\b(?:{ending}))+$"))


@cache
def phrases(choices: str) -> Mapping[str, frozenset[str]]:
    """Answer code -> the words that mean it, for one table of choices."""
    return {
        row["code"]: frozenset(fold(each) for each in row["says"])
        for row in _answers()["answer"]
        if choices in row["choices"]
    }

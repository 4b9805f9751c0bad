"""The forms of `tables/`, read once: screeners, their items and their answers, with the codes of each."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from clinical.folding import fold

FORMS = ("phq-2", "gad-2", "ahc-hrsn")


@dataclass(frozen=True)
class Option:
    """One published answer. `key` is the number it carries, "" where it has none."""

    code: str  # LOINC answer code
    text: str
    key: str
    value: int | None  # points, where the form is scored
    need: str | None  # the domain this answer tells of
    says: frozenset[str] = frozenset()  # other words for it, in a clinic's own form


@dataclass(frozen=True)
class Item:
    """One published question; `known_by` are domains that, once told, make asking needless."""

    id: str
    loinc: str
    text: str
    stem: str  # said before it, as published
    options: tuple[Option, ...]
    choices: str  # which table of answers reads free words
    repeats: bool
    known_by: frozenset[str]
    story: str | None  # the question of the story it stands for
    source: str

    def option(self, code: str | None) -> Option | None:
        """The answer with this code."""
        return next((each for each in self.options if each.code == code), None)


@dataclass(frozen=True)
class Rule:
    """A score from which a task is opened, and how soon someone should see to it."""

    at_least: int
    priority: str
    description: str


@dataclass(frozen=True)
class Score:
    """How the points add up. `loinc` is None where LOINC's code for the total could not be verified."""

    loinc: str | None
    text: str
    highest: int
    cut: int
    source: str
    rules: tuple[Rule, ...]

    def rule(self, points: int) -> Rule | None:
        """The row for this many points: the highest one reached."""
        reached = [each for each in self.rules if points >= each.at_least]
        return max(reached, key=lambda each: each.at_least, default=None)


@dataclass(frozen=True)
class Screener:
    """One form. `self_report`: only the person can answer it, nobody for them."""

    id: str
    title: str
    loinc: str | None
    copyright: str
    source: str
    self_report: bool
    from_age: int  # years; 0 for everybody
    period: int  # days in which it is not asked again
    declined: int  # days after a no in which it is not asked again
    shown_by: frozenset[
        str
    ]  # codes of feelings and needs that make it worth asking; empty: part of the story
    items: tuple[Item, ...]
    score: Score | None
    instead_of: frozenset[str] = frozenset()  # forms that are not asked where this one is

    def item(self, item_id: str | None) -> Item | None:
        """The question with this id."""
        return next((each for each in self.items if each.id == item_id), None)


def find(screener_id: str | None) -> Screener | None:
    """The form with this id."""
    return next((each for each in load() if each.id == screener_id), None)


@cache
def load() -> tuple[Screener, ...]:
    """All forms, in the order in which they are offered."""
    return tuple(screener(_table(name)) for name in FORMS)


def _table(name: str) -> Mapping[str, Any]:
    return tomllib.loads((files(__package__) / "tables" / f"{name}.toml").read_text("utf-8"))


def screener(row: Mapping[str, Any]) -> Screener:
    """One form from its table, as `tables/` and a clinic's checked file (`clinic.parse`) have it."""
    asked = row["asked"]
    return Screener(
        id=row["id"],
        title=row["title"],
        loinc=row.get("loinc"),
        copyright=row["copyright"],
        source=row["source"],
        self_report=asked["self_report"],
        from_age=asked["from_age"],
        period=asked["period_days"],
        declined=asked["declined_days"],
        shown_by=frozenset(asked["shown_by"]),
        items=tuple(_item(each, row) for each in row["item"]),
        score=_score(row["score"]) if "score" in row else None,
        instead_of=frozenset(row.get("instead_of", ())),
    )


def _item(row: Mapping[str, Any], form: Mapping[str, Any]) -> Item:
    return Item(
        id=row["id"],
        loinc=row["loinc"],
        text=row["text"],
        stem=row.get("stem", ""),
        options=tuple(_option(each) for each in form["options"][row["options"]]),
        choices=f"{form['id']}.{row['options']}",
        repeats=row.get("repeats", False),
        known_by=frozenset(row.get("known_by", ())),
        story=row.get("story"),
        source=row["source"],
    )


def _option(row: Mapping[str, Any]) -> Option:
    says = frozenset(fold(each) for each in row.get("says", ()))
    return Option(row["code"], row["text"], row.get("key", ""), row.get("value"), row.get("need"), says)


def _score(row: Mapping[str, Any]) -> Score:
    rules = tuple(Rule(each["at_least"], each["priority"], each["description"]) for each in row["rule"])
    return Score(row.get("loinc"), row["text"], row["highest"], row["cut"], row["source"], rules)

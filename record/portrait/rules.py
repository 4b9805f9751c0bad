"""The tables of the portrait: what touches what and why, what medicines are called, what is asked about."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from clinical.folding import fold

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Rule:
    """One row of ranking.toml: of tests, of medicines or of neither; `life`, or none for a result alone."""

    id: str
    weight: int
    reason: str
    source: str
    tests: frozenset[str] = frozenset()  # analyte keys, "*" any
    when: frozenset[str] = frozenset()  # states of the result, one of which must hold
    medicines: frozenset[str] = frozenset()  # names and groups of medicines.toml, "*" any
    about: frozenset[str] = frozenset()  # groups of medicines that bear on the tests; empty: any may
    life: tuple[str, ...] = ()  # topics: "stressor/food-insecurity", "medicine/not-taken"


@dataclass(frozen=True)
class Topic:
    """Something a first visit looks for, under which codes it is heard, and which question asks for it."""

    id: str
    name: str
    codes: frozenset[str]  # codes or categories of statements
    items: frozenset[str]  # questions of the story
    source: str


@cache
def table(name: str) -> Mapping[str, Any]:
    """One file beside this one; read at first use."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))


@cache
def ranking() -> tuple[Rule, ...]:
    """Every rule, the weightiest first."""
    rows = (_rule(row) for row in table("ranking")["rule"])
    return tuple(sorted(rows, key=lambda rule: (-rule.weight, rule.id)))


def _rule(row: Mapping[str, Any]) -> Rule:
    sets = {name: frozenset(row.get(name, ())) for name in ("tests", "when", "medicines", "about")}
    told = tuple(topic for each in row.get("life", ()) for topic in _expanded(each))
    return Rule(row["id"], row["weight"], row["reason"], row["source"], life=told, **sets)


def _expanded(life: str) -> tuple[str, ...]:
    """A group of [signals] ("@reach") as its topics."""
    if not life.startswith("@"):
        return (life,)
    return tuple(table("ranking")["signals"][life[1:]]["topics"])


def says(topic: str) -> str:
    """What a topic told of means for care: "cannot easily reach care or the pharmacy"."""
    for row in table("ranking")["signals"].values():
        if topic in row["topics"]:
            return str(row["says"])
    return topic.partition("/")[2].replace("-", " ")


@cache
def points() -> Mapping[str, Mapping[str, int]]:
    """What severity and freshness add to a rule's weight, and the limits."""
    found: Mapping[str, Mapping[str, int]] = table("ranking")["points"]
    return found


@cache
def medicine_words() -> Mapping[str, frozenset[str]]:
    """What people call a medicine, folded, to the names a chart may list: "water pill" -> furosemide, …"""
    found: dict[str, frozenset[str]] = {}
    for row in table("medicines")["group"]:
        for word in map(fold, row["words"]):
            found[word] = found.get(word, frozenset()) | frozenset(map(fold, row["names"]))
    return found


@cache
def medicine_groups() -> Mapping[str, frozenset[str]]:
    """The names of each group: insulin -> insulin, humalog, …"""
    return {row["id"]: frozenset(map(fold, row["names"])) for row in table("medicines")["group"]}


def named_in(text: str) -> frozenset[str]:
    """The groups of medicines a text names: "my water pill" is water-pill; empty where it names none."""
    words = f" {' '.join(re.findall(r'[a-z0-9]+', fold(text)))} "
    return frozenset(
        row["id"]
        for row in table("medicines")["group"]
        if any(f" {fold(name)} " in words for name in (*row["names"], *row["words"]))
    )


@cache
def topics() -> tuple[Topic, ...]:
    """What a first visit looks for, in the order it is shown."""
    return tuple(
        Topic(row["id"], row["name"], frozenset(row["codes"]), frozenset(row["items"]), row["source"])
        for row in table("topics")["topic"]
    )

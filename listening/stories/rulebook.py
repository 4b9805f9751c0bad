"""The rules as read from their tables, compiled once, on the first message."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from listening.stories import patterns
from listening.stories.types import Category

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Rule:
    """Wordings that say one thing, and how their surroundings bear on them."""

    id: str
    category: Category
    code: str
    say: tuple[re.Pattern[str], ...]
    unless: tuple[re.Pattern[str], ...]  # said in the same sentence, the wording means something else
    ignore: frozenset[str]  # what the wording itself already says: negation past feared other
    household: bool  # a need of the children or spouse is the patient's own


@dataclass(frozen=True)
class Met:
    """Wordings that say a need is met or over, which set aside that need in the whole message."""

    code: str
    say: tuple[re.Pattern[str], ...]


@dataclass(frozen=True)
class Rulebook:
    """`index` leads from three letters to the anchors that begin with them, and on to wordings by number.

    Of some two thousand wordings a message meets the anchors of about forty; only those are run.
    """

    rules: tuple[Rule, ...]
    met: tuple[Met, ...]
    words: frozenset[str]
    wordings: tuple[tuple[Rule, re.Pattern[str]], ...]
    index: dict[str, tuple[tuple[str, tuple[int, ...]], ...]]
    always: frozenset[int]  # wordings without an anchor
    yields: dict[str, frozenset[str]]  # a code gives way to these where the same words say both

    def candidates(self, text: str) -> list[tuple[Rule, re.Pattern[str]]]:
        """The wordings that can stand in a text, in the order of the tables."""
        found = set(self.always)
        for at in range(len(text) - 2):
            for anchor, numbers in self.index.get(text[at : at + 3], ()):
                if text.startswith(anchor, at):
                    found.update(numbers)
        return [self.wordings[number] for number in sorted(found)]


@cache
def load() -> Rulebook:
    """All rules of `rules/*.toml`, with the names of `names.toml` filled in."""
    names = names_table()
    rules: list[Rule] = []
    met: list[Met] = []
    written: list[str] = list(names.values())
    for path in sorted((HERE / "rules").glob("*.toml")):
        table = tomllib.loads(path.read_text(encoding="utf-8"))
        for row in table.get("rule", ()):
            rules.append(_rule(row, table, names))
            written += row["say"]
        if table.get("met"):
            met.append(Met(table["code"], _compiled(table["met"], names)))
    wordings = tuple((rule, wording) for rule in rules for wording in rule.say)
    index, always = _index([wording.pattern for _, wording in wordings])
    return Rulebook(
        tuple(rules), tuple(met), patterns.vocabulary(written), wordings, index, always, _yields()
    )


def _index(wordings: list[str]) -> tuple[dict[str, tuple[tuple[str, tuple[int, ...]], ...]], frozenset[int]]:
    numbers: dict[str, list[int]] = {}
    always = set()
    for number, wording in enumerate(wordings):
        anchors = patterns.anchors(wording)
        if not anchors:
            always.add(number)
        for anchor in anchors:
            numbers.setdefault(anchor, []).append(number)
    index: dict[str, list[tuple[str, tuple[int, ...]]]] = {}
    for anchor, where in numbers.items():
        index.setdefault(anchor[:3], []).append((anchor, tuple(where)))
    return {head: tuple(rows) for head, rows in index.items()}, frozenset(always)


def _yields() -> dict[str, frozenset[str]]:
    table = tomllib.loads((HERE / "yields.toml").read_text(encoding="utf-8"))["yields"]
    return {code: frozenset(to) for code, to in table.items()}


@cache
def names_table() -> dict[str, str]:
    return cast(dict[str, str], tomllib.loads((HERE / "names.toml").read_text(encoding="utf-8"))["names"])


def _rule(row: dict[str, Any], table: dict[str, Any], names: dict[str, str]) -> Rule:
    say = _compiled(row["say"], names)
    code = row.get("code", table.get("code", ""))
    return Rule(
        id=f"{code}:{row['id']}",
        category=table["category"],
        code=code,
        say=say,
        unless=_compiled([*row.get("unless", ()), *table.get("unless", ())], names),
        ignore=frozenset(row.get("ignore", table.get("ignore", ()))),
        household=row.get("household", table.get("household", False)),
    )


def _compiled(written: list[str], names: dict[str, str]) -> tuple[re.Pattern[str], ...]:
    return tuple(patterns.compile(patterns.expand(one, names)) for one in written)

"""The tables as rules: what must be heard together, and what it means."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from listening.redflags.patterns import Lexicon
from listening.redflags.tables import rule_tables, table
from listening.redflags.types import ScreeningRule


@dataclass(frozen=True, slots=True)
class RuleBook:
    lexicon: Lexicon
    rules: tuple[ScreeningRule, ...]
    kinds: dict[str, dict[str, str]]


@lru_cache(maxsize=1)
def load() -> RuleBook:
    """Every rule and every pattern, compiled once."""
    lists: dict[str, list[str]] = dict(table("concepts.toml")["concepts"])
    kinds = table("kinds.toml")["kinds"]
    rules = tuple(_rule(row, kinds, lists) for name in rule_tables() for row in table(name)["rule"])
    return RuleBook(Lexicon(lists), rules, kinds)


def _rule(row: dict[str, Any], kinds: dict[str, dict[str, str]], lists: dict[str, list[str]]) -> ScreeningRule:
    name = row["name"]
    groups = [row["say"]] if "say" in row else row["all"]
    kind = kinds[row["kind"]]
    return ScreeningRule(
        name=name,
        kind=row["kind"],
        level=row.get("level", kind["level"]),
        groups=tuple(tuple(_concepts(name, number, group, lists)) for number, group in enumerate(groups)),
        reach=row.get("reach", "sentence"),
        standing=frozenset(row.get("standing", [])),
        heard_through=frozenset(row.get("heard_through", [])),
        unless=tuple(row.get("unless", [])),
        unless_anywhere=tuple(row.get("unless_anywhere", [])),
        source=row.get("source", kind["source"]),
    )


def _concepts(name: str, number: int, group: list[str], lists: dict[str, list[str]]) -> Iterator[str]:
    """"@name" is a concept of concepts.toml or numbers.toml; anything else is a pattern of this rule alone."""
    own = [item for item in group if not item.startswith("@")]
    if own:
        lists[f"{name}/{number}"] = own
        yield f"{name}/{number}"
    yield from (item[1:] for item in group if item.startswith("@"))

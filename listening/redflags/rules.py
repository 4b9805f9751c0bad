"""The tables as rules: what must be heard together, and what it means."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

from listening.redflags.patterns import Lexicon
from listening.redflags.tables import rule_tables, table
from listening.redflags.types import ScreeningRule

K = TypeVar("K")
_NOTHING: list[bool] = []  # no number has given any concept


@dataclass(frozen=True, slots=True)
class Reach:
    """One rule's patterns as bits, a group each, and those of the words that excuse it."""

    groups: tuple[int, ...]
    everything: int
    whole_message: bool


@dataclass(frozen=True, slots=True)
class RuleBook:
    lexicon: Lexicon
    rules: tuple[ScreeningRule, ...]
    kinds: dict[str, dict[str, str]]
    reaches: tuple[Reach, ...]
    by_pattern: dict[int, tuple[int, ...]]  # number of a pattern to the rules it is of the first group of
    by_concept: dict[str, tuple[int, ...]]  # the same by a concept's name
    measured: frozenset[str]
    weighed: frozenset[str]  # names of the rules whose alarm the second opinion may turn into a question

    def wanted(self, possible: list[int], measured: set[str]) -> list[int]:
        """For each sentence the patterns worth trying: those of rules that could still fire in it.

        A rule whose groups are not all served is left out, and most are: the screen has ten
        milliseconds. `measured`: the concepts that numbers have already given.
        """
        union = _union_of(possible)
        everywhere = 0
        wanted = [0] * len(possible)
        due = range(len(self.rules)) if measured else self._begun(union)
        for rule, reach in ((self.rules[number], self.reaches[number]) for number in due):
            given = [not measured.isdisjoint(group) for group in rule.groups] if measured else _NOTHING
            if not _serves(union, reach.groups, given):
                continue
            if reach.whole_message or any(given) or rule.unless_anywhere:
                everywhere |= reach.everything
                continue
            for number, bits in enumerate(possible):
                if _serves(bits, reach.groups, given):
                    wanted[number] |= reach.everything
        return [bits & (here | everywhere) for bits, here in zip(possible, wanted, strict=True)]

    def mentioned(self, concepts: Iterable[str]) -> list[ScreeningRule]:
        """The rules of which every group is among the concepts, in their order."""
        names = frozenset(concepts)
        due = sorted({number for name in names for number in self.by_concept.get(name, ())})
        rules = (self.rules[number] for number in due)
        return [rule for rule in rules if not any(names.isdisjoint(group) for group in rule.groups)]

    def _begun(self, possible: int) -> set[int]:
        """The rules whose first group is possible: a few of many hundreds."""
        return {rule for number in _numbers(possible) for rule in self.by_pattern.get(number, ())}


@lru_cache(maxsize=1)
def load() -> RuleBook:
    """Every rule and every pattern, compiled once."""
    lists: dict[str, list[str]] = dict(table("concepts.toml")["concepts"])
    kinds = table("kinds.toml")["kinds"]
    rules = tuple(_rule(row, kinds, lists) for name in rule_tables() for row in table(name)["rule"])
    lexicon = Lexicon(lists)
    measured = frozenset(row["concept"] for row in table("numbers.toml")["number"])
    bits = dict.fromkeys(measured, 0) | lexicon.numbers()
    reaches = tuple(_reach(rule, bits) for rule in rules)
    weighed = frozenset(rule.name for rule in rules if rule.weighed)
    first = [rule.groups[0] for rule in rules]
    return RuleBook(
        lexicon=lexicon,
        rules=rules,
        kinds=kinds,
        reaches=reaches,
        by_pattern=_places(_numbers(reach.groups[0]) for reach in reaches),
        by_concept=_places(first),
        measured=measured,
        weighed=weighed,
    )


def _places(many: Iterable[Iterable[K]]) -> dict[K, tuple[int, ...]]:
    """For each thing where it stands."""
    found: dict[K, list[int]] = {}
    for place, things in enumerate(many):
        for thing in things:
            found.setdefault(thing, []).append(place)
    return {thing: tuple(places) for thing, places in found.items()}


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        bits ^= low
        yield low.bit_length() - 1


def _serves(bits: int, groups: tuple[int, ...], given: list[bool]) -> bool:
    """Most rules lack their first group already, so this stops there."""
    return all(bits & mask or (given and given[number]) for number, mask in enumerate(groups))


def _reach(rule: ScreeningRule, bits: dict[str, int]) -> Reach:
    groups = tuple(_union(group, bits) for group in rule.groups)
    excuses = _union((*rule.unless, *rule.unless_anywhere, *rule.unless_within), bits)
    return Reach(groups, excuses | _union_of(groups), rule.reach == "message")


def _union(names: tuple[str, ...], bits: dict[str, int]) -> int:
    return _union_of(bits[name] for name in names)


def _union_of(many: Iterable[int]) -> int:
    total = 0
    for each in many:
        total |= each
    return total


def _rule(
    row: dict[str, Any], kinds: dict[str, dict[str, str]], lists: dict[str, list[str]]
) -> ScreeningRule:
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
        unless_within=tuple(row.get("unless_within", [])),
        weighed=row.get("weighed", False),
        source=row.get("source", kind["source"]),
    )


def _concepts(name: str, number: int, group: list[str], lists: dict[str, list[str]]) -> Iterator[str]:
    """ "@name" is a concept of concepts.toml or numbers.toml; all else is a pattern of this rule alone."""
    own = [item for item in group if not item.startswith("@")]
    if own:
        lists[f"{name}/{number}"] = own
        yield f"{name}/{number}"
    yield from (item[1:] for item in group if item.startswith("@"))

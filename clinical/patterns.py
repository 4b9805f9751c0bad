"""What several results mean together: vetted patterns, each a row of a table with its source."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from clinical import background
from clinical.findings import Finding, Series
from clinical.interpret_rows import SEVERITY
from clinical.pattern_clauses import Clause, Known, clause
from clinical.tables import table
from clinical.triage import TIERS, Rule, known_symptoms
from clinical.types import Person, Tier

CLOSE = 30  # days between results that are looked at together, where a row does not say


@dataclass(frozen=True)
class Pattern:
    """A row of the table: every clause of `every` must hold, `count` of `some`, and none of `none`."""

    id: str
    family: str  # of one family only the most pressing row that fits is said
    tier: Tier
    says: str  # to the patient
    because: str  # to whoever asks WHY
    source: str
    every: tuple[Clause, ...] = ()
    some: tuple[Clause, ...] = ()
    count: int = 1
    none: tuple[Clause, ...] = ()
    within_days: int = CLOSE
    symptoms: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()
    unless_conditions: frozenset[str] = frozenset()
    unless_medicines: frozenset[str] = frozenset()
    sex: str | None = None
    pregnant: bool | None = None
    age_min: int | None = None
    age_max: int | None = None

    @property
    def analytes(self) -> frozenset[str]:
        """Every test that can make it fit."""
        return frozenset(key for each in (*self.every, *self.some) for key in each.of)

    @property
    def looks_at(self) -> frozenset[str]:
        """Every test it must know of, with those that speak against it."""
        return frozenset(
            key for each in (*self.every, *self.some, *self.none) for key in (*each.of, *each.beside)
        )


@dataclass(frozen=True)
class Match:
    """A pattern that fits, with the results it rests on."""

    pattern: Pattern
    findings: tuple[Finding, ...]

    @property
    def rule(self) -> str:
        return f"pattern:{self.pattern.id}"


@cache
def patterns() -> tuple[Pattern, ...]:
    """The table, in its order."""
    return tuple(_pattern(row) for row in table("patterns")["patterns"])


def _pattern(row: Mapping[str, Any]) -> Pattern:
    known: dict[str, Any] = {}
    for name, value in row.items():
        if name in ("every", "some", "none"):
            known[name] = tuple(clause(each) for each in value)
        else:
            known[name] = frozenset(value) if isinstance(value, list) else value
    found = Pattern(**known)
    if found.tier not in TIERS:
        raise ValueError(f"pattern {found.id}: no tier {found.tier!r}")
    return found


@cache
def _by_analyte() -> Mapping[str, tuple[Pattern, ...]]:
    keys = {key for each in patterns() for key in each.analytes}
    return {key: tuple(each for each in patterns() if key in each.analytes) for key in keys}


def touching(analytes: Collection[str]) -> tuple[Pattern, ...]:
    """The patterns a message about these tests can complete, in the table's order."""
    near = {id(each) for key in analytes for each in _by_analyte().get(key, ())}
    return tuple(each for each in patterns() if id(each) in near)


def wanted(analytes: Collection[str]) -> frozenset[str]:
    """The tests whose recorded results matter for a message about these."""
    return frozenset(key for each in touching(analytes) for key in each.looks_at)


def find(
    findings: Sequence[Finding],
    person: Person,
    on: date,
    symptoms: frozenset[str] = frozenset(),
    recorded: Mapping[str, Sequence[Callable[[], Finding | None]]] | None = None,
) -> tuple[Match, ...]:
    """Every pattern that fits, at least one of whose results is new. `on` is today, for the age.

    Of several results of one test the newest counts, and of those of one day the most severe.
    `recorded` are results the record holds, by test and newest first, judged only when a pattern asks.
    """
    new = {each.analyte for each in findings if each.now}
    about = _About(
        person.age_on(on),
        person,
        known_symptoms(symptoms),
        background.conditions(person),
        background.medicines(person),
    )
    by_test = _grouped(findings, recorded or {})
    found = (_match(each, by_test) for each in touching(new) if about.fits(each))
    return tuple(each for each in found if each is not None)


@dataclass(frozen=True)
class _About:
    """The person, as far as patterns ask."""

    age: int | None
    person: Person
    symptoms: frozenset[str]
    conditions: frozenset[str]
    medicines: frozenset[str]

    def fits(self, pattern: Pattern) -> bool:
        """Whether this holds for the person; what is not known never makes it hold."""
        if pattern.symptoms and not pattern.symptoms & self.symptoms:
            return False
        has = pattern.conditions & self.conditions or pattern.medicines & self.medicines
        if (pattern.conditions or pattern.medicines) and not has:
            return False
        if pattern.unless_conditions & self.conditions or pattern.unless_medicines & self.medicines:
            return False
        if pattern.sex and pattern.sex != self.person.sex:
            return False
        if pattern.pregnant is not None and pattern.pregnant != bool(self.person.pregnant):
            return False
        return self._old_enough(pattern)

    def _old_enough(self, pattern: Pattern) -> bool:
        if pattern.age_min is not None and (self.age is None or self.age < pattern.age_min):
            return False
        return pattern.age_max is None or (self.age is not None and self.age <= pattern.age_max)


def _grouped(
    findings: Iterable[Finding], recorded: Mapping[str, Sequence[Callable[[], Finding | None]]]
) -> Known:
    """Results by test, the one that counts first."""
    grouped: dict[str, list[Finding]] = {}
    for each in findings:
        grouped.setdefault(each.analyte, []).append(each)
    return {
        key: Series(sorted(grouped.get(key, ()), key=_standing, reverse=True), recorded.get(key, ()))
        for key in {**grouped, **recorded}
    }


def _standing(each: Finding) -> tuple[bool, date, int, Decimal]:
    """What is told now stands before what is recorded, the newest before the older, then the more severe."""
    severity = -1 if each.interpretation is None else SEVERITY[each.interpretation]
    return (each.now, each.day, severity, each.of_high or Decimal(0))


def _match(pattern: Pattern, by_test: Known) -> Match | None:
    used: list[Finding] = []
    for each in pattern.every:
        held = each.holding(by_test)
        if not held:
            return None
        used += held
    some = [held for each in pattern.some if (held := each.holding(by_test))]
    if pattern.some and len(some) < pattern.count:
        return None
    used += [finding for held in some for finding in held]
    if not any(each.now for each in used) or not _close(pattern, used):
        return None
    if any(each.holding(by_test) for each in pattern.none):
        return None
    return Match(pattern, tuple(dict.fromkeys(used)))


def _close(pattern: Pattern, used: Sequence[Finding]) -> bool:
    """Whether the results were taken close enough in time to speak of one state of the body."""
    days = [each.day for each in used]
    return (max(days) - min(days)).days <= pattern.within_days


def rules(matches: Iterable[Match]) -> tuple[Rule, ...]:
    """The matches as rules of triage: they raise what is out of range in them, and lower nothing."""
    return tuple(
        Rule(each.rule, each.pattern.tier, each.pattern.because, each.pattern.source, analytes=raised)
        for each in matches
        if (raised := _raised(each)) and each.pattern.tier != "nothing"
    )


def _raised(match: Match) -> frozenset[str]:
    """The tests a pattern makes more urgent: those out of range, or all where all are in range."""
    new = [each for each in match.findings if each.now]
    out = [each for each in new if each.interpretation != "N"]
    return frozenset(each.analyte for each in out or new)


def said(matches: Sequence[Match]) -> tuple[Match, ...]:
    """What is told, the most pressing first: one pattern a family, so that nothing is said twice."""
    pressing = sorted(matches, key=lambda each: -TIERS.index(each.pattern.tier))
    first: dict[str, Match] = {}
    for each in pressing:
        first.setdefault(each.pattern.family, each)
    return tuple(first.values())

"""The catalogue's limits beside those of the fact tables, each pair with whether both say the same.

`facts/ranges.csv` and `facts/critical.csv` hold the figures of the adult rows whose LOINC code is one of the
catalogue's. A table without codes (Tietz/Mayo, the laboratories' critical values) was given the code its
names stand for, units were written as UCUM, and where LHNCBC's printed range and its two cells disagree the
printed one was taken.
"""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path

from clinical import catalogue, units
from clinical.analyte import Analyte, Limits, RangeRow

FACTS = Path(__file__).parent / "facts"


@dataclass(frozen=True)
class Fact:
    """A row of a fact table: an open side and "anyone" are empty, figures as printed, in a UCUM unit."""

    loinc: str
    sex: str
    unit: str
    low: str
    high: str
    table: str
    name: str  # as the table calls it

    @property
    def analyte(self) -> Analyte:
        return catalogue.load().by_loinc[self.loinc]


@dataclass(frozen=True)
class Pair:
    """One limit of ours beside one of theirs; `line` is how the list of differences writes it."""

    analyte: str
    line: str  # "female critical high 20.0, Sunrise 18.0": whose, which, ours, table, theirs as printed
    same: bool
    sooner: bool  # ours is met before theirs


@cache
def compare() -> tuple[Pair, ...]:
    """Every pair of limits: a range beside the ranges of the same people, critical beside critical."""
    return tuple(dict.fromkeys([*_range_pairs(), *_critical_pairs()]))


def unread() -> set[tuple[str, str]]:
    """Analyte and unit of the rows whose unit cannot be turned into ours."""
    facts = [*read_facts("ranges"), *read_facts("critical")]
    return {(each.analyte.key, each.unit) for each in facts if not units.fits(each.unit, each.analyte)}


def read_facts(name: str) -> list[Fact]:
    with (FACTS / f"{name}.csv").open(newline="") as file:
        return [Fact(**row) for row in csv.DictReader(file)]


def near(ours: Decimal, theirs: Decimal) -> bool:
    """Whether both say the same but for rounding: 2 %, or one in our last place where that is 5 % at most."""
    apart, size = abs(ours - theirs), abs(theirs)
    step = Decimal(1).scaleb(int(ours.as_tuple().exponent))
    return apart <= size * Decimal("0.02") or apart <= min(step, size * Decimal("0.05"))


def _range_pairs() -> Iterator[Pair]:
    for fact in read_facts("ranges"):
        for row in fact.analyte.ranges:
            if not row.pregnant and (not row.sex or fact.sex in ("", row.sex)):
                yield from _pairs(fact, row.limits, _who(row, fact))


def _critical_pairs() -> Iterator[Pair]:
    for fact in read_facts("critical"):
        yield from _pairs(fact, fact.analyte.critical or Limits(), f"{fact.sex} critical")


def _who(row: RangeRow, fact: Fact) -> str:
    age = f"{row.age_min or 0} to {row.age_max or 'any'}" if row.age_min or row.age_max else ""
    return f"{row.sex or fact.sex} {age} {row.note or ''}"


def _pairs(fact: Fact, ours: Limits, whose: str) -> Iterator[Pair]:
    for side, limit, printed in (("low", ours.low, fact.low), ("high", ours.high, fact.high)):
        theirs = units.to_canonical(Decimal(printed), fact.unit, fact.analyte) if printed else None
        if theirs is not None:
            unit = "" if fact.unit == fact.analyte.unit else fact.unit
            words = f"{whose} {side} {'none' if limit is None else limit}, {fact.table} {printed} {unit}"
            yield Pair(fact.analyte.key, " ".join(words.split()), *_weigh(limit, theirs, side))


def _weigh(ours: Decimal | None, theirs: Decimal, side: str) -> tuple[bool, bool]:
    """Whether both say the same, and whether ours is met sooner; no lower limit is the same as zero."""
    if ours is None:
        return side == "low" and theirs <= 0, False
    return near(ours, theirs), ours > theirs if side == "low" else ours < theirs

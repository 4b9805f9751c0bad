"""Which catalogue range holds for this person, and where a value lies in it."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from clinical.analyte import Analyte, Limits, RangeRow
from clinical.tables import table
from clinical.types import Interpretation, Person
from clinical.values import Amount

SEVERITY: dict[str, int] = {"N": 0, "L": 1, "H": 1, "A": 1, "LL": 2, "HH": 2, "AA": 2}


@dataclass(frozen=True)
class RowVerdict:
    """What the catalogue says for a person: the verdict with the row that gave it, or what to ask."""

    interpretation: Interpretation | None
    row: RangeRow | None = None
    ask: str | None = None


def adult_age(analyte: Analyte) -> int:
    """From which age on the adult ranges of this test hold."""
    rules = table("judging")
    return int(rules["adult_from"].get(analyte.key, rules["adult_age"]))


def is_child(age: int | None, analyte: Analyte) -> bool:
    """Adult ranges do not hold below the age in the table."""
    return age is not None and age < adult_age(analyte)


def verdict(amount: Amount, analyte: Analyte, person: Person, age: int | None) -> RowVerdict:
    """The verdict all rows that may hold for this person agree on; where they do not, what would settle it.

    A finding outside the general adult range stands when only the age is unknown: an unknown
    age may keep "normal" back, never "out of range".
    """
    known_sex = person.sex if person.sex in ("female", "male") else None
    by_sex = {
        sex: _for_sex(amount, analyte, sex, person.pregnant, age)
        for sex in ((known_sex,) if known_sex else ("female", "male"))
    }
    found = list(by_sex.values())
    if not known_sex:  # a test with ranges for one sex only is given to that sex: PSA
        found = [one for one in found if one.row or one.ask or one.interpretation] or found
    if any(one.row is None and one.ask is None for one in found):
        return RowVerdict(None)
    if any(one.interpretation is None for one in found):
        return next(one for one in found if one.interpretation is None)
    codes = {one.interpretation for one in found}
    if len(codes) == 1 or known_sex:
        return found[0]
    return RowVerdict(None, None, "sex")


def _for_sex(
    amount: Amount, analyte: Analyte, sex: str, pregnant: bool | None, age: int | None
) -> RowVerdict:
    if age is not None:
        return _agreed(
            amount, _most_specific(analyte.ranges, sex, bool(pregnant), age, adult_age(analyte)), "phase"
        )
    rows = [
        row for row in analyte.ranges if _fits(row, sex, bool(pregnant), None, 18) and not _for_children(row)
    ]
    general = _most_specific(
        [row for row in rows if row.age_min is None and row.age_max is None], sex, bool(pregnant), None, 18
    )
    if not general:
        return _agreed(amount, rows, "age")
    first = _agreed(amount, general, "phase")
    if first.interpretation != "N":
        return first
    aged = [row for row in rows if row.age_min is not None or row.age_max is not None]
    if pregnant:
        aged = [row for row in aged if row.pregnant]
    if any(place(amount, row.limits) != "N" for row in aged):
        return RowVerdict(None, None, "age")
    return first


def _for_children(row: RangeRow) -> bool:
    return row.age_max is not None and row.age_max < int(table("judging")["adult_age"])


def _agreed(amount: Amount, rows: list[RangeRow], ask: str) -> RowVerdict:
    """The verdict these equally good rows share; None with a question where they differ (cycle days)."""
    if not rows:
        return RowVerdict(None)
    places = {place(amount, row.limits) for row in rows}
    if len(places) == 1:
        return RowVerdict(places.pop(), rows[0])
    return RowVerdict(None, None, ask)


def _most_specific(
    rows: Iterable[RangeRow], sex: str, pregnant: bool, age: int | None, adult: int
) -> list[RangeRow]:
    fitting = [row for row in rows if _fits(row, sex, pregnant, age, adult)]
    best = max((_specific(row) for row in fitting), default=None)
    return [row for row in fitting if _specific(row) == best]


def _specific(row: RangeRow) -> tuple[bool, bool, bool]:
    aged = row.age_min is not None or row.age_max is not None
    return (bool(row.pregnant), aged, row.sex is not None)


def _fits(row: RangeRow, sex: str, pregnant: bool, age: int | None, adult: int) -> bool:
    if row.sex not in (None, sex) or (row.pregnant and not (pregnant and sex == "female")):
        return False
    if row.pregnant is False and pregnant and sex == "female":
        return False
    if age is None:
        return True
    low = row.age_min if row.age_min is not None else adult
    if row.age_min is None and row.age_max is not None and row.age_max < low:
        low = 0
    return low <= age and (row.age_max is None or age <= row.age_max)


def place(amount: Amount, limits: Limits, *, below_high: bool = False) -> Interpretation | None:
    """N, L or H; None where a "<30" or ">7" leaves it open. `below_high`: the limit itself is already out."""
    low = limits.low if limits.low != 0 else None
    high = limits.high
    if amount.low is not None and _above(amount.low, high, amount.strict or below_high):
        return "H"
    if amount.high is not None and _above(-amount.high, None if low is None else -low, amount.strict):
        return "L"
    if amount.low is None:
        return (
            "N"
            if low is None and high is not None and amount.high is not None and amount.high <= high
            else None
        )
    if amount.high is None:
        return "N" if high is None and low is not None and amount.low >= low else None
    if _above(amount.high, high, below_high):
        return "H"  # "2-4" where 3 is the limit: the worse end counts
    if low is not None and amount.low < low:
        return "L"
    return "N"


def _above(value: Decimal, limit: Decimal | None, at_is_out: bool) -> bool:
    return limit is not None and (value > limit or (at_is_out and value == limit))


def critical(amount: Amount, limits: Limits | None) -> Interpretation | None:
    """LL or HH when the value is at or beyond a critical limit for certain."""
    if limits is None:
        return None
    if limits.low is not None and amount.high is not None and amount.high <= limits.low:
        return "LL"
    if limits.high is not None and amount.low is not None and amount.low >= limits.high:
        return "HH"
    return None


def worse(one: Interpretation | None, other: Interpretation | None) -> Interpretation | None:
    """The more severe of two; the first where they are equal, and a direction before a bare "abnormal"."""
    if one is None or other is None:
        return one or other
    if SEVERITY[one] == SEVERITY[other]:
        return other if one in ("A", "AA") else one
    return one if SEVERITY[one] > SEVERITY[other] else other

"""The unit a bare number must be in, where that can be told; never guessed into "normal"."""

from dataclasses import dataclass
from decimal import Decimal
from math import log

from clinical import units
from clinical.analyte import Analyte, Limits
from clinical.interpret_rows import SEVERITY, RowVerdict, critical, verdict, worse
from clinical.tables import table
from clinical.types import Interpretation, Person
from clinical.values import Amount

FAR = 1000
SMALL = 10  # so far below the only limit a test has, a number begins to look like one in another unit


@dataclass(frozen=True)
class Reading:
    """A bare number read in one unit: what it then is, and how unlikely (0 in range, 1 at the edge)."""

    unit: str
    amount: Amount
    verdict: RowVerdict
    interpretation: Interpretation | None  # with critical limits
    unlikely: float  # above 1: not plausible


def to_canonical(amount: Amount, unit: str, analyte: Analyte) -> Amount | None:
    """An amount in the analyte's own unit."""
    ends = [
        None if end is None else units.to_canonical(end, unit, analyte) for end in (amount.low, amount.high)
    ]
    if (amount.low is not None and ends[0] is None) or (amount.high is not None and ends[1] is None):
        return None
    return Amount(ends[0], ends[1], amount.strict)


def reading(amount: Amount, unit: str, analyte: Analyte, person: Person, age: int | None) -> Reading | None:
    """This number, taken in this unit."""
    canonical = to_canonical(amount, unit, analyte)
    if canonical is None:
        return None
    found = verdict(canonical, analyte, person, age)
    full = worse(found.interpretation, critical(canonical, analyte.critical))
    return Reading(unit, canonical, found, full, _unlikely(canonical, analyte))


def oddity(number: Decimal, unit: str, analyte: Analyte) -> float:
    """How odd a number in a unit is for a test: 0 in range, 1 at the edge of what is plausible."""
    canonical = units.to_canonical(number, unit, analyte)
    return 9.0 if canonical is None else _unlikely(Amount(canonical, canonical), analyte)


def _unlikely(amount: Amount, analyte: Analyte) -> float:
    number = amount.low if amount.low is not None else amount.high
    if number is None or analyte.plausible is None:
        return 0.0
    lows = [row.limits.low for row in analyte.ranges if row.limits.low]
    highs = [row.limits.high for row in analyte.ranges if row.limits.high]
    if number and highs and number > max(highs):
        return _way(number, max(highs), analyte.plausible.high)
    if lows and number < min(lows):
        return _way(number, min(lows), analyte.plausible.low)
    if not _inside(number, analyte.plausible):
        return 9.0
    small = min(highs) / SMALL if highs and not lows else None
    if small and analyte.plausible.low and 0 < number < small and analyte.plausible.low < small:
        return _way(number, small, analyte.plausible.low)  # "LDL 5.1" is hardly mg/dL
    return 0.0


def _inside(number: Decimal, limits: Limits) -> bool:
    return (limits.low is None or number >= limits.low) and (limits.high is None or number <= limits.high)


def _way(number: Decimal, start: Decimal, end: Decimal | None) -> float:
    """How far a number is on the way from the range's edge to what is hardly possible, on a log scale."""
    if end is None or start == end:
        return 0.0
    if number <= 0 or start <= 0:
        return 0.0 if end <= number else 9.0
    if end <= 0:
        end = start / FAR  # "plausible from 0 on" has no end on a log scale
    return log(float(number / start)) / log(float(end / start))


def infer(amount: Amount, analyte: Analyte, person: Person, age: int | None) -> Reading | None:
    """The reading a bare number must have; None where usual units disagree and neither can be ruled out.

    "hemoglobin 161" can only be g/L. "CRP 6" is fine in mg/L and not in mg/dL: not judged.
    """
    readings = _readings(amount, units.known_units(analyte), analyte, person, age)
    likely = [one for one in readings if one.unlikely <= 1]
    if not likely:
        rare = _readings(amount, units.rare_units(analyte), analyte, person, age)
        likely = [one for one in rare if one.unlikely <= 1]
    if not likely:
        return _far_out(readings)
    if len({one.interpretation for one in likely}) == 1:
        return min(likely, key=lambda one: one.unlikely)
    return _clear_favourite(likely, analyte)


def could_be_critical(amount: Amount, analyte: Analyte, person: Person, age: int | None) -> bool:
    """Whether a bare number would be critical in a unit that cannot be ruled out."""
    limit = float(table("judging")["unit_guess"]["out_of_the_question"])
    found = _readings(amount, units.known_units(analyte), analyte, person, age)
    return any(one.interpretation in ("LL", "HH") and one.unlikely <= limit for one in found)


def _readings(
    amount: Amount, candidates: tuple[str, ...], analyte: Analyte, person: Person, age: int | None
) -> list[Reading]:
    found = [reading(amount, unit, analyte, person, age) for unit in candidates]
    return _distinct([one for one in found if one is not None])


def _distinct(readings: list[Reading]) -> list[Reading]:
    """One reading for units of the same size."""
    kept: dict[tuple[Decimal | None, Decimal | None], Reading] = {}
    for one in readings:
        kept.setdefault((one.amount.low, one.amount.high), one)
    return list(kept.values())


def _far_out(readings: list[Reading]) -> Reading | None:
    """Beyond what is plausible in every unit, on the same side: out of range whatever was meant."""
    sides = {(one.verdict.interpretation or "?")[0] for one in readings}
    if len(sides) != 1 or sides & {"N", "?"}:
        return None
    return min(readings, key=lambda one: SEVERITY[one.interpretation or "N"])


def _clear_favourite(likely: list[Reading], analyte: Analyte) -> Reading | None:
    """The reading to believe where plausible ones disagree: by the test's usual unit, but never into "normal"
    while a unit as usual would make it abnormal."""
    rules = {
        name: float(value)
        for name, value in table("judging")["unit_guess"].items()
        if name not in ("source", "loses_prefix")
    }
    both = table("judging")["both_usual"].get(analyte.key, ())
    own = next((one for one in likely if one.unit == analyte.unit), None)
    against = own is not None and any(one.unit in both and _opposite(one, own) for one in likely)
    if own and not against and own.interpretation not in (None, "N") and 0 < own.unlikely <= rules["mild"]:
        return own
    best = min(likely, key=lambda one: one.unlikely)
    others = [one for one in likely if one.interpretation != best.interpretation]
    if any(one.unit in both and one.unlikely < rules["unlikely_where_both_usual"] for one in others):
        return None
    if best.interpretation == "N" and own and own is not best and own.unlikely < rules["out_of_the_question"]:
        return None
    apart = all(
        one.unlikely >= rules["unlikely"] and one.unlikely - best.unlikely >= rules["apart"] for one in others
    )
    return best if apart and best.unlikely <= rules["likely"] else None


def _opposite(one: Reading, other: Reading) -> bool:
    """ "urea 12" is low in mg/dL and high in mmol/L: the unit is asked, whichever is the more usual."""
    return {(one.interpretation or "?")[0], (other.interpretation or "?")[0]} == {"L", "H"}

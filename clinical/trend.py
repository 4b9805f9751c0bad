"""Where a test is heading over all its values: up, down, much the same, or not for us to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import combinations
from statistics import median
from typing import Literal

from clinical import units
from clinical.analyte import Analyte
from clinical.tables import table
from clinical.values import amount
from clinical.wording import Sentence, plain_number

Heading = Literal["up", "down", "steady"]


@dataclass(frozen=True)
class Point:
    """One result: its value as written, its UCUM unit (None: not known), and its day."""

    value: str
    unit: str | None
    day: date


@dataclass(frozen=True)
class Trend:
    """Over `count` values in one unit; `first` and `last` as they were written."""

    heading: Heading
    count: int
    first: str
    last: str
    wobble: Decimal | None  # the reference change value, percent; None where none is published
    source: str


def over(analyte: Analyte, points: Sequence[Point]) -> Trend | None:
    """The trend of these results, in any order; None where it would be guessing.

    Values without a known unit, "<5", ranges and words are left out; of one day the last given counts.
    The first and the last must stand in one unit as written, or the words would compare two scales.
    """
    limits = table("trend")["limits"]
    kept = _comparable(analyte, points, limits)
    if len(kept) < limits["fewest"]:
        return None
    numbers = [number for _, number in kept]
    heading = _heading(kept, analyte.rcv_percent, limits)
    first, last = kept[0][0], kept[-1][0]
    if heading is None or first.unit != last.unit or numbers[0] <= 0:
        return None
    source = analyte.rcv_source or limits["source"]
    return Trend(heading, len(kept), first.value, last.value, analyte.rcv_percent, source)


def _comparable(
    analyte: Analyte, points: Sequence[Point], limits: dict[str, int]
) -> list[tuple[Point, Decimal]]:
    """Values in the test's own unit, one a day, oldest first, none older than the limit."""
    by_day: dict[date, tuple[Point, Decimal]] = {}
    for each in points:
        number = amount(each.value)
        if number is None or number.low is None or number.low != number.high or each.unit is None:
            continue
        canonical = units.to_canonical(number.low, each.unit, analyte)
        if canonical is not None:
            by_day[each.day] = (each, canonical)
    days = sorted(by_day)
    recent = [day for day in days if (days[-1] - day).days <= limits["years"] * 366]
    return [by_day[day] for day in recent[-limits["most"] :]]


def _heading(
    kept: list[tuple[Point, Decimal]], wobble: Decimal | None, limits: dict[str, str | int]
) -> Heading | None:
    numbers = [number for _, number in kept]
    moves = [later - earlier for earlier, later in combinations(numbers, 2)]
    up, down = sum(move > 0 for move in moves), sum(move < 0 for move in moves)
    share = Decimal(str(limits["agree"]))
    side: Heading | None = None
    if max(up, down) >= share * len(moves):
        side = "up" if up > down else "down"
    if wobble is None:
        whole = len(kept) >= int(limits["fewest_without"]) and max(up, down) == len(moves)
        return side if whole else None
    if side and _travelled(kept) > wobble:
        return side
    middle = median(numbers)
    within = all(abs(number - middle) * 100 <= wobble * middle for number in numbers)
    return "steady" if within else None


def _travelled(kept: list[tuple[Point, Decimal]]) -> Decimal:
    """How far the line through all values (Theil and Sen's slope) goes, in percent of where it starts."""
    start = kept[0][0].day
    placed = [(Decimal((point.day - start).days), number) for point, number in kept]
    slope = median((y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in combinations(placed, 2))
    begin = median(y - slope * x for x, y in placed)
    if begin <= 0:
        begin = placed[0][1]
    return abs(slope * placed[-1][0]) / begin * 100 if begin > 0 else Decimal(0)


def sentence(trend: Trend) -> Sentence:
    """ "It has gone down over your last four tests, from 11.2 to 8.9." """
    words = ("", "", "", "three", "four", "five", "six", "seven", "eight")
    text = table("trend")["says"][trend.heading].format(
        count=words[trend.count], first=trend.first, last=trend.last
    )
    return Sentence(text, f"trend:{trend.heading}", trend.source, because(trend))


def because(trend: Trend) -> str:
    """What WHY says of it."""
    kind = "unknown" if trend.wobble is None else ("steady" if trend.heading == "steady" else "real")
    said: str = table("trend")["because"][kind].format(wobble=plain_number(trend.wobble))
    return said

"""Laboratory results for the page: the newest of each test, how it moved, and what was not judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from careteam.sparkline import Point
from record.portrait import ResultLine
from record.series import Earlier
from record.tables import message, observation
from record.values import number

SEVERITY = {"AA": 0, "HH": 0, "LL": 0, "H": 1, "L": 1, "A": 1, None: 2, "N": 3}


@dataclass(frozen=True)
class Result:
    """The newest result of one test, with the earlier ones that can be compared with it."""

    newest: Earlier
    released: bool  # False: the patient has not been told it
    quote: str | None
    seq: int | None  # the message it was told in
    trend: tuple[Point, ...]

    @property
    def name(self) -> str:
        text = self.newest.text.strip()
        name = text[:1].upper() + text[1:]
        whose = self.newest.subject
        return name if whose == "patient" else f"{name} (not the patient's: {whose})"

    @property
    def value(self) -> str:
        value = self.newest.value or "no value"
        return value if value.startswith(("<", ">")) else f"{self.newest.comparator or ''}{value}"

    @property
    def unit(self) -> str:
        return self.newest.unit or ""

    @property
    def range(self) -> str | None:
        """ "3.5 to 5.1", "up to 5.1", or as it was written; None: none known."""
        low, high = self.newest.low, self.newest.high
        if low and high:
            return f"{low} to {high}"
        if high:
            return f"up to {high}"
        return f"{low} or more" if low else self.newest.range_text

    @property
    def low(self) -> float | None:
        return number(self.newest.low)

    @property
    def high(self) -> float | None:
        return number(self.newest.high)

    @property
    def when(self) -> str:
        return self.newest.effective or self.newest.at


def read(
    connection: Connection, lines: Sequence[ResultLine], day: Callable[[str], str]
) -> tuple[Result, ...]:
    """Results for the page, the most severe first, then the newest; `day` says a date as people read it."""
    told = _told(connection, [line.newest.id for line in lines])
    results = [_result(line, told[line.newest.id], day) for line in lines]
    results.sort(key=lambda result: result.when, reverse=True)
    return tuple(sorted(results, key=lambda result: SEVERITY.get(result.newest.interpretation, 2)))


def _told(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    """The words a result was told in, and their message's number."""
    rows = connection.execute(
        select(observation.c.id, observation.c.quote, message.c.seq)
        .outerjoin(message, message.c.id == observation.c.message_id)
        .where(observation.c.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _result(line: ResultLine, told: Any, day: Callable[[str], str]) -> Result:
    in_order = (*reversed(line.earlier), line.newest)
    points = tuple(point for each in in_order if (point := _point(each, line.newest, day)))
    return Result(line.newest, not line.awaiting_release, told.quote, told.seq, points)


def _point(each: Earlier, newest: Earlier, day: Callable[[str], str]) -> Point | None:
    """A value in another unit is not on the same line; neither is "more than 231"."""
    value = number(each.value)
    if value is None or each.comparator or each.unit != newest.unit:
        return None
    at = each.effective or each.at
    return Point(value, at, day(at), each.origin == "measured")

"""Laboratory results for the page: the newest of each test, how it moved, and what was not judged."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from careteam.sparkline import Point
from record import view
from record.tables import message, observation
from record.view import Earlier

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
        return text[:1].upper() + text[1:]

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


def read(connection: Connection, patient_id: str, day: Callable[[str], str]) -> tuple[Result, ...]:
    """Results that stand, the most severe first and then the newest; `day` says a date as people read it."""
    series = view.newest(connection, patient_id, view.standing)
    more = _more(connection, [each[0].id for each in series.values()])
    results = [_result(each, more[each[0].id], day) for each in series.values()]
    results.sort(key=lambda result: result.when, reverse=True)
    return tuple(sorted(results, key=lambda result: SEVERITY.get(result.newest.interpretation, 2)))


def number(text: str | None) -> float | None:
    """A plain number, None for anything else: ranges, words and "more than" do not make a point."""
    try:
        return float(text) if text else None
    except ValueError:
        return None


def _more(connection: Connection, ids: Sequence[str]) -> dict[str, Any]:
    rows = connection.execute(
        select(observation.c.id, observation.c.released_at, observation.c.quote, message.c.seq)
        .outerjoin(message, message.c.id == observation.c.message_id)
        .where(observation.c.id.in_(ids))
    )
    return {row.id: row for row in rows}


def _result(found: Sequence[Earlier], more: Any, day: Callable[[str], str]) -> Result:
    newest = found[0]
    points = [point for each in reversed(found) if (point := _point(each, newest, day))]
    return Result(
        newest=newest,
        released=newest.origin != "measured" or more.released_at is not None,
        quote=more.quote,
        seq=more.seq,
        trend=tuple(points),
    )


def _point(each: Earlier, newest: Earlier, day: Callable[[str], str]) -> Point | None:
    """A value in another unit is not on the same line; neither is "more than 231"."""
    value = number(each.value)
    if value is None or each.comparator or each.unit != newest.unit:
        return None
    at = each.effective or each.at
    return Point(value, at, day(at), each.origin == "measured")

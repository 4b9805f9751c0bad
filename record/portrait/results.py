"""Results and vital signs: the newest of each, how it moved against how much the test moves by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from clinical import change, trend
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from record.portrait.audience import Seen
from record.portrait.parts import Point, ResultLine
from record.series import Earlier, newest
from record.tables import message, observation
from record.values import joined, number
from record.view import whole_date

POINTS = 24  # of each test: what a small chart can show
CHUNK = 400  # ids looked up at once: SQLite's oldest limit on parameters is 999
CRITICAL = ("HH", "LL", "AA")
PRESSING = ("act-now", "call-today")
DIRECTIONS = {"H": "high", "HH": "high", "L": "low", "LL": "low", "A": "not usual", "AA": "not usual"}
MOVED = {"up": "rising", "down": "falling"}


class Lines(NamedTuple):
    """Both kinds, the most recently measured first."""

    results: tuple[ResultLine, ...]
    vitals: tuple[ResultLine, ...]


def read(connection: Connection, patient_id: str, seen: Seen, catalogue: Catalogue) -> Lines:
    """The newest of every test, by one walk through the index."""
    every = newest(connection, patient_id, seen.results, POINTS)
    beside = _told_in(connection, patient_id, seen.told_beside)
    kept = {
        name: tuple(row for row in rows if row.id not in beside and row.at >= (seen.since or ""))
        if seen.words
        else _measured(rows)
        for name, rows in every.items()
    }
    found = {name: _in_order(rows) for name, rows in kept.items() if rows}
    places = _places(connection, [rows[0].id for rows in found.values()])
    results: list[ResultLine] = []
    vitals: list[ResultLine] = []
    for series, rows in found.items():
        place = places[rows[0].id]
        line = _line(series, rows, place, catalogue.get(rows[0].analyte))
        if place.message_id in seen.hidden_messages:
            line = replace(line, quote=None)
        if place.category in ("laboratory", "vital-signs"):
            (vitals if place.category == "vital-signs" else results).append(line)
    return Lines(_by_time(results), _by_time(vitals))


def _measured(rows: Sequence[Earlier]) -> tuple[Earlier, ...]:
    return tuple(row for row in rows if row.origin == "measured")


def _told_in(connection: Connection, patient_id: str, messages: frozenset[str]) -> frozenset[str]:
    """Values told in these messages."""
    if not messages:
        return frozenset()
    chosen = select(observation.c.id, observation.c.message_id).where(
        observation.c.patient_id == patient_id, observation.c.origin != "measured"
    )
    return frozenset(row.id for row in connection.execute(chosen) if row.message_id in messages)


def _in_order(rows: tuple[Earlier, ...]) -> tuple[Earlier, ...]:
    """Newest first; of one day the laboratory's stands before what was told, which may be the one before."""
    first = next((row for row in rows if row.origin == "measured"), None)
    if first is None or first is rows[0] or _day(first) < _day(rows[0]):
        return rows
    return (first, *(row for row in rows if row is not first))


def _day(row: Earlier) -> str:
    return (row.effective or row.at)[:10]


def _by_time(lines: Sequence[ResultLine]) -> tuple[ResultLine, ...]:
    return tuple(sorted(lines, key=lambda line: (line.when, line.series), reverse=True))


def _places(connection: Connection, ids: Sequence[str]) -> Mapping[str, Any]:
    """What stands beside the newest of each: its kind, the laboratory's remark, the words it was told in."""
    columns = observation.c
    chosen = select(
        columns.id, columns.category, columns.note, columns.quote, columns.message_id, message.c.seq
    ).outerjoin(message, message.c.id == columns.message_id)
    found = {}
    for start in range(0, len(ids), CHUNK):
        for row in connection.execute(chosen.where(columns.id.in_(ids[start : start + CHUNK]))):
            found[row.id] = row
    return found


def _line(series: str, rows: tuple[Earlier, ...], place: Any, analyte: Analyte | None) -> ResultLine:
    last = rows[0]
    moved, words = _moved(rows, analyte)
    return ResultLine(
        series=series,
        name=_name(last, analyte),
        newest=last,
        earlier=rows[1:],
        trend=_points(rows),
        awaiting_release=last.origin == "measured" and last.released_at is None,
        note=place.note,
        quote=place.quote,
        message_id=place.message_id,
        seq=place.seq,
        state=frozenset({*_standing(last), *moved}),
        change=words,
    )


def _name(last: Earlier, analyte: Analyte | None) -> str:
    text = last.text.strip()
    name = analyte.name if analyte else text[:1].upper() + text[1:]
    return name if last.subject == "patient" else f"{name} (not the patient's: {last.subject})"


def _points(rows: Sequence[Earlier]) -> tuple[Point, ...]:
    """A value in another unit is not on the same line; neither is "more than 231"."""
    return tuple(
        Point(row.effective or row.at, amount, row.interpretation, row.origin == "measured")
        for row in reversed(rows)
        if row.unit == rows[0].unit and row.comparator is None and (amount := number(row.value)) is not None
    )


def _standing(last: Earlier) -> set[str]:
    """Where a result lies; one that was not judged lies nowhere."""
    judged = last.interpretation
    if judged is None or judged == "N":
        return set()
    severe = {"critical"} if judged in CRITICAL or last.tier in PRESSING else set()
    return {"out", DIRECTIONS[judged], *severe}


def _moved(rows: Sequence[Earlier], analyte: Analyte | None) -> tuple[set[str], str | None]:
    """ "rising" or "falling" only where it moved more than the test does by itself, and in what words."""
    if analyte is None or len(rows) < 2:
        return set(), None
    heading = trend.over(analyte, [point for row in rows if (point := _point(row))])
    last, before = rows[0], rows[1]
    step = change.compare(analyte, _reading(before), _reading(last))
    moved = {MOVED[heading.heading]} if heading and heading.heading in MOVED else set()
    if step is not None and step.real:
        moved = {"rising" if step.percent > 0 else "falling"}
    return moved, _in_words(step, before)


def _in_words(step: change.Change | None, before: Earlier) -> str | None:
    if step is None:
        return None
    way = "up" if step.percent > 0 else "down"
    said = f"{way} {abs(step.percent)}% from {joined(before.comparator, before.value or '')}"
    if step.percent == 0:
        said = "the same as before"
    if step.real is None:
        return said
    return f"{said}, {'more than' if step.real else 'within what'} it moves by itself"


def _reading(row: Earlier) -> change.Reading:
    return joined(row.comparator, row.value or ""), row.unit


def _point(row: Earlier) -> trend.Point | None:
    day = whole_date((row.effective or row.at)[:10])
    return trend.Point(joined(row.comparator, row.value), row.unit, day) if day and row.value else None


def sorted_by_weight(
    lines: Sequence[ResultLine], discussed: frozenset[str], kept: frozenset[str], since: str | None
) -> tuple[ResultLine, ...]:
    """Each line with why it matters; those that matter first, the most severe of them first."""
    marked = [replace(line, matters=_why(line, discussed, kept, since)) for line in lines]
    return tuple(sorted(marked, key=_weight))


WHY = ("critical", "out", "discuss", "moved", "unjudged", "note", "new", "kept")


def _why(
    line: ResultLine, discussed: frozenset[str], kept: frozenset[str], since: str | None
) -> tuple[str, ...]:
    holds = {
        "critical": "critical" in line.state,
        "out": "out" in line.state,
        "discuss": line.series in discussed,
        "moved": bool(line.state & {"rising", "falling"}),
        "unjudged": line.newest.interpretation is None,  # what was not judged is not in range
        "note": bool(line.note),
        "new": since is not None and line.newest.at > since,
        "kept": line.newest.id in kept or line.awaiting_release,
    }
    return tuple(name for name in WHY if holds[name])


def _weight(line: ResultLine) -> tuple[int, int]:
    order = ("HH", "LL", "AA", "H", "L", "A")
    judged = line.newest.interpretation or ""
    severity = order.index(judged) // 3 if judged in order else 2 if not judged else 3
    return (0 if line.matters else 1, severity)


def day_of(line: ResultLine) -> date | None:
    """The day it was measured, None where only part of a date is known."""
    return whole_date(line.when[:10])

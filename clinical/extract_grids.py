"""A table with a column a day: "Test | 11/02/26 | 05/14/26 | Range" and a row a test below it."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from clinical.dates import DateText
from clinical.extract_owners import Link, Owner
from clinical.extract_value import Value

CELL = re.compile(r"\s*[|\t]\s*")
HEAD = re.compile(r"[|\t,;:()]|[a-z /.]+|\d{1,2}:\d\d")  # what may stand beside the days in the heading


@dataclass(frozen=True)
class Line:
    start: int
    end: int


def grids(
    text: str, found: Sequence[Owner], values: Sequence[Value], days: Sequence[DateText]
) -> tuple[list[Link], set[int]]:
    """Every number of such tables with its test and its column's day."""
    links: list[Link] = []
    columns: list[DateText] = []
    if len(days) < 2:
        return [], set()
    for line in _lines(text):
        heading = _heading(text, line, days, values)
        if heading:
            columns = heading
            continue
        if not text[line.start : line.end].strip():
            columns = []
        if columns:
            links += _row(text, line, found, values, columns)
    return links, {id(link.value) for link in links}


def _lines(text: str) -> Iterator[Line]:
    start = 0
    for part in text.split("\n"):
        yield Line(start, start + len(part))
        start += len(part) + 1


def _heading(text: str, line: Line, days: Sequence[DateText], values: Sequence[Value]) -> list[DateText]:
    """The days of a line that holds two or more of them, and no result."""
    first = bisect_left(days, line.start, key=lambda day: day.start)
    inside = [day for day in days[first:] if day.end <= line.end and day.iso]
    if len(inside) < 2 or any(line.start <= value.start < line.end for value in values):
        return []
    rest = text[line.start : line.end]
    for day in inside:
        rest = rest.replace(text[day.start : day.end], " ", 1)
    return [] if HEAD.sub(" ", rest).strip() else inside


def _row(
    text: str, line: Line, found: Sequence[Owner], values: Sequence[Value], columns: Sequence[DateText]
) -> list[Link]:
    """A test's numbers under their days. Where it cannot be told which is missing, none is taken."""
    owner = next((one for one in found if line.start <= one.start < line.end and one.name), None)
    first = bisect_left(values, line.start, key=lambda value: value.start)
    inside = [value for value in values[first:] if value.start < line.end]
    numbers = [value for value in inside if not value.quoted and not value.hyphen]
    if owner is None or owner.name is None or not numbers or numbers[0].start < owner.end:
        return []
    placed = _by_cell(text, line, numbers, len(columns)) or _in_order(numbers, len(columns))
    _share(inside, [value for value, _ in placed])
    return [
        Link(owner.name, value, series=index > 0, day=columns[column].iso)
        for index, (value, column) in enumerate(placed)
    ]


def _by_cell(text: str, line: Line, numbers: Sequence[Value], count: int) -> list[tuple[Value, int]]:
    """Numbers by the cell they stand in; the first cell is the test's name."""
    edges = [match.end() for match in CELL.finditer(text, line.start, line.end)]
    if len(edges) < count:
        return []
    cells = [*edges, line.end + 1]
    placed = []
    for column in range(count):
        inside = [value for value in numbers if cells[column] <= value.start < cells[column + 1]]
        placed += [(value, column) for value in inside[:1]]
    return placed


def _in_order(numbers: Sequence[Value], count: int) -> list[tuple[Value, int]]:
    return [(value, column) for column, value in enumerate(numbers)] if len(numbers) == count else []


def _share(inside: Sequence[Value], placed: Sequence[Value]) -> None:
    """The unit and the limits at the end of a row hold for all its numbers."""
    unit = next((value.unit for value in inside if value.unit), None)
    limits = next((value.range for value in inside if value.range), None)
    for value in placed:
        value.unit = value.unit or unit
        value.range = value.range or limits

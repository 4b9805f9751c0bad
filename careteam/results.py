"""Results and vital signs as the page shows them: value, range, trend, and why each stands where it does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from careteam.sparkline import Point
from record.portrait import ResultLine
from record.series import Earlier
from record.values import number

PAIR = ("8480-6", "8462-4")  # systolic and diastolic, LOINC
SHOWN = 8  # vital signs in sight, the newest; the others a fold away


@dataclass(frozen=True)
class Result:
    """The newest result of one test, with the earlier ones that can be compared with it."""

    line: ResultLine
    trend: tuple[Point, ...]

    @property
    def newest(self) -> Earlier:
        return self.line.newest

    @property
    def name(self) -> str:
        return self.line.name

    @property
    def value(self) -> str:
        return (
            self.line.written.removesuffix(f" {self.newest.unit}") if self.newest.unit else self.line.written
        )

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
        return self.line.when


@dataclass(frozen=True)
class Results:
    """Those that matter first; the others a fold away."""

    matter: tuple[Result, ...]
    others: tuple[Result, ...]
    vitals: tuple["Vital", ...]
    more_vitals: tuple["Vital", ...] = ()

    @property
    def none(self) -> bool:
        return not (self.matter or self.others)


@dataclass(frozen=True)
class Vital:
    """One vital sign, or the two of a blood pressure as people write them."""

    name: str
    value: str
    at: str
    ids: tuple[str, ...]  # of the rows it stands for: each can be led to
    noted_at: str
    notes: tuple[str, ...]


def read(lines: Sequence[ResultLine], vitals: Sequence[ResultLine], day: Callable[[str], str]) -> Results:
    """Results for the page; `day` says a date as people read it."""
    shown = [Result(line, tuple(_point(each, day) for each in _points(line))) for line in lines]
    signs = tuple(_vitals(vitals))
    return Results(
        matter=tuple(each for each in shown if each.line.matters),
        others=tuple(each for each in shown if not each.line.matters),
        vitals=signs[:SHOWN],
        more_vitals=signs[SHOWN:],
    )


def _points(line: ResultLine) -> Sequence[tuple[float, str, bool]]:
    return [(point.value, point.at, point.measured) for point in line.trend]


def _point(each: tuple[float, str, bool], day: Callable[[str], str]) -> Point:
    value, at, measured = each
    return Point(value, at, day(at), measured)


def _vitals(lines: Sequence[ResultLine]) -> Sequence[Vital]:
    by_code = {line.newest.code: line for line in lines}
    upper, lower = (by_code.get(code) for code in PAIR)
    found = []
    for line in lines:
        if upper and lower and line in (upper, lower) and upper.when == lower.when:
            if line is upper:
                value = f"{upper.newest.value}/{lower.newest.value} {upper.newest.unit or ''}".strip()
                found.append(_vital("Blood pressure", value, upper, lower))
            continue
        found.append(_vital(line.name, line.written, line))
    return found


def _vital(name: str, value: str, *lines: ResultLine) -> Vital:
    return Vital(
        name,
        value,
        lines[0].when,
        ids=tuple(line.newest.id for line in lines),
        noted_at=max(line.newest.at for line in lines),
        notes=tuple(dict.fromkeys(line.note for line in lines if line.note)),
    )

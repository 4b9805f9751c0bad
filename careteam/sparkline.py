"""A trend as a small drawing, with the same facts in words for whoever cannot see it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

WIDTH, HEIGHT, PAD = 168.0, 44.0, 6.0


@dataclass(frozen=True)
class Point:
    """One result of a trend."""

    value: float
    at: str  # ISO date or instant
    when: str  # as a person reads it
    measured: bool


@dataclass(frozen=True)
class Dot:
    """Where a point lies in the drawing."""

    x: float
    y: float
    measured: bool
    last: bool


@dataclass(frozen=True)
class Spark:
    """A drawing of at least two points: a template turns it into SVG."""

    dots: tuple[Dot, ...]
    band: tuple[float, float] | None  # top and bottom of the usual range
    words: str

    @property
    def line(self) -> str:
        return " ".join(f"{dot.x:.1f},{dot.y:.1f}" for dot in self.dots)


def draw(
    points: Sequence[Point], low: float | None, high: float | None, unit: str, name: str
) -> Spark | None:
    """The trend of points given oldest first; None where fewer than two make no trend."""
    if len(points) < 2:
        return None
    up = _upward([point.value for point in points], low, high)
    places = _across(points)
    dots = tuple(
        Dot(x, up(point.value), point.measured, last=point is points[-1])
        for x, point in zip(places, points, strict=True)
    )
    band = None
    if low is not None or high is not None:
        band = (1.0 if high is None else up(high), HEIGHT - 1 if low is None else up(low))
    return Spark(dots, band, words(points, low, high, unit, name))


def words(points: Sequence[Point], low: float | None, high: float | None, unit: str, name: str) -> str:
    """ "Potassium, 2 results: 4.1 on 2 Jan, 5.9 on 9 Mar (mmol/L). Range 3.5 to 5.1." """
    told = ", ".join(f"{each.value:g} on {each.when}{'' if each.measured else ' (told)'}" for each in points)
    text = f"{name}, {len(points)} results: {told}{f' ({unit})' if unit else ''}."
    if low is not None and high is not None:
        return f"{text} Range {low:g} to {high:g}."
    if high is not None:
        return f"{text} Range up to {high:g}."
    return f"{text} Range {low:g} or more." if low is not None else text


def _upward(values: list[float], low: float | None, high: float | None) -> Callable[[float], float]:
    """Values and limits to heights, with a little room above and below."""
    all_values = values + [limit for limit in (low, high) if limit is not None]
    bottom, top = min(all_values), max(all_values)
    room = (top - bottom) * 0.08 or abs(top) * 0.1 or 1.0
    bottom, top = bottom - room, top + room
    return lambda value: HEIGHT - PAD - (value - bottom) / (top - bottom) * (HEIGHT - 2 * PAD)


def _across(points: Sequence[Point]) -> list[float]:
    """True distances in time; evenly spaced where a date is missing or dates do not differ."""
    try:
        moments = [datetime.fromisoformat(point.at) for point in points]
    except ValueError:
        moments = []
    seconds = [(each if each.tzinfo else each.replace(tzinfo=UTC)).timestamp() for each in moments]
    if not seconds or seconds != sorted(set(seconds)):
        seconds = [float(place) for place in range(len(points))]
    span = seconds[-1] - seconds[0]
    return [PAD + (each - seconds[0]) / span * (WIDTH - 2 * PAD) for each in seconds]

"""Times, labels and trends, by tables."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from careteam import labels, times
from careteam.sparkline import HEIGHT, PAD, WIDTH, Point, draw
from record.portrait import rules
from record.portrait.gaps import CLOSED
from record.portrait.results import WHY

NOW = datetime(2026, 3, 9, 16, 0, tzinfo=UTC)
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("when", "said"),
    [
        ("2026-03-09T15:59:00.000000Z", "today"),
        ("2026-03-09T03:59:00.000000Z", "yesterday"),  # still the 8th in New York
        ("2026-03-09T03:59:00", "today"),  # without a zone it is the clinic's own clock
        ("2026-03-09T23:59:00", "today"),
        ("2026-03-08T22:30:00-04:00", "yesterday"),
        ("2026-03-09", "today"),
        ("2026-03-08", "yesterday"),
        ("2026-03-07", "7 Mar"),
        ("2025-12-31", "31 Dec 2025"),
        ("2025-12", "Dec 2025"),
        ("2025", "2025"),
        ("", "date not known"),
        (None, "date not known"),
    ],
)
def test_day(when: str | None, said: str) -> None:
    assert times.day(when, NEW_YORK, NOW) == said


@pytest.mark.parametrize(
    ("when", "said"),
    [("2026-03-09T15:59:00.000000Z", "today 11:59"), ("2026-03-09T06:45:00", "today 06:45")],
)
def test_moment(when: str, said: str) -> None:
    assert times.moment(when, NEW_YORK, NOW) == said


@pytest.mark.parametrize(
    ("since", "said"),
    [
        ("2026-03-09T15:59:01Z", "just now"),
        ("2026-03-09T15:59:00Z", "1 min"),
        ("2026-03-09T15:00:01Z", "59 min"),
        ("2026-03-09T15:00:00Z", "1 h"),
        ("2026-03-09T12:55:00Z", "3 h 5 min"),
        ("2026-03-08T20:00:00Z", "20 h"),
        ("2026-03-07T16:00:01Z", "47 h"),
        ("2026-03-07T16:00:00Z", "2 days"),
        ("2026-03-09T16:30:00Z", "just now"),  # a clock that runs ahead
    ],
)
def test_wait(since: str, said: str) -> None:
    assert times.wait(since, NOW) == said


@pytest.mark.parametrize(
    ("group", "code", "said"),
    [
        ("level", "emergency", "Emergency"),
        ("domain", "transportation-insecurity", "Getting around"),
        ("domain", "something-new", "Something new"),
        ("flag", "chest-pain", "Chest pain"),
        ("domain", None, ""),
    ],
)
def test_label(group: str, code: str | None, said: str) -> None:
    assert labels.label(group, code) == said


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("not-judged:no-unit", "no unit was given"),
        ("not-judged:something", "there is not enough to judge it by"),
        (None, "there is not enough to judge it by"),
    ],
)
def test_not_judged(rule: str | None, said: str) -> None:
    assert labels.not_judged(rule) == said


def test_every_group_of_labels_names_its_source() -> None:
    assert all(group.get("source") for group in labels.table().values())


def test_whatever_the_portrait_says_of_a_line_is_labelled() -> None:
    table = labels.table()
    assert set(CLOSED) | {"chart"} <= set(table["gap"])
    assert set(WHY) <= set(table["matters"])
    assert {code for topic in rules.topics() for code in topic.codes if "-" in code} <= set(table["domain"])


def test_a_judged_result_is_called_by_its_test() -> None:
    assert labels.label("flag", "result-potassium") == "Potassium result"
    assert labels.label("flag", "result-something") == "Something result"


def point(value: float, at: str, measured: bool = True) -> Point:
    return Point(value, at, at, measured)


def test_one_result_is_no_trend() -> None:
    assert draw([point(5.9, "2026-01-01")], 3.5, 5.1, "mmol/L", "Potassium") is None


@pytest.mark.parametrize("values", [(4.0, 5.9), (5, 5), (0, 0), (-3, 1e6), (0.001, 0.002)])
@pytest.mark.parametrize(("low", "high"), [(3.5, 5.1), (None, 5.1), (3.5, None), (None, None)])
def test_a_drawing_stays_inside(values: tuple[float, float], low: float | None, high: float | None) -> None:
    spark = draw([point(values[0], "2026-01-01"), point(values[1], "2026-02-01")], low, high, "", "Test")
    assert spark is not None
    for dot in spark.dots:
        assert PAD <= dot.x <= WIDTH - PAD
        assert 0 <= dot.y <= HEIGHT
    if spark.band:
        assert 0 <= spark.band[0] <= spark.band[1] <= HEIGHT
    assert (spark.band is None) == (low is None and high is None)


def test_time_lies_across_as_it_passed() -> None:
    spark = draw(
        [point(1, "2026-01-01"), point(2, "2026-01-02"), point(3, "2026-01-11")], None, None, "", "Test"
    )
    assert spark is not None
    first, second, third = (dot.x for dot in spark.dots)
    assert second - first == pytest.approx((third - first) / 10)


@pytest.mark.parametrize("dates", [("2026", "not a date", "x"), ("2026-01-01",) * 3])
def test_without_usable_dates_results_are_spaced_evenly(dates: tuple[str, str, str]) -> None:
    spark = draw(
        [point(value, at) for value, at in zip((1, 2, 3), dates, strict=True)], None, None, "", "Test"
    )
    assert spark is not None
    first, second, third = (dot.x for dot in spark.dots)
    assert second - first == pytest.approx(third - second)


def test_the_words_say_what_the_drawing_shows() -> None:
    points = [point(4.4, "2026-01-01"), point(5.9, "2026-02-01", measured=False)]
    spark = draw(points, None, 5.1, "mmol/L", "Potassium")
    assert spark is not None
    assert spark.words == (
        "Potassium, 2 results: 4.4 on 2026-01-01, 5.9 on 2026-02-01 (told) (mmol/L). Range up to 5.1."
    )
    assert [dot.measured for dot in spark.dots] == [True, False]

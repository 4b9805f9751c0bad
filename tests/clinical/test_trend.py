"""Where a test is heading over all its values, and where nothing may be said of it."""

from datetime import date, timedelta

import pytest

from clinical import trend
from clinical.catalogue import Catalogue
from clinical.reading_grade import grade
from clinical.tables import table
from clinical.trend import Point

FIRST = date(2025, 1, 1)


def points(values: str, unit: str | None = None, every: int = 60) -> list[Point]:
    """One value every two months: "11.2 10.5 9.8"."""
    return [
        Point(value, unit, FIRST + timedelta(days=every * place))
        for place, value in enumerate(values.split())
    ]


@pytest.mark.parametrize(
    ("analyte", "values", "heading"),
    [
        ("hemoglobin", "13.1 12.0 10.9 9.8", "down"),
        ("hemoglobin", "9.8 10.9 12.0 13.1", "up"),
        ("hemoglobin", "13.1 12.0 10.9", "down"),  # three are the fewest
        ("hemoglobin", "13.1 10.9", None),  # two are a change
        ("hemoglobin", "13.0 13.1 12.9 13.0", "steady"),
        ("creatinine", "0.9 1.0 1.2 1.6 2.0", "up"),
        ("creatinine", "0.9 1.6 0.9 1.7", None),  # up and down: nothing honest can be said
        ("potassium", "4.0 4.1 4.2", "steady"),  # all one way, but no further than it moves by itself
        ("a1c", "6.1 6.8 7.5 8.2", "up"),
    ],
)
def test_trend(tests_known: Catalogue, analyte: str, values: str, heading: str | None) -> None:
    row = tests_known[analyte]
    found = trend.over(row, points(values, row.unit))
    assert (found.heading if found else None) == heading


def test_one_odd_value_does_not_turn_it(tests_known: Catalogue) -> None:
    found = trend.over(tests_known["creatinine"], points("0.8 1.0 1.2 0.7 1.6 1.9 2.2", "mg/dL"))
    assert found is not None
    assert found.heading == "up"


def test_the_order_given_does_not_matter(tests_known: Catalogue) -> None:
    given = points("13.1 12.0 10.9 9.8", "g/dL")
    assert trend.over(tests_known["hemoglobin"], given[::-1]) == trend.over(tests_known["hemoglobin"], given)


@pytest.mark.parametrize(
    "given",
    [
        points("13.1 12.0 10.9 9.8", None),
        points("13.1 12.0 10.9 9.8", "bananas"),
        points("<8 <8 <8 <8", "g/dL"),
        points("high low high low", "g/dL"),
        points("13.1 12.0 10.9 9.8", "g/dL", every=0),  # all of one day
        [*points("13.1 12.0", "g/dL"), Point("9.8", None, date(2026, 1, 1))],
        [
            *points("131 120", "g/L"),
            Point("9.8", "g/dL", date(2026, 1, 1)),
        ],  # two scales would be read as one
        [Point("13.1", "g/dL", date(2015, 1, 1)), *points("12.0 9.8", "g/dL")],  # ten years ago
    ],
)
def test_what_gives_no_trend(tests_known: Catalogue, given: list[Point]) -> None:
    assert trend.over(tests_known["hemoglobin"], given) is None


def test_units_between_may_differ(tests_known: Catalogue) -> None:
    given = [
        *points("13.1", "g/dL"),
        Point("115", "g/L", date(2025, 6, 1)),
        Point("9.8", "g/dL", date(2025, 9, 1)),
    ]
    found = trend.over(tests_known["hemoglobin"], given)
    assert found is not None
    assert (found.heading, found.first, found.last) == ("down", "13.1", "9.8")


def test_without_a_published_variation_every_value_must_move_one_way(tests_known: Catalogue) -> None:
    row = tests_known["post_meal_glucose"]
    assert row.rcv_percent is None
    assert trend.over(row, points("120 130 140", row.unit)) is None
    assert trend.over(row, points("120 130 125 150", row.unit)) is None
    found = trend.over(row, points("120 130 140 150", row.unit))
    assert found is not None
    assert "not published" in trend.because(found)


def test_only_the_newest_few_count(tests_known: Catalogue) -> None:
    found = trend.over(
        tests_known["creatinine"], points("9 8 7 6 1.0 1.1 1.2 1.3 1.5 1.7 1.9 2.1", "mg/dL", every=30)
    )
    assert found is not None
    assert (found.heading, found.count, found.first) == ("up", 8, "1.0")


def test_the_sentence_names_the_numbers_and_its_reason(tests_known: Catalogue) -> None:
    found = trend.over(tests_known["hemoglobin"], points("13.1 12.0 10.9 9.8", "g/dL"))
    assert found is not None
    said = trend.sentence(found)
    assert said.text == "It has gone down over your last four tests, from 13.1 to 9.8."
    assert said.source.startswith("http")
    assert "by itself" in said.because


def test_every_word_is_plain_and_every_limit_has_a_source() -> None:
    rows = table("trend")
    for text in (*rows["says"].values(), *rows["because"].values()):
        assert grade(text.format(count="four", first="13.1", last="9.8", wobble="12")) <= 6, text
    assert rows["limits"]["source"].startswith("http")
    assert rows["limits"]["against"].startswith("http")

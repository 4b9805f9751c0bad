"""Lab values as text."""

import pytest

from record import values


@pytest.mark.parametrize(
    ("value", "parts"),
    [
        ("5.9", (None, "5.9")),
        ("<0.5", ("<", "0.5")),
        (" >= 90 ", (">=", "90")),
        ("≤3", ("<=", "3")),
        ("12-14", (None, "12-14")),
        ("positive", (None, "positive")),
        ("", (None, "")),
    ],
)
def test_split(value: str, parts: tuple[str | None, str]) -> None:
    assert values.split(value) == parts


@pytest.mark.parametrize(
    ("value", "number"),
    [
        ("5.90", 5.9),
        ("12000", 12000.0),
        ("-1", -1.0),
        ("<5", None),
        ("1:160", None),
        ("12-14", None),
        ("NaN", None),
        (None, None),
    ],
)
def test_number(value: str | None, number: float | None) -> None:
    assert values.number(value) == number


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("5.9", "5.90", True),
        ("12000", "12000.0", True),
        ("Positive", "positive ", True),
        ("5.9", "5.8", False),
        (">5.9", "5.9", False),
        ("> 5.9", ">5.90", True),
        (">5.9", ">=5.9", False),
        ("1:160", "1:80", False),
        ("NaN", "nan", True),
        (None, "5.9", False),
    ],
)
def test_same(one: str | None, other: str | None, same: bool) -> None:
    assert values.same(one, other) is same

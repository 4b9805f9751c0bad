"""When two values are the same value."""

import pytest

from evaluation.values import same, same_unit


@pytest.mark.parametrize(
    ("expected", "found"),
    [
        ("12000", "12,000"), ("12000", "12k"), ("12.0", "12"), ("5.9", "5,9"),
        (">231", "> 231"),
        ("3-4", "3 - 4"), ("Positive", "positive"), ("1:160", "1:160"), ("0", "0.0"),
        ("1,234,567", "1234567"),
    ],
)  # fmt: skip
def test_the_same(expected: str, found: str) -> None:
    assert same(expected, found)


@pytest.mark.parametrize(
    ("expected", "found"),
    [("5.9", "59"), (">7", "7"), ("<7", ">7"), ("3-4", "3"), ("positive", "negative"), ("1.2", "1.20001")],
)
def test_not_the_same(expected: str, found: str) -> None:
    assert not same(expected, found)


@pytest.mark.parametrize(
    ("expected", "found", "inferred", "right"),
    [
        ([None], None, False, True),
        ([None], "mmol/L", True, True),
        ([None], "mmol/L", False, False),
        (["mg/dL", "MG/DL"], "mg/dL", False, True),
        (["mg/dL"], "mmol/L", False, False),
        (["mg/dL"], None, False, False),
        (["K/uL"], "10*3/uL", False, True),
    ],
)
def test_units(expected: list[str | None], found: str | None, inferred: bool, right: bool) -> None:
    assert same_unit(expected, found, inferred) is right

"""The laboratory's own range, as text."""

from decimal import Decimal

import pytest

from clinical import ranges


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("3.5-5.1", "3.5", "5.1", None),
        ("3.5 - 5.1 mmol/L", "3.5", "5.1", "mmol/L"),
        ("3.5 to 5.0", "3.5", "5.0", None),
        ("(136 - 145)", "136", "145", None),
        ("0.27 - 4.20 uIU/mL", "0.27", "4.20", "u[IU]/mL"),
        ("Reference Range: 21-72 IU/L", "21", "72", "[IU]/L"),
        ("<10 ug/dl", None, "10", "ug/dL"),
        ("up to 40", None, "40", None),
        ("less than or equal to 5.6 %", None, "5.6", "%"),
        ("> OR = 60", "60", None, None),
        (">=90", "90", None, None),
        ("150,000-450,000 /uL", "150000", "450000", "/uL"),
        ("Negative", None, None, None),
        ("M: 13-17 F: 12-15", None, None, None),
        ("5.1-3.5", None, None, None),
    ],
)
def test_limits(text: str, low: str | None, high: str | None, unit: str | None) -> None:
    found, said = ranges.parse_with_unit(text)
    limits = (found.low, found.high) if found else (None, None)
    assert limits == (low and Decimal(low), high and Decimal(high))
    assert said == unit


@pytest.mark.parametrize("text", ["", "   ", None])
def test_nothing_said(text: str | None) -> None:
    assert ranges.parse(text) is None


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("Negative", "negative"),
        ("Not Detected", "not detected"),
        ("Non-Reactive", "non-reactive"),
        ("3-5", None),
    ],
)
def test_an_expected_word(text: str, word: str | None) -> None:
    assert ranges.words(text) == word

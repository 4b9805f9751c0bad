"""Whether a result really moved."""

from decimal import Decimal

import pytest

from clinical import change
from clinical.catalogue import Catalogue


@pytest.mark.parametrize(
    ("analyte", "earlier", "later", "percent", "real"),
    [
        ("potassium", ("5.0", "mmol/L"), ("5.3", "mmol/L"), "6", False),
        ("potassium", ("4.0", "mmol/L"), ("5.0", "mmol/L"), "25", True),
        ("creatinine", ("88.4", "umol/L"), ("1.5", "mg/dL"), "50", True),
        ("potassium", ("5.0", "mmol/L"), ("5.0", "meq/L"), "0", False),
        ("post_meal_glucose", ("100", "mg/dL"), ("150", "mg/dL"), "50", None),  # no published variation
    ],
)
def test_change(
    tests_known: Catalogue,
    analyte: str,
    earlier: change.Reading,
    later: change.Reading,
    percent: str,
    real: bool | None,
) -> None:
    moved = change.compare(tests_known[analyte], earlier, later)
    assert moved is not None
    assert (moved.percent, moved.real) == (Decimal(percent), real)
    assert (moved.source is None) == (real is None)


@pytest.mark.parametrize(
    ("earlier", "later"),
    [
        (("5.0", None), ("5.3", "mmol/L")),
        (("5.0", None), ("5.3", None)),
        (("<2", "mmol/L"), ("5.3", "mmol/L")),
        (("5.0", "bananas"), ("5.3", "mmol/L")),
        (("high", "mmol/L"), ("5.3", "mmol/L")),
        (("0", "mmol/L"), ("5.3", "mmol/L")),
    ],
)
def test_what_cannot_be_compared(
    tests_known: Catalogue, earlier: change.Reading, later: change.Reading
) -> None:
    assert change.compare(tests_known["potassium"], earlier, later) is None


def test_the_trend_leaves_out_what_cannot_stand_beside_the_rest(tests_known: Catalogue) -> None:
    readings: list[change.Reading] = [("5.0", "mmol/L"), ("5.2", None), ("5.4", "meq/L")]
    assert change.trend(tests_known["potassium"], readings) == (Decimal("5.0"), Decimal("5.4"))

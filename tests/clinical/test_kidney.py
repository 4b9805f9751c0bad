"""eGFR by CKD-EPI 2021, against values worked out elsewhere."""

from decimal import Decimal

import pytest

from clinical.kidney import egfr
from clinical.types import Sex


@pytest.mark.parametrize(
    ("creatinine", "unit", "age", "sex", "expected"),
    [
        ("1.2", "mg/dL", 55, "male", "71"),  # the National Kidney Foundation's calculator
        ("1.2", "mg/dL", 50, "male", "74"),
        ("1.0", "mg/dL", 50, "female", "69"),
        ("0.7", "mg/dL", 25, "female", "123"),
        ("2.0", "mg/dL", 65, "female", "27"),
        ("176.8", "umol/L", 65, "female", "27"),
    ],
)
def test_worked_values(creatinine: str, unit: str, age: int, sex: Sex, expected: str) -> None:
    assert egfr(Decimal(creatinine), unit, age, sex) == Decimal(expected)


@pytest.mark.parametrize(
    ("creatinine", "unit", "age", "sex"),
    [
        ("1.0", "mg/dL", 17, "female"),
        ("1.0", "mg/dL", 40, None),
        ("1.0", "mg/dL", 40, "unknown"),
        ("1.0", "g/L", 40, "male"),
        ("0", "mg/dL", 40, "male"),
    ],
)
def test_where_it_cannot_be_worked_out(creatinine: str, unit: str, age: int, sex: Sex | None) -> None:
    assert egfr(Decimal(creatinine), unit, age, sex) is None

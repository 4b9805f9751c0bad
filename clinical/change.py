"""How a result moved since an earlier one, against how much the test moves by itself."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from clinical import units
from clinical.analyte import Analyte
from clinical.values import amount


@dataclass(frozen=True)
class Change:
    """Percent of the earlier value, signed; `real` is None where no reference change value is published."""

    percent: Decimal
    real: bool | None
    wobble: Decimal | None  # the reference change value, percent
    source: str | None


Reading = tuple[str, str | None]
"""A value as written and its UCUM unit, None where none is known."""


def compare(analyte: Analyte, earlier: Reading, later: Reading) -> Change | None:
    """The change from one number to another; None where they cannot be compared.

    Both must be plain numbers in units that convert; two numbers without a unit are not assumed
    to share one.
    """
    before, after = _in_canonical(analyte, *earlier), _in_canonical(analyte, *later)
    if before is None or after is None or before == 0:
        return None
    percent = ((after - before) / before * 100).quantize(Decimal(1), ROUND_HALF_UP)
    wobble = analyte.rcv_percent
    real = None if wobble is None else abs(percent) > wobble
    return Change(percent, real, wobble, analyte.rcv_source)


def _in_canonical(analyte: Analyte, value: str, unit: str | None) -> Decimal | None:
    """A plain number in the analyte's own unit; a comparator, a range or an unknown unit gives None."""
    number = amount(value)
    if number is None or number.low is None or number.low != number.high or unit is None:
        return None
    return units.to_canonical(number.low, unit, analyte)


def trend(analyte: Analyte, readings: list[Reading]) -> tuple[Decimal, ...]:
    """All comparable values in the analyte's own unit, in the order given."""
    return tuple(number for each in readings if (number := _in_canonical(analyte, *each)) is not None)

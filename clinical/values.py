"""A result's value as it stands: a number with its comparator, a range, a titer, a grade, or a word."""

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

NUMBER = re.compile(
    r"(?P<sign>>=|<=|≥|≤|>|<)?\s*(?P<low>-?\d[\d,]*(?:\.\d+)?|\.\d+)(?:\s*-\s*(?P<high>\d+(?:\.\d+)?))?"
)
TITER = re.compile(r"(?P<sign>[<>]=?)?\s*1\s*:\s*(?P<dilution>\d+)")
GRADE = re.compile(r"(?P<grade>[1-4])\s*\+|\+(?P<after>[1-4])")


@dataclass(frozen=True)
class Amount:
    """Where a value lies: `low` to `high`, an open end None ("<30" has no low, ">7" no high)."""

    low: Decimal | None
    high: Decimal | None
    strict: bool = False  # "<30" is below 30, not at it


def amount(value: str) -> Amount | None:
    """The number or range a value stands for; None for words and titers."""
    match = NUMBER.fullmatch(value.strip())
    if match is None:
        return None
    try:
        low = Decimal(match["low"].replace(",", ""))
        high = Decimal(match["high"]) if match["high"] else low
    except InvalidOperation:
        return None
    if match["sign"] in (">", ">=", "≥"):
        return Amount(low, None, match["sign"] == ">")
    if match["sign"] in ("<", "<=", "≤"):
        return Amount(None, low, match["sign"] == "<")
    return Amount(low, high) if low <= high else None


def titer(value: str) -> Decimal | None:
    """The dilution of a titer: "1:160" is 160."""
    match = TITER.fullmatch(value.strip())
    return Decimal(match["dilution"]) if match else None

"""A lab value as text: its comparator, its number for charts, and when two say the same."""

import re
from decimal import Decimal, InvalidOperation

COMPARATORS = {"<": "<", "<=": "<=", ">": ">", ">=": ">=", "≤": "<=", "≥": ">=", "=<": "<=", "=>": ">="}
_COMPARED = re.compile(r"\s*(<=|>=|=<|=>|<|>|≤|≥)\s*(.*)", re.DOTALL)


def split(value: str) -> tuple[str | None, str]:
    """Comparator and rest: "<0.5" is ("<", "0.5"), "12-14" is (None, "12-14")."""
    found = _COMPARED.fullmatch(value)
    return (COMPARATORS[found[1]], found[2].strip()) if found else (None, value.strip())


def joined(comparator: str | None, value: str) -> str:
    """The value as it is judged and said: "<0.5"."""
    return f"{comparator or ''}{value}"


def number(value: str | None) -> float | None:
    """The value as a number for charts, None for words, ranges and titers."""
    amount = None if value is None else _decimal(value)
    return None if amount is None else float(amount)


def same(one: str | None, other: str | None) -> bool:
    """Whether two values say the same: 5.90 and 5.9 do, Positive and positive too; >5.9 and 5.9 do not."""
    return _canonical(one) == _canonical(other)


def _canonical(value: str | None) -> tuple[str | None, Decimal | str] | None:
    if value is None:
        return None
    comparator, rest = split(value)
    amount = _decimal(rest)
    return comparator, rest.casefold() if amount is None else amount.normalize()


def _decimal(text: str) -> Decimal | None:
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None

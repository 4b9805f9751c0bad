"""One cell of a CSV file, read as the mapping says it is written: a number, a time, a birth date."""

import re
from datetime import date, datetime

from record.csv_mapping import Mapping

_NUMBER = re.compile(r"[<>=≤≥\s]*[+-]?\d[\d.,]*")
_CLOCK = ("%H", "%I", "%c", "%X", "%T", "%s")  # a format with one of these says more than the day


class WrongCell(ValueError):
    """A cell that cannot be read: which one, and why; never what stands in it."""

    def __init__(self, what: str, why: str) -> None:
        super().__init__(why)
        self.what, self.why = what, why


def decimal(cell: str, mapping: Mapping) -> str:
    """A number with a decimal comma, where the mapping says that commas are decimal; words as they are."""
    if mapping.decimal == "," and _NUMBER.fullmatch(cell):
        return cell.replace(".", "").replace(",", ".")
    return cell


def limit(what: str, cell: str, mapping: Mapping) -> str | None:
    """One end of a range."""
    text = decimal(cell, mapping)
    if text and not re.fullmatch(r"[+-]?\d{1,20}(\.\d{1,20})?", text):
        raise WrongCell(what, "is not a number")
    return text or None


def time(cell: str, mapping: Mapping) -> str | None:
    """When it was, no more exact than written: "2026-03-01", "2026-03-01T08:30:00"."""
    if not cell:
        return None
    if not mapping.times:
        return _iso(cell)
    for pattern in mapping.times:
        found = _parsed(cell, pattern)
        if found is not None:
            exact = any(mark in pattern for mark in _CLOCK)
            return found.isoformat() if exact else found.date().isoformat()
    raise WrongCell("time", f"is not a time as the mapping writes it ({' or '.join(mapping.times)})")


def birth_date(cell: str, mapping: Mapping) -> str | None:
    """A whole date, by the mapping's format or ISO 8601."""
    if not cell:
        return None
    found = next(filter(None, (_parsed(cell, pattern) for pattern in mapping.dates)), None)
    if found is not None:
        return found.date().isoformat()
    try:
        return date.fromisoformat(cell).isoformat()
    except ValueError:
        raise WrongCell("birth_date", "is not a date as the mapping writes it") from None


def _parsed(cell: str, pattern: str) -> datetime | None:
    try:
        return datetime.strptime(cell, pattern)  # noqa: DTZ007  the zone is in the file, or nowhere
    except (ValueError, re.error):
        return None


def _iso(cell: str) -> str:
    """ISO 8601, no more exact than written: "2026-03-01", "2026-03-01 08:30", "2026-03-01T08:30-05:00"."""
    written = cell.replace(" ", "T", 1) if re.match(r"\d{4}-\d\d-\d\d \d", cell) else cell
    try:
        if re.fullmatch(r"\d{4}(-\d\d)?", written):
            date.fromisoformat(f"{written}{'-01' if len(written) == 7 else '-01-01'}")
            return cell
        return written[:10] if len(written) == 10 and date.fromisoformat(written) else _instant(written)
    except ValueError:
        raise WrongCell(
            "time", "is not a time: write it as ISO 8601, or give time_format in the mapping"
        ) from None


def _instant(written: str) -> str:
    if not re.match(r"\d{4}-\d\d-\d\dT\d\d", written):
        raise ValueError(written)
    return datetime.fromisoformat(written).isoformat(timespec="seconds")

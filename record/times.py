"""HL7's compact times ("200808151030-0700", "20080815", "2008") as ISO 8601, no more exact than written."""

import re
from datetime import date, datetime

_COMPACT = re.compile(
    r"(?P<year>\d{4})(?:(?P<month>\d\d)(?:(?P<day>\d\d)"
    r"(?:(?P<hour>\d\d)(?:(?P<minute>\d\d)(?:(?P<second>\d\d)(?:\.\d+)?)?)?)?)?)?(?P<zone>[+-]\d{4})?"
)


def iso(text: str) -> str | None:
    """The instant as ISO 8601, None for an empty text; ValueError when it is no time at all."""
    if not text.strip():
        return None
    found = _COMPACT.fullmatch(text.strip())
    if found is None:
        raise ValueError("is not a time")
    year, month, day, hour, minute, second, zone = found.groups()
    date(int(year), int(month or 1), int(day or 1))
    if hour is None:
        return "-".join(part for part in (year, month, day) if part)
    written = f"{year}-{month}-{day}T{hour}:{minute or '00'}:{second or '00'}"
    written += f"{zone[:3]}:{zone[3:]}" if zone else ""
    datetime.fromisoformat(written)
    return written

"""The one place of this room that looks at the clock."""

from datetime import UTC, datetime


def now() -> str:
    """This instant as ISO 8601 UTC text with microseconds, the form every table keeps."""
    return datetime.now(UTC).isoformat(timespec="microseconds")

"""Names for rows and instants, made in one place so that tests can hold them still."""

from datetime import UTC, datetime
from uuid import uuid4


def new_id() -> str:
    """A random UUID as text: nothing about a patient can be read from it."""
    return str(uuid4())


def now() -> str:
    """This instant in UTC, "2026-03-09T14:00:00.000000Z": sorts as text on every database."""
    return stamp(datetime.now(UTC))


def stamp(instant: datetime) -> str:
    """An aware datetime as the text every table uses."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

"""What every table is made of: one metadata, keys, and how results are put in order."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Column, ForeignKey, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_N_label)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def apart(subject: str | None) -> str:
    """How another person's series begin: a daughter's sugar is no part of her mother's trend."""
    return "" if (subject or "patient") == "patient" else f"{subject}: "


def series_of(context: Any) -> str:
    """The line of results one belongs to: its analyte, or where that is unknown its code or its name."""
    row = context.get_current_parameters()
    whose = apart(row.get("subject"))
    if row.get("analyte"):
        return f"{whose}{row['analyte']}"
    if row.get("code"):
        return f"{whose}{row.get('system') or ''}|{row['code']}"
    return f"{whose}{str(row['text']).strip().casefold()[:200]}"


def topic_of(context: Any) -> str:
    """What a statement is about: "stressor/food-insecurity", "goal/" where no code was heard."""
    row = context.get_current_parameters()
    return f"{row['category']}/{row.get('code') or ''}"


def sort_key_of(context: Any) -> str:
    """When it was measured, else when it was told, as UTC of one length, then the id: unique and sortable."""
    row = context.get_current_parameters()
    return f"{sortable(row.get('effective_at') or row['created_at'])} {row['id']}"


def sortable(when: str) -> str:
    """An ISO date or instant of any precision as UTC text of one length; what cannot be read sorts oldest."""
    whole = when + {4: "-01-01", 7: "-01"}.get(len(when), "")
    try:
        instant = datetime.fromisoformat(whole)
    except ValueError:
        return "0000-00-00T00:00:00.000000Z"
    instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def key() -> Column[str]:
    return Column("id", String(36), primary_key=True)


def to(target: str, name: str, nullable: bool = False) -> Column[str]:
    return Column(name, String(36), ForeignKey(f"{target}.id"), nullable=nullable)

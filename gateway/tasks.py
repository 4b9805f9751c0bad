"""Tasks and flags the gateway itself opens for the care team, each once."""

from collections.abc import Iterable

from sqlalchemy import Connection

from gateway.screening import HARSHEST, Look
from listening.redflags.types import RedFlag
from record.database import insert_new
from record.ids import new_id
from record.tables import flag, task

PRIORITY = {"emergency": "stat", "crisis": "stat", "ask": "asap", "soon": "urgent"}
FLAG_LEVEL = {"ask": "soon"}  # what may be an emergency is looked at soon; the question is asked at once


def open_task(
    connection: Connection,
    *,
    patient_id: str,
    code: str,
    priority: str,
    description: str,
    effect_key: str,
    at: str,
    message_id: str | None = None,
    quote: str | None = None,
) -> bool:
    """A task for a person; the same effect key never opens two. Whether it is new."""
    row = {
        "id": new_id(),
        "patient_id": patient_id,
        "message_id": message_id,
        "code": code,
        "priority": priority,
        "description": description,
        "quote": quote,
        "status": "requested",
        "effect_key": effect_key,
        "created_at": at,
    }
    return insert_new(connection, task, [row], "effect_key") == 1


def raise_flags(
    connection: Connection, look: Look, *, patient_id: str, message_id: str, inbox_id: str, at: str
) -> None:
    """One flag a kind of danger heard, with the words that told of it."""
    rows = [
        {
            "id": new_id(),
            "patient_id": patient_id,
            "message_id": message_id,
            "level": FLAG_LEVEL.get(found.level, found.level),
            "code": found.kind,
            "quote": found.quote,
            "rule": found.rule,
            "status": "active",
            "effect_key": f"{inbox_id}:flag:{ordinal}",
            "created_at": at,
        }
        for ordinal, found in enumerate(_once_a_kind(look.flags))
    ]
    insert_new(connection, flag, rows, "effect_key")


def is_harsh(level: str) -> bool:
    """Whether a level gets the fixed reply and a person at once."""
    return level in HARSHEST


def _once_a_kind(flags: Iterable[RedFlag]) -> list[RedFlag]:
    """Several rules may hear the same danger in one message; a nurse needs to see it once. Worst first."""
    heard: dict[str, RedFlag] = {}
    for found in flags:
        if found.level != "none":
            heard.setdefault(found.kind, found)
    return list(heard.values())

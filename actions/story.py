"""The order of the story: what to ask next, never what was told, and never twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from actions.turn import Turn
from actions.voice import table
from record.view import PatientView

NOT_NOW = timedelta(days=3)  # "not now" is not asked again for this long (docs/dialogue.md)


@dataclass(frozen=True)
class Item:
    """One question of the story."""

    id: str
    question: str
    known_by: frozenset[str]
    category: str


@cache
def items() -> tuple[Item, ...]:
    """All questions in the order of asking."""
    return tuple(
        Item(row["id"], row["question"], frozenset(row["known_by"]), row["category"])
        for row in table("story")["item"]
    )


def find(item_id: str | None) -> Item | None:
    return next((item for item in items() if item.id == item_id), None)


def known(view: PatientView, heard_now: Iterable[str] = ()) -> set[str]:
    """Categories and codes already told, in the record or in this very message."""
    return {*view.told, *heard_now}


def next_item(turn: Turn, just_closed: str | None = None) -> Item | None:
    """The first question not yet asked, not put off lately, and not already answered by what was told."""
    told = known(turn.view, {i.code for i in turn.hearing.items} | {i.category for i in turn.hearing.items})
    for item in items():
        if item.id != just_closed and not _settled(turn.view, item.id) and not (item.known_by & told):
            return item
    return None


def _settled(view: PatientView, item_id: str) -> bool:
    seen = view.story.get(item_id)
    if seen is None or seen.status == "asked":
        return False
    if seen.status == "not-now":
        return datetime.fromisoformat(view.at) - datetime.fromisoformat(seen.at) < NOT_NOW
    return True

"""The order of the story: what to ask next, never what was told, and never twice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from actions.turn import Turn
from actions.voice import table
from record.view import PatientView

NOT_NOW = timedelta(days=3)  # "not now" is not asked again for this long (docs/dialogue.md)
PERMISSION = "permission"  # what is open while a hard question only asks whether it may be asked


@dataclass(frozen=True)
class Item:
    """One question of the story."""

    id: str
    part: str  # opening | life | ending
    question: str | None  # None: only asked of someone who writes for another person
    other: str | None  # to someone who writes for another; None: not asked of them
    known_by: frozenset[str]
    after: frozenset[str]  # asked sooner when one of these was told
    category: str
    yes: str | None = None  # the need a plain yes tells, and a plain no denies
    permission: str | None = None

    def asked_of(self, turn: Turn) -> str | None:
        """The question in this conversation, or None where it is not one for whoever writes."""
        if not turn.speaks_for:
            return self.question
        return self.other and self.other.format(who=turn.speaks_for)


@cache
def items() -> tuple[Item, ...]:
    """All questions as the table has them."""
    return tuple(
        Item(
            id=row["id"],
            part=row["part"],
            question=row.get("question"),
            other=row.get("other"),
            known_by=frozenset(row["known_by"]),
            after=frozenset(row.get("after", ())),
            category=row["category"],
            yes=row.get("yes"),
            permission=row.get("permission"),
        )
        for row in table("story")["item"]
    )


def find(item_id: str | None) -> Item | None:
    return next((item for item in items() if item.id == item_id), None)


def heard_now(turn: Turn) -> set[str]:
    """Categories and codes told in this very message."""
    said = [item for item in turn.hearing.items if item.origin != "inferred"]
    found = {code for item in said for code in (item.code, item.category)}
    return found | ({turn.hearing.feeling} if turn.hearing.feeling else set())


def next_item(turn: Turn, just_closed: str | None = None) -> Item | None:
    """The first question not yet asked, not put off lately, and not already answered by what was told."""
    now = heard_now(turn)
    told = known(turn.view, now)
    for item in in_order(now, told):
        if item.id == just_closed or _settled(turn.view, item.id) or item.known_by & told:
            continue
        if item.asked_of(turn):
            return item
    return None


def in_order(now: set[str], told: set[str]) -> list[Item]:
    """Opening, day to day life, ending; in the middle what lies nearest to what was just said comes first."""

    def place(item: Item) -> tuple[int, int]:
        part = ("opening", "life", "ending").index(item.part)
        if item.part != "life" or item.permission:  # the hardest question keeps its place, the last
            return part, 2
        return part, 0 if item.after & now else 1 if item.after & told else 2

    return sorted(items(), key=place)


def known(view: PatientView, heard: Iterable[str] = ()) -> set[str]:
    """Categories and codes already told, in the record or in this very message."""
    return {*view.told, *heard}


def begun(view: PatientView, part: str) -> bool:
    """Whether a question of this part was asked before."""
    return any(item.part == part and item.id in view.story for item in items())


def _settled(view: PatientView, item_id: str) -> bool:
    seen = view.story.get(item_id)
    if seen is None or seen.status == "asked":
        return False
    if seen.status == "not-now":
        return datetime.fromisoformat(view.at) - datetime.fromisoformat(seen.at) < NOT_NOW
    return True

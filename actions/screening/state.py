"""Where a form stands in the conversation: what may be asked, what is open, what was answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from actions.turn import Turn
from clinical.screeners import Item, Screener, load

OFFERED = "screening"  # what a yes then means
LASTS = timedelta(days=1)  # a word said later than this answers no question of ours


@dataclass(frozen=True)
class Round:
    """One asking of one form, as the slot `screening` keeps it."""

    form: Screener
    stage: str  # permission | asking
    id: str  # the message it began with
    left: tuple[str, ...] = ()  # items still to ask; the first one is open
    given: Mapping[str, str] = field(default_factory=dict)
    again: bool = False  # the open item was asked a second time
    reminded: int = 0

    @property
    def item(self) -> Item | None:
        """The open question."""
        return self.form.item(self.left[0]) if self.left else None

    @classmethod
    def of(cls, turn: Turn) -> "Round | None":
        """The round that is open, None where there is none or it is long past."""
        slot = turn.slots.get("screening") or {}
        form = find(turn, slot.get("form"))
        if form is None or not lately(slot.get("at"), turn.view.at):
            return None
        return cls(
            form,
            slot["stage"],
            slot["id"],
            tuple(slot["left"]),
            slot["given"],
            slot["again"],
            slot["reminded"],
        )

    def slot(self, at: str) -> dict[str, Any]:
        """What the slot holds until the next message."""
        return {
            "form": self.form.id, "stage": self.stage, "id": self.id, "left": list(self.left),
            "given": dict(self.given), "again": self.again, "reminded": self.reminded, "at": at,
        }  # fmt: skip


def forms(turn: Turn) -> tuple[Screener, ...]:
    """Every form that may be asked: ours, and the clinic's own, which may stand in for one of ours."""
    replaced = frozenset[str]().union(*(each.instead_of for each in turn.view.forms))
    return (*(each for each in load() if each.id not in replaced), *turn.view.forms)


def find(turn: Turn, form_id: str | None) -> Screener | None:
    """The form with this id."""
    return next((each for each in forms(turn) if each.id == form_id), None)


def lately(then: str | None, at: str) -> bool:
    """Whether something was asked within the last day."""
    return then is not None and datetime.fromisoformat(at) - datetime.fromisoformat(then) < LASTS

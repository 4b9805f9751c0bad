"""A paper that waits for its yes: what of it was read back, and how it is said."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from actions.paging import page_size
from actions.reply import Proposal, Reply
from actions.turn import Turn
from actions.voice import table
from clinical import wording
from clinical.catalogue import Catalogue

ROOM_FOR_QUESTIONS = 130  # characters of a page kept for the question that follows the numbers


@dataclass(frozen=True)
class Pending:
    """As the slot `paper` keeps it."""

    kind: str  # photo | pdf
    results: list[dict[str, Any]]  # not confirmed yet, in the order they are shown
    unsure: list[str] = field(default_factory=list)  # names of tests whose number was not clear, not said yet
    name: str | None = None
    subject: str = "patient"
    stage: str = "check"  # held | whose | check
    shown: int = 0  # how many of the results were read back and wait for the yes
    asked: bool = False  # its question was the last thing said
    reminded: int = 0
    denied: bool = False  # a no was said, and which number is wrong was asked

    @classmethod
    def of(cls, turn: Turn) -> "Pending | None":
        """The paper that waits, if one does."""
        slot = turn.slots.get("paper")
        return cls(**slot) if slot else None

    def kept_by(self, reply: Reply) -> Reply:
        """The reply, with this paper remembered."""
        return reply.remembering(paper=asdict(self))


def fitting(turn: Turn, catalogue: Catalogue, rows: Sequence[Mapping[str, Any]]) -> int:
    """How many of the results fit on a page beside the question; one at least."""
    left = page_size(turn.channel) - ROOM_FOR_QUESTIONS
    for count, row in enumerate(rows):
        left -= len(result(catalogue, row)) + 2
        if count and left < 0:
            return count
    return len(rows)


def written(catalogue: Catalogue, rows: Sequence[Mapping[str, Any]]) -> str:
    """ "Potassium 5.4 mmol/L, Sodium 140 mmol/L"."""
    return ", ".join(result(catalogue, row) for row in rows)


def result(catalogue: Catalogue, row: Mapping[str, Any]) -> str:
    """One result as it is read back."""
    name, unit = test_name(catalogue, row["analyte"], row["text"]), wording.readable_unit(row["unit"])
    return f"{name} {row['value']}{'' if unit == '%' else ' '}{unit}".strip()


def test_name(catalogue: Catalogue, analyte: str, text: str) -> str:
    """The catalogue's name of a test, else as the paper has it."""
    known = catalogue.get(analyte)
    return known.name if known else text


def listed(names: Sequence[str]) -> str:
    """ "sodium", "sodium and chloride", "sodium, chloride and 3 others"."""
    low = [name[:1].lower() + name[1:] if name[1:2].islower() else name for name in names]
    if len(low) > 3:
        return f"{low[0]}, {low[1]} and {len(low) - 2} others"
    return " and ".join(filter(None, (", ".join(low[:-1]), low[-1])))


def task(what: str) -> tuple[Proposal, ...]:
    """A task for a person to look at the paper, where that would help."""
    words = table("paper")
    if what not in words["task"]:
        return ()
    priority, description = words["task"][what], words["staff"][what]
    return ({"kind": "task", "code": "picture", "priority": priority, "description": description},)

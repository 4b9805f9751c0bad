"""The words this room answers in."""

from dataclasses import dataclass
from typing import Final, Literal

from clinical import urgency

Level = Literal["none", "soon", "ask", "emergency", "crisis"]
Subject = Literal["patient", "other"]

LEVELS: Final[tuple[Level, ...]] = tuple(reversed(urgency.LEVELS))  # mildest first


@dataclass(frozen=True, slots=True)
class RedFlag:
    """One danger heard, with the words that told of it. `start` and `end` are offsets in the message."""

    kind: str
    level: Level
    quote: str
    start: int
    end: int
    subject: Subject
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class Screening:
    """The worst level found, and every flag behind it, worst first.

    `fear`: how likely a danger the second opinion held it to be, 0 to 1; 1 where a rule alarms.
    """

    level: Level
    flags: tuple[RedFlag, ...] = ()
    fear: float = 0.0

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(flag.kind for flag in self.flags))


@dataclass(frozen=True, slots=True)
class ScreeningRule:
    """One row of a table in `tables/rules/`: each group must be heard, live, within the same reach.

    `standing`: groups that stay true with time ("had a transplant in 2019") and may be told as past.
    `unless`: harmless words that excuse their own sentence; `unless_anywhere`: the whole message;
    `unless_within`: only what is said in those very words ("fell and hit his head" is nobody's blow).
    `weighed`: its words are wide ones; where the second opinion hears no danger in them it only asks.
    """

    name: str
    kind: str
    level: Level
    groups: tuple[tuple[str, ...], ...]
    reach: str
    standing: frozenset[int]
    heard_through: frozenset[str]
    unless: tuple[str, ...]
    unless_anywhere: tuple[str, ...]
    unless_within: tuple[str, ...]
    weighed: bool
    source: str

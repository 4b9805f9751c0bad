"""What is paged for and how long each step may take, read once from its table."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

TABLE = Path(__file__).with_name("policy.toml")
ANY = "*"


@dataclass(frozen=True)
class Rule:
    """One row: the tasks it is about, and the word the page says."""

    code: str
    priorities: frozenset[str]
    risk: str
    tell: bool  # whether the patient hears that someone was paged
    rank: int  # 0 is the most pressing
    silent: timedelta | None = None  # only where the patient wrote nothing more for so long

    def fits(self, code: str, priority: str) -> bool:
        return self.code in (code, ANY) and priority in self.priorities


@dataclass(frozen=True)
class Policy:
    """The rows in their order, and the times that hold where the clinic gives no others."""

    rules: tuple[Rule, ...]
    escalate: timedelta
    repeat: timedelta
    fresh: timedelta
    remind: timedelta
    hand_back: timedelta
    closers: frozenset[str]  # whole messages nobody waits for an answer to

    def rule_for(self, code: str, priority: str) -> Rule | None:
        """The row a task is paged by; a code with a row of its own is judged by that row alone."""
        named = [rule for rule in self.rules if rule.code == code]
        rules = named or [rule for rule in self.rules if rule.code == ANY]
        return next((rule for rule in rules if rule.fits(code, priority)), None)

    def rule_of(self, risk: str) -> Rule:
        """The row that gave a page its word."""
        return next(rule for rule in self.rules if rule.risk == risk)


@cache
def load() -> Policy:
    """Our table."""
    table = tomllib.loads(TABLE.read_text("utf-8"))
    timing, takeover = table["timing"], table["takeover"]
    return Policy(
        rules=tuple(_rule(row, rank) for rank, row in enumerate(table["page"])),
        escalate=timedelta(minutes=timing["escalate_minutes"]),
        repeat=timedelta(minutes=timing["repeat_minutes"]),
        fresh=timedelta(hours=timing["fresh_hours"]),
        remind=timedelta(minutes=takeover["remind_minutes"]),
        hand_back=timedelta(minutes=takeover["hand_back_minutes"]),
        closers=frozenset(takeover["closers"]),
    )


def rows() -> list[Mapping[str, Any]]:
    """The rows as they stand, for the test that each has its source and its case."""
    found: list[Mapping[str, Any]] = tomllib.loads(TABLE.read_text("utf-8"))["page"]
    return found


def _rule(row: Mapping[str, Any], rank: int) -> Rule:
    silent = timedelta(minutes=row["silent_minutes"]) if "silent_minutes" in row else None
    return Rule(row["code"], frozenset(row["priorities"]), row["risk"], row["tell"], rank, silent)

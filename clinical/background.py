"""What a person has and takes, as the few groups that change what a result means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache

from clinical.folding import fold
from clinical.tables import table
from clinical.types import Person


@dataclass(frozen=True)
class Group:
    """One group of the table: "Chronic kidney disease stage 3" is of `kidney-disease`."""

    code: str
    names: re.Pattern[str]
    unless: re.Pattern[str] | None

    def holds(self, lines: tuple[str, ...]) -> bool:
        """Whether a line names it; "Family history of diabetes" does not."""
        return any(
            self.names.search(line) and not (self.unless and self.unless.search(line)) for line in lines
        )


def conditions(person: Person) -> frozenset[str]:
    """The groups of what the record says a person has. An empty set is *unknown*, not "healthy"."""
    return _of("conditions", person.conditions)


def medicines(person: Person) -> frozenset[str]:
    """The groups of what the record says a person takes."""
    return _of("medicines", person.medicines)


@cache
def groups(kind: str) -> tuple[Group, ...]:
    """The rows of one half of the table."""
    rows: Mapping[str, Mapping[str, list[str]]] = table("background")[kind]
    return tuple(
        Group(code, _words(row["names"]), _words(row["unless"]) if row.get("unless") else None)
        for code, row in rows.items()
    )


def _words(names: list[str]) -> re.Pattern[str]:
    """Any of these as whole words: "cad" is not in "cadence"."""
    listed = "|".join(re.escape(fold(name)) for name in sorted(names, key=len, reverse=True))
    return re.compile(rf"(?<![a-z0-9-])(?:{listed})(?![a-z0-9])")


@lru_cache(maxsize=64)  # one message asks for the same person once a result
def _of(kind: str, said: tuple[str, ...]) -> frozenset[str]:
    if not said:
        return frozenset()
    lines = tuple(fold(line) for line in said)
    return frozenset(group.code for group in groups(kind) if group.holds(lines))

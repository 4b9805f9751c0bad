"""The words Kith speaks: tables of lines, one picked so that none comes twice in a row."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> Mapping[str, Any]:
    """One file of `actions/words`, read once."""
    return tomllib.loads(files("actions").joinpath("words", f"{name}.toml").read_text(encoding="utf-8"))


def sentences(text: str) -> list[str]:
    """ "I hear you. Go on." is two."""
    return [each for each in re.split(r"(?<=[.!?])\s+", text.strip()) if each]


@dataclass(frozen=True)
class Clinic:
    """Whose helper Kith is, as said to patients."""

    name: str
    phone: str
    sharing: str = (
        "ask"  # ask: the team sees what is told after a yes; policy: from the start, and it is said
    )


@dataclass(frozen=True)
class Voice:
    """Lines for one turn. `turn` counts the patient's messages, so that variants take turns too."""

    clinic: Clinic
    turn: int = 0
    last: frozenset[str] = frozenset()  # the sentences of the reply before: none is said again right after

    def line(self, file: str, *path: str, **fields: str) -> str:
        """One line of `words/<file>.toml` under `path`, filled in.

        >>> Voice(Clinic("Riverbend", "555-0100")).line("small_talk", "help", "plain")  # doctest: +SKIP
        """
        variants: Any = table(file)
        for step in path:
            variants = variants[step]
        return self.pick(variants, **fields)

    def pick(self, variants: Sequence[str], **fields: str) -> str:
        """One of these lines, filled in: their turn comes round, and none is said twice in a row."""
        start = self.turn % len(variants)
        filled = [
            line.format(clinic=self.clinic.name, phone=self.clinic.phone, **fields)
            for line in (*variants[start:], *variants[:start])
        ]
        return next((line for line in filled if self.last.isdisjoint(sentences(line))), filled[0])

    def small(self, *path: str, **fields: str) -> str:
        """A line of small talk."""
        return self.line("small_talk", *path, **fields)

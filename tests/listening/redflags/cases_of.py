"""Reads the labelled sentences and measures the screen against them."""

import json
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

from listening.embedding import Embedder
from listening.redflags import screen

CASES = Path(__file__).parent / "cases"


@dataclass(frozen=True)
class Case:
    id: str
    say: list[str]
    urgency: str
    kind: str


@dataclass
class Measure:
    """Shares over one set. A doubtful `ask` counts as soon: it is no answer to an emergency."""

    cases: int = 0
    emergency_recall: float = 0
    crisis_recall: float = 0
    emergency_false_alarm: float = 0
    crisis_false_alarm: float = 0
    soon_or_higher_recall: float = 0
    none_kept_none: float = 0
    by_kind: dict[str, tuple[int, int]] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)


def load(name: str) -> list[Case]:
    rows = (json.loads(line) for line in (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines())
    return [Case(row["id"], row["say"], row["expect"]["urgency"], row["kind"]) for row in rows]


def levels(case: Case, meaning: Embedder | None = None) -> set[str]:
    return {flag.level for message in case.say for flag in screen(message, meaning=meaning).flags}


def measure(cases: list[Case], meaning: Embedder | None = None) -> Measure:
    heard = [(case, levels(case, meaning)) for case in cases]
    urgent = [(case, found) for case, found in heard if case.urgency in ("emergency", "crisis")]
    calm = [(case, found) for case, found in heard if case.urgency in ("none", "soon")]
    kinds: dict[str, list[bool]] = defaultdict(list)
    for case, found in urgent:
        kinds[f"{case.urgency} {case.kind}"].append(case.urgency in found)
    return Measure(
        cases=len(cases),
        emergency_recall=_share(
            [case.urgency in found for case, found in urgent if case.urgency == "emergency"]
        ),
        crisis_recall=_share([case.urgency in found for case, found in urgent if case.urgency == "crisis"]),
        emergency_false_alarm=_share(["emergency" in found for _, found in calm]),
        crisis_false_alarm=_share(["crisis" in found for _, found in calm]),
        soon_or_higher_recall=_share([bool(found) for case, found in heard if case.urgency != "none"]),
        none_kept_none=_share([not found for case, found in heard if case.urgency == "none"]),
        by_kind={kind: (sum(hits), len(hits)) for kind, hits in sorted(kinds.items())},
        failures=[
            f"{case.id} {case.urgency}: {found} {case.say}"
            for case, found in urgent
            if case.urgency not in found
        ]
        + [f"{c.id} {c.urgency}: {found} {c.say}" for c, found in calm if found & {"emergency", "crisis"}],
    )


def _share(hits: list[bool]) -> float:
    return sum(hits) / len(hits) if hits else 1.0

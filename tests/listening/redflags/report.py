"""Each set of labelled sentences apart, recall by kind: `python -m tests.listening.redflags.report [model]`.

Prints totals alone: a sentence of a frozen set shown here would be tuned on.
"""

import sys
from collections.abc import Iterable
from pathlib import Path

from listening.embedding import Embedder
from tests.listening.redflags.cases_of import Measure, load, measure

SETS = (
    "tuned",
    "labs-and-hints",
    "frozen",
    "frozen-voices",
    "unseen2",
    "frozen-labs",
    "frozen-hints",
    "frozen-wide",
    "talk",
)
FIGURES = (
    "emergency_recall",
    "crisis_recall",
    "emergency_false_alarm",
    "crisis_false_alarm",
    "soon_or_higher_recall",
    "none_kept_none",
)


def main(folder: Path) -> None:
    embedder = Embedder(folder)
    meaning = embedder if embedder.is_there else None
    found = {name: measure(load(name), meaning) for name in SETS}
    print(_row("measure", SETS) + "\n" + _row("---", ["---"] * len(SETS)))
    print(_row("messages", [str(each.cases) for each in found.values()]))
    for figure in FIGURES:
        print(_row(figure.replace("_", " "), [f"{getattr(each, figure):.3f}" for each in found.values()]))
    print("\n" + _row("kind as labelled", SETS) + "\n" + _row("---", ["---"] * len(SETS)))
    for kind in sorted({kind for each in found.values() for kind in each.by_kind}):
        print(_row(kind, [_hits(each, kind) for each in found.values()]))


def _hits(found: Measure, kind: str) -> str:
    hits = found.by_kind.get(kind)
    return f"{hits[0]}/{hits[1]}" if hits else ""


def _row(first: str, rest: Iterable[str]) -> str:
    return "| " + " | ".join([first, *rest]) + " |"


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "models/embedding"))

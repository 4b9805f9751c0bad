"""How well needs are heard: `python -m listening.stories.report name=cases.jsonl --model models/embedding`.

Each named set is scored apart, by its totals alone: a set that measures may be totalled and never read.
A set may be several files (`tuned=a.jsonl,b.jsonl`). Without `--model` the rules hear alone.
"""

import argparse
import json
import time
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from listening.stories.head import Head
from listening.stories.hearing import hear, stressors
from listening.stories.voices import writes_for

Case = tuple[tuple[str, ...], frozenset[str]]  # the messages, and the needs they tell


@dataclass(frozen=True)
class Score:
    """Of one set; `f1` by domain, `milliseconds` of one thread for half of the messages and for 95 of 100."""

    cases: int
    precision: float
    recall: float
    macro_f1: float
    f1: dict[str, float]
    milliseconds: tuple[float, float]


def read(paths: Iterable[Path]) -> list[Case]:
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    return [
        (tuple(row["say"]), frozenset(row["expect"]["stressors"]))
        for row in rows
        if "stressors" in row["expect"]
    ]


def measure(cases: Sequence[Case], head: Head | None) -> Score:
    """Precision and recall over all needs, F1 as the mean over domains."""
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    spent: list[float] = []
    for messages, expected in cases:
        found = heard_in(messages, head, spent)
        right.update(expected & found)
        wrong.update(found - expected)
        missed.update(expected - found)
    hits = right.total()
    domains = sorted(set(right) | set(missed))
    f1 = {code: 2 * right[code] / (2 * right[code] + wrong[code] + missed[code]) for code in domains}
    return Score(
        len(cases),
        hits / max(1, hits + wrong.total()),
        hits / max(1, hits + missed.total()),
        sum(f1.values()) / max(1, len(f1)),
        f1,
        _spread(spent),
    )


def heard_in(messages: Sequence[str], head: Head | None, spent: list[float]) -> frozenset[str]:
    """The needs of a conversation; who says once that they write for someone goes on doing so."""
    person: str | None = None
    found = frozenset[str]()
    for message in messages:
        person = writes_for(message, person)
        author = "patient" if person is None else "caregiver"
        begun = time.process_time()
        found |= stressors(hear(message, author=author, head=head))
        spent.append(1000 * (time.process_time() - begun))
    return found


def _spread(spent: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(spent) or [0.0]
    return ordered[len(ordered) // 2], ordered[int(0.95 * (len(ordered) - 1))]


def show(name: str, score: Score, by_domain: bool) -> None:
    half, most = score.milliseconds
    print(
        f"{name:20} {score.cases:5} cases  precision {score.precision:.3f}  recall {score.recall:.3f}  "
        f"macro-F1 {score.macro_f1:.3f}  {half:.1f} ms, 95 of 100 under {most:.1f} ms"
    )
    if by_domain:
        for code, value in score.f1.items():
            print(f"    {code:36} {value:.2f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="+", help="name=file.jsonl[,file.jsonl ...]")
    parser.add_argument("--model", type=Path, help="the folder of the exported embedding model")
    parser.add_argument("--by-domain", action="store_true")
    chosen = parser.parse_args()
    head = Head.open(chosen.model) if chosen.model else None
    hear("The words are read once, before any are timed.", head=head)
    for each in chosen.sets:
        name, _, files = each.partition("=")
        if not files:
            parser.error(f"{each!r} is not name=file.jsonl")
        show(name, measure(read(map(Path, files.split(","))), head), chosen.by_domain)


if __name__ == "__main__":
    main()

"""Run both, side by side: `python -m bench`."""

import argparse
import sys
from collections.abc import Sequence

from bench import kith_bench, pairs, retrieval, starter
from bench.measure import Assistant, Figures, at_once, growth, one_by_one, percentiles, resident_mib

ROWS = (
    ("start to ready, s", "ready", 20.0),
    ("latency p50, ms", "p50", None),
    ("latency p95, ms", "p95", None),
    ("messages a second", "per_second", None),
    ("late message over early", "growth", 1.15),
    ("memory of all processes, MiB", "memory", 1331.0),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--messages", type=int, default=240, help="short exchanges (default 240)")
    parser.add_argument(
        "--long", type=int, default=510, help="messages of the long conversation (default 510)"
    )
    parser.add_argument("--threads", type=int, default=4, help="patients writing at once (default 4)")
    parser.add_argument("--pause", type=float, default=0.1, help="seconds between messages (default 0.1)")
    given = parser.parse_args()
    print("Making and starting Rasa's starter (its training takes a minute or two) ...", flush=True)
    with starter.running() as theirs:
        print("Starting Kith ...", flush=True)
        with kith_bench.running() as ours:
            print(table(*measured([ours, theirs], given)))
    print("Two of each process on one PostgreSQL beside one of each (about a minute) ...", flush=True)
    print(pairs.table())
    print("Finding articles by questions in other words (about four minutes) ...", flush=True)
    print(retrieval.table(retrieval.measure()))
    return 0


def measured(assistants: Sequence[Assistant], given: argparse.Namespace) -> list[Figures]:
    """The figures of each, taken side by side while both run."""
    one_by_one(assistants, ["warm"] * 12, 0)
    print(f"{given.messages} short exchanges with each, in turn ...", flush=True)
    short = one_by_one(assistants, [f"p{each // 6}" for each in range(given.messages)], given.pause)
    print(f"{given.long} messages of one conversation with each, in turn ...", flush=True)
    long = one_by_one(assistants, ["long"] * given.long, given.pause)
    print("Several people at once ...", flush=True)
    rates = [at_once(each, given.messages, given.threads) for each in assistants]
    return [
        Figures(
            assistant.ready,
            *percentiles(short[at]),
            rates[at],
            growth(long[at], late=given.long - 10),
            resident_mib(assistant.pids()),
        )
        for at, assistant in enumerate(assistants)
    ]


def table(ours: Figures, theirs: Figures) -> str:
    """Both beside each other; what counts on a shared machine is the ratio."""
    lines = [f"{'':<32}{'Kith':>10}{'starter':>10}{'ratio':>8}{'aim':>8}"]
    for title, name, aim in ROWS:
        kith, rasa = getattr(ours, name), getattr(theirs, name)
        shown = "" if aim is None else f"{aim:g}"
        lines.append(f"{title:<32}{kith:>10.2f}{rasa:>10.2f}{kith / rasa:>8.2f}{shown:>8}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())

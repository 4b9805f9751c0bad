"""Run both, side by side: `python -m bench`."""

import argparse
import sys

from bench import kith_bench, starter
from bench.measure import Figures

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
    given = parser.parse_args()
    print("Making and measuring Rasa's starter (its training takes a minute or two) ...", flush=True)
    theirs = starter.measure(given.messages, given.long, given.threads)
    print("Measuring Kith ...", flush=True)
    ours = kith_bench.measure(given.messages, given.long, given.threads)
    print(table(ours, theirs))
    return 0


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

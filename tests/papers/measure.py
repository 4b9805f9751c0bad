"""How many values are read right: `python -m tests.papers.measure`; the figures stand in docs/papers.md."""

import sys
import time
from collections import Counter
from collections.abc import Callable
from statistics import median, quantiles

from actions.papers import look
from clinical import catalogue
from papers.reading import read
from tests.papers import reports
from tests.papers.reports import Report

REPORTS = 30
Draw = Callable[[Report, int], bytes]
WAYS: dict[str, Draw] = {
    "PDF with text": lambda report, _: reports.pdf(report),
    "clean picture": lambda report, _: reports.png(reports.drawn(report)),
    "photo by hand": lambda report, seed: reports.jpeg(reports.photographed(reports.drawn(report), seed)),
    "small (700 px)": lambda report, _: reports.jpeg(reports.drawn(report, width=700)),
    "sideways": lambda report, _: reports.jpeg(reports.drawn(report).rotate(90, expand=True)),
    "scanned PDF": lambda report, _: reports.scanned(reports.drawn(report)),
}


def measured(way: Draw, count: int = REPORTS) -> tuple[Counter[str], list[float]]:
    """Values right, wrong without a word of doubt, pointed out as unsure, not found; and seconds each."""
    tests, found, seconds = catalogue.load(), Counter[str](), []
    for seed in range(count):
        report = reports.made(seed)
        data = way(report, seed)
        began = time.perf_counter()
        reading = read(data).reading
        seconds.append(time.perf_counter() - began)
        seen = look([{**reading.as_json(), "kind": "photo"}], tests)
        values = {each.analyte: each.value for each in seen.results}
        unsure = {each.analyte for each in seen.unsure}
        for row in report.rows:
            if row.key in values:
                found["right" if values[row.key] == row.value else "wrong"] += 1
            else:
                found["unsure" if row.key in unsure else "missed"] += 1
        found["made up"] += len(set(values) - {row.key for row in report.rows})
    return found, seconds


def main() -> None:
    for name in sys.argv[1:] or WAYS:
        found, seconds = measured(WAYS[name])
        total = sum(found[how] for how in ("right", "wrong", "unsure", "missed"))
        shares = ", ".join(
            f"{how} {found[how] / total:.1%}" for how in ("right", "unsure", "missed", "wrong")
        )
        p95 = quantiles(seconds, n=20)[-1]
        print(
            f"{name}: {shares}, made up {found['made up']} (of {total}); "
            f"{median(seconds):.1f} s, p95 {p95:.1f} s"
        )


if __name__ == "__main__":
    main()

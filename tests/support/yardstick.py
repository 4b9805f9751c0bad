"""How slow this machine is just now, so that a bound on processor time means the same on a busy one.

A processor shared with others (its second thread, its caches, its memory) does the same work in up to
three times the seconds, `process_time` included. A bound is therefore multiplied by the time a fixed piece
of work takes now, beside what it took on the quiet machine the bounds were set on, never by less than one.
"""

import re
from time import process_time

import numpy

QUIET = 0.0042  # seconds of processor time
WORDS = ("my potassium is 5.9 and the bus stopped running so i could not get to the pharmacy ") * 40
PATTERNS = [
    re.compile(rf"\b{word}\w*\s+(?:is|was|and|the)\b") for word in ("potassium", "bus", "could", "get")
]
TABLE = numpy.random.default_rng(7).random((384, 384), dtype=numpy.float32)


def work() -> int:
    """Words, patterns, a table of numbers: what screening and reading do."""
    found, counts = 0, dict[str, int]()
    for word in WORDS.split():
        counts[word] = counts.get(word, 0) + len(word.strip("s").lower())
    for pattern in PATTERNS:
        found += sum(1 for _ in pattern.finditer(WORDS))
    for _ in range(3):
        found += int((TABLE @ TABLE).argmax())
    return found + len(counts)


def slowness(times: int = 15) -> float:
    """What to multiply a bound by: 1 on a quiet machine, 2 where everything takes twice as long."""
    spent = []
    for _ in range(times):
        began = process_time()
        work()
        spent.append(process_time() - began)
    return max(1.0, sorted(spent)[times // 2] / QUIET)

"""Labelled sentences, and how what is heard in them is scored."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from listening.stories import hear, stressors, writes_for

CASES = Path(__file__).parent / "cases"


def read(name: str) -> list[dict[str, Any]]:
    lines = (CASES / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def heard_in(messages: Iterable[str]) -> frozenset[str]:
    """The needs of a whole conversation; who says once that they write for someone goes on doing so."""
    person: str | None = None
    found = frozenset[str]()
    for message in messages:
        person = writes_for(message, person)
        author = "patient" if person is None else "caregiver"
        found |= stressors(hear(message, author=author))
    return found


@dataclass(frozen=True)
class Score:
    precision: float
    recall: float
    macro_f1: float
    by_domain: dict[str, float]


def measure(name: str) -> Score:
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for case in read(name):
        expected, found = set(case["expect"]["stressors"]), heard_in(case["say"])
        right.update(expected & found)
        wrong.update(found - expected)
        missed.update(expected - found)
    domains = sorted(set(right) | set(missed))
    f1 = {code: 2 * right[code] / (2 * right[code] + wrong[code] + missed[code]) for code in domains}
    hits = right.total()
    return Score(
        hits / (hits + wrong.total()), hits / (hits + missed.total()), sum(f1.values()) / len(f1), f1
    )


@pytest.fixture(scope="session")
def cases():
    return read


@pytest.fixture(scope="session")
def score():
    return measure

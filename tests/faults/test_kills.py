"""kill -9 at named moments: every text is stored once, in order, answered once and its answer delivered once.

A few points in every run; all of them with FAULTS=all (`make faults`).
"""

import os
import signal

import pytest

from kith.stack import Stack
from tests.faults.ledger import Ledger, until
from tests.faults.points import COMMANDS, EVERY, FEW, WORDS, Point, Watch, kill, signal_to

POINTS = EVERY if os.environ.get("FAULTS") == "all" else FEW


def test_there_are_thirty_named_points_and_more() -> None:
    assert len({str(point) for point in EVERY}) == len(EVERY) >= 30
    assert {str(point) for point in FEW} <= {str(point) for point in EVERY}


@pytest.mark.parametrize("point", POINTS, ids=str)
def test_killed_nothing_is_lost_nothing_happens_twice(
    broken_stack: Stack, ledger: Ledger, point: Point
) -> None:
    assert until(broken_stack.answers, 120), broken_stack.logs()
    patient, watch = ledger.new_patient(), Watch(broken_stack)
    ledger.text(patient, "hello")
    ledger.settle()
    if point.moment == "idle":
        _kill(broken_stack, point)
    sid = ledger.text(patient, WORDS[point.kind])
    if point.moment != "idle":
        assert watch.wait(point.moment, sid), f"{point.moment} never came"
        _kill(broken_stack, point)
    ledger.settle()
    ledger.text(patient, "thanks")
    ledger.settle()
    assert ledger.compare() == []
    assert ledger.results(patient) == (["potassium"] if point.kind == "lab" else [])


def test_each_process_stopped_gracefully_under_way_loses_nothing(broken_stack: Stack, ledger: Ledger) -> None:
    """An upgrade: SIGTERM to one after the other while people write; the supervisor starts each again."""
    people = [ledger.new_patient() for _ in range(4)]
    for victim in COMMANDS:
        assert until(broken_stack.answers, 120), broken_stack.logs()
        for patient in people:
            ledger.text(patient, WORDS["lab"] if victim == "gateway" else WORDS["story"])
        signal_to(broken_stack, victim, signal.SIGTERM)
        for patient in people:
            ledger.text(patient, "thanks")
    ledger.settle()
    assert ledger.compare() == []
    assert [ledger.results(patient) for patient in people] == [["potassium"]] * 4


def _kill(stack: Stack, point: Point) -> None:
    for victim in point.victims:
        kill(stack, victim)

"""The labelled sentences: floors for the set the rules were tuned on, and for the frozen one."""

import re

import pytest

from tests.listening.redflags.cases_of import Measure, load, measure

FROZEN_AT_LEAST, TUNED_AT_LEAST = 500, 1000


@pytest.fixture(scope="module")
def tuned() -> Measure:
    return measure(load("tuned"))


@pytest.fixture(scope="module")
def frozen() -> Measure:
    return measure(load("frozen"))


def test_tuned_floors(tuned: Measure) -> None:
    assert tuned.cases >= TUNED_AT_LEAST
    assert tuned.emergency_recall >= 0.98, tuned.failures
    assert tuned.crisis_recall >= 0.97, tuned.failures
    assert tuned.emergency_false_alarm <= 0.02, tuned.failures
    assert tuned.crisis_false_alarm <= 0.02, tuned.failures
    assert tuned.soon_or_higher_recall >= 0.95


def test_frozen_floors(frozen: Measure) -> None:
    """What was measured, less a little: a change that makes unseen words worse must not pass unseen."""
    assert frozen.cases >= FROZEN_AT_LEAST
    assert frozen.emergency_recall >= 0.97, frozen.failures
    assert frozen.crisis_recall >= 0.93, frozen.failures
    assert frozen.emergency_false_alarm <= 0.06, frozen.failures
    assert frozen.crisis_false_alarm <= 0.03, frozen.failures
    assert frozen.soon_or_higher_recall >= 0.95


def test_every_kind_is_heard_at_least_half_the_time(tuned: Measure, frozen: Measure) -> None:
    deaf = {
        f"{name} {kind}": hits
        for name, set_ in (("tuned", tuned), ("frozen", frozen))
        for kind, hits in set_.by_kind.items()
        if hits[0] * 2 < hits[1]
    }
    assert not deaf


def test_sets_do_not_overlap() -> None:
    def bare(name: str) -> set[str]:
        return {re.sub(r"\W+", " ", " ".join(case.say)).casefold().strip() for case in load(name)}

    assert not bare("tuned") & bare("frozen")


@pytest.mark.parametrize("name", ["tuned", "frozen"])
def test_ids_are_unique_and_half_look_alike(name: str) -> None:
    cases = load(name)
    assert len({case.id for case in cases}) == len(cases)
    assert sum(case.urgency in ("none", "soon") for case in cases) >= 0.38 * len(cases)

"""The labelled sentences: floors for the tuned set, for the frozen one and for the one set aside."""

import re

import pytest

from listening.embedding import Embedder
from tests.listening.redflags.cases_of import Measure, load, measure

FROZEN_AT_LEAST, TUNED_AT_LEAST, VOICES_AT_LEAST, ASIDE_AT_LEAST = 500, 1000, 400, 250
KEPT_APART = ("frozen", "frozen-voices", "unseen2", "frozen-labs", "frozen-hints", "frozen-wide")
HELD_OUT = (*KEPT_APART, "labs-and-hints")
READABLE = ("tuned", "labs-and-hints", "talk")


@pytest.fixture(scope="module")
def tuned(meaning: Embedder) -> Measure:
    return measure(load("tuned")[::4], meaning)  # every fourth: each costs a look of the model


@pytest.fixture(scope="module")
def frozen(meaning: Embedder) -> Measure:
    return measure(load("frozen"), meaning)


@pytest.fixture(scope="module")
def voices(meaning: Embedder) -> Measure:
    return measure(load("frozen-voices"), meaning)


@pytest.fixture(scope="module")
def aside(meaning: Embedder) -> Measure:
    return measure(load("unseen2"), meaning)


def test_tuned_floors(tuned: Measure) -> None:
    assert tuned.cases >= TUNED_AT_LEAST
    assert tuned.emergency_recall >= 0.97, tuned.failures
    assert tuned.crisis_recall >= 0.93, tuned.failures
    assert tuned.emergency_false_alarm <= 0.03, tuned.failures
    assert tuned.crisis_false_alarm <= 0.035, tuned.failures
    assert tuned.soon_or_higher_recall >= 0.97


def test_rules_and_words_alone_are_still_a_net() -> None:
    """What is left when the model is missing: nothing weighs the rules of wide words then."""
    alone = measure(load("tuned"))
    assert alone.emergency_recall >= 0.92
    assert alone.crisis_recall >= 0.78
    assert alone.emergency_false_alarm <= 0.04
    assert alone.crisis_false_alarm <= 0.032


def test_frozen_floors(frozen: Measure) -> None:
    """What was measured, less a little: a change that makes unseen words worse must not pass unseen.

    Totals alone: a failure shown here would be tuned on.
    """
    assert frozen.cases >= FROZEN_AT_LEAST
    assert frozen.emergency_recall >= 0.97
    assert frozen.crisis_recall >= 0.96
    assert frozen.emergency_false_alarm <= 0.04
    assert frozen.crisis_false_alarm <= 0.02
    assert frozen.soon_or_higher_recall >= 0.98


def test_frozen_voices_floors(voices: Measure) -> None:
    assert voices.cases >= VOICES_AT_LEAST
    assert voices.emergency_recall >= 0.95
    assert voices.crisis_recall >= 0.88
    assert voices.emergency_false_alarm <= 0.08
    assert voices.crisis_false_alarm <= 0.06
    assert voices.soon_or_higher_recall >= 0.92


def test_set_aside_floors(aside: Measure) -> None:
    assert aside.cases >= ASIDE_AT_LEAST
    assert aside.emergency_recall >= 0.89
    assert aside.crisis_recall >= 0.89
    assert aside.emergency_false_alarm <= 0.06
    assert aside.crisis_false_alarm <= 0.06


def test_every_kind_is_heard_at_least_half_the_time(tuned: Measure) -> None:
    assert not {kind: hits for kind, hits in tuned.by_kind.items() if hits[1] > 3 and hits[0] * 2 < hits[1]}


def test_sets_do_not_overlap() -> None:
    def bare(name: str) -> set[str]:
        return {re.sub(r"\W+", " ", " ".join(case.say)).casefold().strip() for case in load(name)}

    for name in HELD_OUT:
        assert not bare("tuned") & bare(name), name


@pytest.mark.parametrize("name", ["tuned", *HELD_OUT])
def test_ids_are_unique_and_half_look_alike(name: str) -> None:
    cases = load(name)
    assert len({case.id for case in cases}) == len(cases)
    assert sum(case.urgency in ("none", "soon") for case in cases) >= 0.38 * len(cases)


def test_a_third_is_kept_apart() -> None:
    apart = sum(len(load(name)) for name in KEPT_APART)
    assert apart >= (apart + sum(len(load(name)) for name in READABLE)) / 3

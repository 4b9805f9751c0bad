"""One patient's flood leaves room for others; who writes again when answered is never kept waiting."""

import pytest

from gateway.crowd import RUSH, Crowd
from gateway.fairness import LONGEST, MANY, REMEMBERED, REST, Fairness


def at(seconds: float) -> str:
    return f"2026-11-23T09:{int(seconds // 60):02d}:{seconds % 60:09.6f}Z"


def test_a_flood_rests_after_the_first_few() -> None:
    fair = Fairness()
    rests = [fair.rest("flood", at(1 + n / 1000), at(2 + n / 20), 0.04) for n in range(MANY + 3)]
    assert rests == [0.0] * (MANY + 1) + [0.04 * REST] * 2


def test_a_slow_turn_rests_a_second_at_most() -> None:
    fair = Fairness()
    rests = [fair.rest("flood", at(1), at(2 + n), 20.0) for n in range(MANY + 2)]
    assert rests[-1] == LONGEST


def test_who_writes_again_when_answered_never_rests_however_fast() -> None:
    fair = Fairness()
    turns = [(at(n / 10), at(n / 10 + 0.001)) for n in range(1, 100)]
    assert [fair.rest("fast", came, began, 0.09) for came, began in turns] == [0.0] * 99


def test_the_others_are_others() -> None:
    fair = Fairness()
    for n in range(3 * MANY):
        fair.rest("flood", at(1), at(2 + n), 0.04)
    assert fair.rest("another", at(1), at(30), 0.04) == 0.0


def test_it_does_not_grow_without_end() -> None:
    fair = Fairness()
    for n in range(REMEMBERED + 50):
        fair.rest(str(n), at(1), at(2), 0.04)
    assert len(fair._last) == REMEMBERED


def test_a_rush_is_more_in_a_second_than_can_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = [1000.0]
    monkeypatch.setattr("gateway.crowd.time.monotonic", lambda: clock[0])
    crowd = Crowd()
    for each in range(RUSH):
        assert not crowd.is_rush
        clock[0] = 1000 + each / RUSH
        with crowd:
            pass
    assert crowd.is_rush
    clock[0] += 1.0
    assert not crowd.is_rush

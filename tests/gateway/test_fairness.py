"""One patient's flood leaves room for others; who writes again when answered is never kept waiting."""

import pytest

from gateway.crowd import RUSH, Crowd
from gateway.fairness import COMPANY, COURTEOUS, COURTESY, LONGEST, MANY, REMEMBERED, REST, Fairness


def at(seconds: float) -> str:
    return f"2026-11-23T09:{int(seconds // 60):02d}:{seconds % 60:09.6f}Z"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """One number, the monotonic clock's; tests move it."""
    now = [1000.0]
    monkeypatch.setattr("gateway.fairness.time.monotonic", lambda: now[0])
    return now


def flooded(fair: Fairness) -> None:
    """Someone's backlog past the first few, and nobody else about."""
    for n in range(MANY + 1):
        assert fair.rest("flood", at(1), at(2 + n / 20), 0.04) == 0.0


def test_a_flood_rests_after_the_first_few() -> None:
    fair = Fairness()
    flooded(fair)
    assert fair.rest("flood", at(1), at(3), 0.04) == 0.04 * REST


def test_it_rests_longer_while_someone_else_is_there(clock: list[float]) -> None:
    fair = Fairness()
    flooded(fair)
    fair.rest("another", at(2), at(3), 0.04)
    assert fair.rest("flood", at(1), at(3), 0.04) == 0.04 * COURTESY
    clock[0] += COMPANY
    assert fair.rest("flood", at(1), at(4), 0.04) == 0.04 * REST


def test_another_flood_is_no_company(clock: list[float]) -> None:
    fair = Fairness()
    for n in range(MANY + 1):
        fair.rest("one", at(1), at(2 + n / 20), 0.04)
        fair.rest("two", at(1), at(2 + n / 20), 0.04)
    clock[0] += COMPANY  # the first message of each was no backlog yet
    for n in range(3):
        assert fair.rest("one", at(1), at(3 + n), 0.04) == 0.04 * REST
        assert fair.rest("two", at(1), at(3 + n), 0.04) == 0.04 * REST


def test_a_slow_turn_rests_a_second_at_most_and_four_beside_others() -> None:
    fair = Fairness()
    flooded(fair)
    assert fair.rest("flood", at(1), at(3), 20.0) == LONGEST == 1.0
    fair.rest("another", at(4), at(5), 0.04)
    assert fair.rest("flood", at(1), at(6), 20.0) == COURTEOUS == 4.0


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

"""Nobody waits longer than said, however a call hangs."""

import threading
import time

import pytest

from actions.rephrasing.bounded import Bounded, Busy, Rest


def test_an_answer_in_time_is_the_answer() -> None:
    assert Bounded().call(lambda: "yes", 1) == "yes"


def test_its_own_error_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        Bounded().call(lambda: str(1 / 0), 1)


def test_a_hanging_call_is_left_after_its_time_and_frees_its_seat_when_it_ends() -> None:
    end, bounded = threading.Event(), Bounded(seats=1)
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        bounded.call(lambda: str(end.wait(20)), 0.1)
    assert time.monotonic() - began < 10
    with pytest.raises(Busy):
        bounded.call(lambda: "never asked", 0.1)
    end.set()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            assert bounded.call(lambda: "free", 1) == "free"
            return
        except Busy:
            time.sleep(0.01)
    pytest.fail("the seat was never freed")


def test_rest_begins_after_failures_in_a_row_and_ends_by_itself() -> None:
    now = [0.0]
    rest = Rest(lambda: now[0], after=2, seconds=60)
    rest.failed()
    assert not rest.resting
    rest.answered()
    rest.failed()
    assert not rest.resting
    rest.failed()
    assert rest.resting
    now[0] = 59.9
    assert rest.resting
    now[0] = 60.0
    assert not rest.resting

"""A story of three hundred messages stays as quick as one of three, in queries and in processor time."""

import time
from collections.abc import Callable
from statistics import median

from sqlalchemy import event

from actions.room import Room
from tests.actions.explain.conftest import Writer

TOLD = (
    "my rent is {n} weeks late and i can't pay it",
    "the bus was late again on day {n} so i missed my visit",
    "my sister brought soup on sunday number {n}",
)
LONG = 300
MORE = 1.6  # of the processor time, at most; the same work on a busy machine differs by less


def test_message_300_costs_what_message_3_costs(meet: Callable[..., Writer], room: Room) -> None:
    early, late = meet(), meet(number="+12025550199")
    tell(early, 6)  # the first ones load tables and patterns
    tell(late, LONG)
    queries: list[str] = []
    event.listen(room.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))
    # By turns, so that whatever else the machine does just then slows both.
    both = [(cost(early, number, queries), cost(late, number, queries)) for number in range(15)]
    (quick, slow), (asked_early, asked_late) = (
        [median(pair[which][what] for pair in both) for which in (0, 1)] for what in (0, 1)
    )
    assert asked_late <= asked_early, "a longer story is read with no more queries"
    assert slow <= quick * MORE, f"{slow * 1000:.1f} ms of processor time against {quick * 1000:.1f} ms"


def tell(writer: Writer, times: int) -> None:
    for number in range(times):
        writer.says(TOLD[number % len(TOLD)].format(n=number))


def cost(writer: Writer, number: int, queries: list[str]) -> tuple[float, int]:
    """The processor time of a message, in seconds, and its queries."""
    queries.clear()
    began = time.thread_time()
    writer.says(TOLD[0].format(n=1000 + number))
    return time.thread_time() - began, len(queries)

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
    writer = meet()
    queries: list[str] = []
    tell(writer, 6)  # the first ones load tables and patterns
    event.listen(room.engine, "before_cursor_execute", lambda *given: queries.append(given[2]))
    early, asked_early = costs(writer, queries)
    tell(writer, LONG)
    late, asked_late = costs(writer, queries)
    assert asked_late <= asked_early, "a longer story is read with no more queries"
    assert late <= early * MORE, f"{late * 1000:.1f} ms of processor time against {early * 1000:.1f} ms"


def tell(writer: Writer, times: int) -> None:
    for number in range(times):
        writer.says(TOLD[number % len(TOLD)].format(n=number))


def costs(writer: Writer, queries: list[str]) -> tuple[float, int]:
    """The least processor time of a message, which a busy machine raises last, and its queries."""
    spent, asked = [], []
    for number in range(15):
        queries.clear()
        began = time.thread_time()
        writer.says(TOLD[0].format(n=1000 + number))
        spent.append(time.thread_time() - began)
        asked.append(len(queries))
    return min(spent), int(median(asked))

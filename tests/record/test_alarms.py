"""Which imported results are put before the care team at once."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from record import database, tables
from record.intake import take_in
from tests.record.samples import bundle, observation, patient

AT = "2026-03-09T14:00:00.000000Z"


def tasks(engine: Engine, *results: dict[str, Any]) -> list[Any]:
    take_in(engine, bundle(patient(), *results), name="file", at=AT)
    with database.reading(engine) as connection:
        return list(connection.execute(select(tables.task)))


ALARMS = [
    # value, when it was taken, and how many tasks
    (2.4, "2026-03-09", 1),
    (2.4, None, 1),
    (2.4, "2026-02-07", 1),
    (2.4, "2026-02-06", 0),
    (3.2, "2026-03-09", 0),
    (4.5, "2026-03-09", 0),
    (7.5, "2026-03-09", 1),
]


@pytest.mark.parametrize(("value", "taken", "count"), ALARMS)
def test_fresh_critical_results(sqlite_engine: Engine, value: float, taken: str | None, count: int) -> None:
    assert len(tasks(sqlite_engine, observation(value=value, effectiveDateTime=taken))) == count


def test_the_task_says_what_to_do_and_not_the_value(engine: Engine) -> None:
    (task,) = tasks(engine, observation(value=2.4, effectiveDateTime="2026-03-08"))
    assert (task.code, task.status) == ("critical-result", "requested")
    assert task.priority in ("stat", "asap")
    assert "2.4" not in task.description


def test_a_newer_normal_result_makes_it_history(engine: Engine) -> None:
    old = observation(value=2.4, effectiveDateTime="2026-03-08T06:00:00Z")
    new = observation(id="o2", value=4.5, effectiveDateTime="2026-03-08T18:00:00Z")
    assert tasks(engine, old, new) == []


def test_the_same_result_again_raises_nothing_more(engine: Engine) -> None:
    tasks(engine, observation(value=2.4, effectiveDateTime="2026-03-08"))
    again = observation(value=2.4, effectiveDateTime="2026-03-08", status="amended")
    assert len(tasks(engine, again)) == 1

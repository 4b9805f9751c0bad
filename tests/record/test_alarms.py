"""Which imported results are put before the care team at once."""

from typing import Any

import pytest
from sqlalchemy import Engine, select, update

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


def test_a_corrected_value_that_is_critical_too_is_an_alarm_of_its_own(engine: Engine) -> None:
    """The nurse was done with the high one; the low one the laboratory meant is another danger."""
    (first,) = tasks(engine, observation(value=7.5, effectiveDateTime="2026-03-08", status="preliminary"))
    with engine.begin() as connection:
        connection.execute(update(tables.task).values(status="completed"))
    low = observation(value=2.1, effectiveDateTime="2026-03-08", status="corrected")
    assert {each.status for each in tasks(engine, low) if each.id != first.id} == {"requested"}
    assert len(tasks(engine, low)) == 2


SAME_DAY = [
    # when the critical and the normal one were taken, and how many tasks
    ("2026-03-08", "2026-03-08", 1),
    ("2026-03-08T06:00:00Z", "2026-03-08T06:00:00Z", 1),
    ("2026-03-08", "2026-03-08T18:00:00Z", 1),  # nobody knows which came first
    ("2026-03-08T06:00:00Z", "2026-03-08T06:00:01Z", 0),
    ("2026-03-08", "2026-03-09", 0),
]


@pytest.mark.parametrize(("critical", "normal", "count"), SAME_DAY)
def test_a_critical_result_is_not_hidden_by_one_that_may_not_be_newer(
    sqlite_engine: Engine, critical: str, normal: str, count: int
) -> None:
    """Many times: their ids, which are random, must not decide."""
    for number in range(6):
        mrn = [{"system": "urn:mrn", "value": str(number)}]
        pair = (
            observation(value=2.4, effectiveDateTime=critical),
            observation(id="o2", value=4.5, effectiveDateTime=normal),
        )
        take_in(sqlite_engine, bundle(patient(identifier=mrn), *pair), name="file", at=AT)
    with database.reading(sqlite_engine) as connection:
        assert len(connection.execute(select(tables.task)).all()) == 6 * count

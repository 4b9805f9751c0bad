"""What imported results mean together: a vetted pattern makes them more urgent, and someone hears of it."""

from typing import Any

import pytest
from sqlalchemy import Engine, select

from record import database, tables
from record.intake import take_in
from tests.record.samples import bundle, observation, patient

AT = "2026-03-09T14:00:00.000000Z"
ROW = tables.observation.c


def count(code: str, value: float, unit: str, day: str = "2026-03-08") -> dict[str, Any]:
    return observation(id=f"o{code}-{day}", code=code, value=value, unit=unit, effectiveDateTime=day)


def blood(white: float, red: float, plates: float, day: str = "2026-03-08") -> list[dict[str, Any]]:
    return [
        count("6690-2", white, "10*3/uL", day),
        count("718-7", red, "g/dL", day),
        count("777-3", plates, "10*3/uL", day),
    ]


def kidneys(potassium: float, creatinine: float) -> list[dict[str, Any]]:
    return [
        count("2823-3", potassium, "mmol/L"),
        count("2160-0", creatinine, "mg/dL"),
    ]


def take(engine: Engine, *results: dict[str, Any], at: str = AT) -> None:
    take_in(engine, bundle(patient(), *results), name="file", at=at)


def tiers(engine: Engine) -> dict[str, str]:
    with database.reading(engine) as connection:
        rows = connection.execute(select(ROW.analyte, ROW.tier).where(ROW.status == "final"))
        return {row.analyte: row.tier for row in rows}


def tasks(engine: Engine, code: str = "results-together") -> list[Any]:
    with database.reading(engine) as connection:
        return list(connection.execute(select(tables.task).where(tables.task.c.code == code)))


PANCYTOPENIA = [
    # white cells, hemoglobin, platelets; tiers; how many tasks
    (3.2, 11.0, 120, {"this-week"}, 0),
    (3.2, 11.0, 45, {"call-today"}, 1),
    (3.2, 11.0, 160, None, 0),  # the platelets are in range: no pattern
]


@pytest.mark.parametrize(("white", "red", "plates", "expected", "made"), PANCYTOPENIA)
def test_three_low_lines_are_more_than_three_low_counts(
    sqlite_engine: Engine, white: float, red: float, plates: float, expected: set[str] | None, made: int
) -> None:
    take(sqlite_engine, *blood(white, red, plates))
    found = tiers(sqlite_engine)
    assert len(tasks(sqlite_engine)) == made
    if expected is not None:
        assert set(found.values()) == expected
    else:
        assert found["platelets"] == "nothing"


def test_results_that_come_one_by_one_are_seen_together(sqlite_engine: Engine) -> None:
    for place, one in enumerate(blood(3.2, 11.0, 45)):
        take(sqlite_engine, one, at=f"2026-03-09T14:0{place}:00.000000Z")
    assert len(tasks(sqlite_engine)) == 1
    assert tiers(sqlite_engine)["platelets"] == "call-today"


def test_what_is_far_apart_in_time_is_not_together(sqlite_engine: Engine) -> None:
    white, red, _ = blood(3.2, 11.0, 45, day="2026-01-05")
    take(sqlite_engine, white, red, count("777-3", 45, "10*3/uL"))
    assert tasks(sqlite_engine) == []


def test_an_old_chart_alarms_nobody(sqlite_engine: Engine) -> None:
    take(sqlite_engine, *blood(3.2, 11.0, 45, day="2025-03-08"))
    assert tasks(sqlite_engine) == []


def test_the_same_file_again_changes_nothing_and_a_final_is_no_news(sqlite_engine: Engine) -> None:
    take(sqlite_engine, *blood(3.2, 11.0, 45))
    before = tiers(sqlite_engine)
    take(sqlite_engine, *blood(3.2, 11.0, 45), count("2951-2", 140, "mmol/L"))
    assert {**before, "sodium": "nothing"} == tiers(sqlite_engine)
    assert len(tasks(sqlite_engine)) == 1


def test_a_preliminary_result_made_final_stays_what_it_is(sqlite_engine: Engine) -> None:
    early = [one | {"status": "preliminary"} for one in blood(3.2, 11.0, 45)]
    take(sqlite_engine, *early)
    take(sqlite_engine, *blood(3.2, 11.0, 45))
    with database.reading(sqlite_engine) as connection:
        rows = connection.execute(select(ROW.status, ROW.tier)).all()
    assert [tuple(row) for row in rows] == [("final", "call-today")] * 3


def test_the_task_names_the_reason_and_no_value(sqlite_engine: Engine) -> None:
    take(sqlite_engine, *blood(3.2, 11.0, 45))
    (task,) = tasks(sqlite_engine)
    assert "all low" in task.description
    assert "3.2" not in task.description
    assert "45" not in task.description


def test_a_pattern_never_lowers(sqlite_engine: Engine) -> None:
    take(sqlite_engine, *kidneys(7.1, 4.0))
    assert tiers(sqlite_engine)["potassium"] == "act-now"

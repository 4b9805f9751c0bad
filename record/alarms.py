"""A critical result that has just come in is put before the care team at once, whoever else has seen it."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from clinical.patterns import Match
from record.database import insert_new
from record.ids import new_id
from record.series import standing
from record.tables import observation, task
from record.view import whole_date

# A critical result of last year that comes with an old file is history, not an alarm.
FRESH = timedelta(days=30)
CRITICAL = ("LL", "HH", "AA")
CODE = "critical-result"
TOGETHER = "results-together"
PRESSING = ("call-today", "act-now")  # how soon a pattern must be looked at for a task of its own
INSTANT = len("2026-03-09T14:00:00.000000Z")  # of a sort key; the id behind it says nothing of time


def raise_for(connection: Connection, rows: Iterable[Mapping[str, Any]], at: str) -> int:
    """A task for each new critical result that is fresh and the newest of its test; how many were new."""
    tasks = [_task(row, at) for row in alarming(connection, rows, at)]
    return insert_new(connection, task, tasks, "effect_key")


def raise_together(connection: Connection, patient_id: str, fitting: Iterable[Match], at: str) -> int:
    """A task for each pattern over several fresh results that cannot wait; how many were new.

    One low count may wait; white cells, red cells and platelets low at once may not.
    """
    today = date.fromisoformat(at[:10])
    tasks = [
        _task_together(patient_id, match, at)
        for match in fitting
        if match.pattern.tier in PRESSING and today - max(each.day for each in match.findings) <= FRESH
    ]
    return insert_new(connection, task, tasks, "effect_key")


def _task_together(patient_id: str, match: Match, at: str) -> dict[str, Any]:
    newest = max(each.day for each in match.findings)
    return {
        "id": new_id(),
        "patient_id": patient_id,
        "code": TOGETHER,
        "priority": "asap" if match.pattern.tier == "act-now" else "urgent",
        "description": f"Results that matter together came in. {match.pattern.because} "
        "Check them and reach the patient.",
        "status": "requested",
        "effect_key": f"{patient_id}:{match.rule}:{newest.isoformat()}"[:200],
        "created_at": at,
    }


def alarming(connection: Connection, rows: Iterable[Mapping[str, Any]], at: str) -> list[Mapping[str, Any]]:
    """Those of the rows just written that are critical, fresh and the newest of their test."""
    today = date.fromisoformat(at[:10])
    return [
        row
        for row in rows
        if (row["interpretation"] in CRITICAL or row["tier"] == "act-now")
        and _fresh(row["effective_at"], today)
        and _is_newest(connection, row)
    ]


def _fresh(effective: str | None, today: date) -> bool:
    taken = whole_date(effective[:10]) if effective else None
    return taken is None or today - taken <= FRESH


def _is_newest(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Whether nothing of its test was certainly taken later; of two at once neither is older."""
    mine = (
        select(observation.c.series, observation.c.sort_key).where(observation.c.id == row["id"]).subquery()
    )
    newest = select(func.max(observation.c.sort_key)).where(
        observation.c.patient_id == row["patient_id"],
        observation.c.series == select(mine.c.series).scalar_subquery(),
        standing(observation),
    )
    known = len(row["effective_at"]) if row["effective_at"] else INSTANT
    exact = INSTANT if known > 10 else 10  # a day without an hour may be the later of that day
    latest, own = connection.scalar(newest), connection.scalar(select(mine.c.sort_key))
    return bool(latest and own and latest[:exact] == own[:exact])


def _task(row: Mapping[str, Any], at: str) -> dict[str, Any]:
    return {
        "id": new_id(),
        "patient_id": row["patient_id"],
        "code": CODE,
        "priority": "stat" if row["tier"] == "act-now" else "asap",
        "description": f"A critical result came in: {row['text']}. Check it and reach the patient.",
        "status": "requested",
        # By the row, not by the laboratory's key, which a corrected value takes over: that is a new alarm.
        "effect_key": f"{row['id']}:critical",
        "created_at": at,
    }

"""What waits for a person of the care team: safety flags and open tasks, shown whatever the consent."""

from dataclasses import dataclass

from sqlalchemy import Connection, case, select

from careteam.queue import FLAG_RISK
from record.tables import flag, message, task

PRIORITY_ORDER = {"stat": 0, "asap": 1, "urgent": 2, "routine": 3}


@dataclass(frozen=True)
class Flag:
    """A danger someone must see."""

    id: str
    level: str
    code: str
    quote: str | None
    at: str
    seq: int | None


@dataclass(frozen=True)
class Task:
    """Something a person is to do."""

    id: str
    code: str
    priority: str
    description: str
    quote: str | None
    at: str
    seq: int | None


def flags(connection: Connection, patient_id: str) -> tuple[Flag, ...]:
    """Active flags, the most dangerous first."""
    rows = connection.execute(
        select(flag, message.c.seq)
        .outerjoin(message, message.c.id == flag.c.message_id)
        .where(flag.c.patient_id == patient_id, flag.c.status == "active")
        .order_by(case(FLAG_RISK, value=flag.c.level, else_=9), flag.c.created_at.desc())
    )
    return tuple(Flag(row.id, row.level, row.code, row.quote, row.created_at, row.seq) for row in rows)


def tasks(connection: Connection, patient_id: str) -> tuple[Task, ...]:
    """Open tasks, the most pressing and then the oldest first."""
    rows = connection.execute(
        select(task, message.c.seq)
        .outerjoin(message, message.c.id == task.c.message_id)
        .where(task.c.patient_id == patient_id, task.c.status == "requested")
        .order_by(case(PRIORITY_ORDER, value=task.c.priority, else_=9), task.c.created_at)
    )
    return tuple(
        Task(row.id, row.code, row.priority, row.description, row.quote, row.created_at, row.seq)
        for row in rows
    )

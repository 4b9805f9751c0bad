"""What waits for a person of the care team: safety flags and open tasks, shown whatever the consent."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from sqlalchemy import Connection, case, select

from careteam.queue import FLAG_RISK
from record.tables import flag, message, task

LAB, RESULT = "soon-lab", "result-"
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
    also: tuple[str, ...] = ()  # other flags of the same thing, seen to with this one


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
    found = (Flag(row.id, row.level, row.code, row.quote, row.created_at, row.seq) for row in rows)
    return joined(found)


def joined(flags: Iterable[Flag]) -> tuple[Flag, ...]:
    """One strip for one number: the screen's "a lab result that needs a call" and the judged result in one.

    Both are of one message; what was judged names the test, the worse of the two levels holds.
    """
    found = tuple(flags)
    heard: dict[int | None, Flag] = {flag.seq: flag for flag in found if flag.code == LAB and flag.seq}
    judged: dict[int | None, Flag] = {
        flag.seq: flag for flag in reversed(found) if flag.code.startswith(RESULT) and flag.seq in heard
    }
    strips = (
        _both(flag, heard[flag.seq]) if judged.get(flag.seq) is flag else flag
        for flag in found
        if flag.code != LAB or flag.seq not in judged
    )
    return tuple(sorted(strips, key=lambda flag: FLAG_RISK.get(flag.level, 9)))


def _both(judged: Flag, heard: Flag) -> Flag:
    level = min((judged.level, heard.level), key=lambda level: FLAG_RISK.get(level, 9))
    return replace(judged, level=level, also=(heard.id,))


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

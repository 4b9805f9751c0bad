"""What waits for a person: flags, tasks, and the files someone sent."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, case, select

from clinical.urgency import RISK
from record.portrait.audience import Seen
from record.portrait.parts import Attached, OpenFlag, OpenTask
from record.tables import attachment, flag, message, task

FILES = 20  # the newest; the others stand beside their messages


def flags(connection: Connection, patient_id: str) -> tuple[OpenFlag, ...]:
    """Active flags, the most dangerous first."""
    rows = _open(connection, flag, "level", patient_id, "active")
    return tuple(
        OpenFlag(row.id, row.level, row.code, row.quote, row.created_at, row.message_id, row.seq)
        for row in rows
    )


def tasks(connection: Connection, patient_id: str) -> tuple[OpenTask, ...]:
    """Open tasks, the most pressing and then the oldest first."""
    rows = _open(connection, task, "priority", patient_id, "requested")
    return tuple(
        OpenTask(
            row.id,
            row.code,
            row.priority,
            row.description,
            row.quote,
            row.created_at,
            row.message_id,
            row.seq,
        )
        for row in rows
    )


def _open(
    connection: Connection, table: Any, urgency: str, patient_id: str, status: str
) -> Sequence[Row[Any]]:
    rank = case(dict(RISK), value=table.c[urgency], else_=9)
    return connection.execute(
        select(table, message.c.seq)
        .outerjoin(message, message.c.id == table.c.message_id)
        .where(table.c.patient_id == patient_id, table.c.status == status)
        .order_by(rank, table.c.created_at)
    ).all()


def files(connection: Connection, patient_id: str, seen: Seen) -> tuple[Attached, ...]:
    """The newest photos and PDFs, without their bytes."""
    columns = attachment.c
    chosen = (
        select(
            columns.id, columns.kind, columns.state, columns.size, columns.reading, columns.message_id,
            message.c.at, message.c.seq,
        )
        .join(message, message.c.id == columns.message_id)
        .where(columns.patient_id == patient_id)
        .order_by(message.c.at.desc(), columns.ordinal)
        .limit(FILES)
    )  # fmt: skip
    if not seen.words:
        return ()
    return tuple(
        _file(row)
        for row in connection.execute(chosen)
        if row.message_id not in seen.hidden_messages and row.at >= (seen.since or "")
    )


def _file(row: Any) -> Attached:
    kilobytes = None if row.size is None else max(1, row.size // 1024)
    kind = "pdf" if row.kind == "pdf" else "photo"
    problem = (row.reading or {}).get("problem")
    return Attached(row.id, kind, row.state, kilobytes, problem, row.at, row.message_id, row.seq)

"""The conversations, in the order a nurse should open them: risk first, then newest words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.sql.elements import ColumnElement

from careteam.config import Clinician
from careteam.consent import kept_from, shared_patients
from careteam.names import Name
from clinical.urgency import RISK
from record.tables import conversation, flag, message, patient, task, user

Filter = Literal["all", "attention", "mine"]
PAGE = 50

FLAG_RISK = {level: RISK[level] for level in ("emergency", "crisis", "soon")}
TASK_RISK = {priority: RISK[priority] for priority in ("stat", "asap")}
CALM = 9


@dataclass(frozen=True)
class Raised:
    """An active flag or an open task, as the list shows it."""

    kind: Literal["flag", "task"]
    urgency: str
    code: str
    description: str | None
    since: str


@dataclass(frozen=True)
class Newest:
    """The newest words a person wrote; none where they are kept private or were taken back."""

    text: str
    at: str
    channel: str
    author: str


@dataclass(frozen=True)
class Line:
    """One conversation of the list."""

    conversation_id: str
    patient_id: str
    name: Name
    shared: bool
    newest: Newest | None  # None: nothing written yet, or not shared
    raised: tuple[Raised, ...]
    taken_over_by: str | None

    @property
    def risk(self) -> int:
        return min((risk_of(each) for each in self.raised), default=CALM)

    @property
    def waiting_since(self) -> str | None:
        """Since when something waits for a person of the care team."""
        return min((each.since for each in self.raised), default=None)


def risk_of(raised: Raised) -> int:
    """Smaller is more dangerous."""
    return (FLAG_RISK if raised.kind == "flag" else TASK_RISK).get(raised.urgency, CALM - 1)


def conversations(
    connection: Connection, chosen: Filter, reader: Clinician, page: int = 0
) -> tuple[tuple[Line, ...], bool]:
    """One page of the list, and whether there is another."""
    rows = connection.execute(_ordered(chosen, reader.id).limit(PAGE + 1).offset(page * PAGE)).all()
    shown = rows[:PAGE]
    patients = [row.patient_id for row in shown]
    shared = shared_patients(connection, patients)
    kept = kept_from(connection, patients, reader).messages
    newest = _newest(connection, [row.id for row in shown if row.patient_id in shared], kept)
    raised = _raised(connection, patients)
    lines = tuple(
        Line(
            conversation_id=row.id,
            patient_id=row.patient_id,
            name=Name(row.given, row.family),
            shared=row.patient_id in shared,
            newest=newest.get(row.id),
            raised=tuple(
                sorted(raised.get(row.patient_id, ()), key=lambda each: (risk_of(each), each.since))
            ),
            taken_over_by=row.taken_over_name,
        )
        for row in shown
    )
    return lines, len(rows) > PAGE


def _ordered(chosen: Filter, user_id: str) -> Select[Any]:
    risk = _risk()
    query = (
        select(
            conversation.c.id,
            conversation.c.patient_id,
            patient.c.given,
            patient.c.family,
            user.c.display_name.label("taken_over_name"),
        )
        .join(patient, patient.c.id == conversation.c.patient_id)
        .outerjoin(user, user.c.id == conversation.c.taken_over_by)
        .where(patient.c.deleted_at.is_(None))
        .order_by(risk, conversation.c.last_message_at.desc().nulls_last(), conversation.c.id)
    )
    if chosen == "attention":
        return query.where(or_(risk < CALM, conversation.c.taken_over_by.is_not(None)))
    if chosen == "mine":
        return query.where(conversation.c.taken_over_by == user_id)
    return query


def _risk() -> ColumnElement[int]:
    """The worst of a patient's active flags and open tasks."""
    flags = (
        select(func.min(case(FLAG_RISK, value=flag.c.level, else_=CALM - 1)))
        .where(flag.c.patient_id == conversation.c.patient_id, flag.c.status == "active")
        .scalar_subquery()
    )
    tasks = (
        select(func.min(case(TASK_RISK, value=task.c.priority, else_=CALM - 1)))
        .where(task.c.patient_id == conversation.c.patient_id, task.c.status == "requested")
        .scalar_subquery()
    )
    worst_flag, worst_task = func.coalesce(flags, literal(CALM)), func.coalesce(tasks, literal(CALM))
    return case((worst_flag <= worst_task, worst_flag), else_=worst_task)


def _newest(connection: Connection, conversations: Sequence[str], kept: frozenset[str]) -> dict[str, Newest]:
    last = (
        select(message.c.conversation_id, func.max(message.c.seq).label("seq"))
        .where(message.c.conversation_id.in_(conversations), message.c.direction == "in")
        .group_by(message.c.conversation_id)
        .subquery()
    )
    rows = connection.execute(
        select(message).join(
            last, and_(message.c.conversation_id == last.c.conversation_id, message.c.seq == last.c.seq)
        )
    )
    return {
        row.conversation_id: Newest("" if row.id in kept else row.text, row.at, row.channel, row.author)
        for row in rows
    }


def _raised(connection: Connection, patients: Sequence[str]) -> dict[str, list[Raised]]:
    found: dict[str, list[Raised]] = {}
    flags = select(flag).where(flag.c.patient_id.in_(patients), flag.c.status == "active")
    for row in _once(connection.execute(flags).all()):
        found.setdefault(row.patient_id, []).append(_flag(row))
    tasks = select(task).where(task.c.patient_id.in_(patients), task.c.status == "requested")
    for row in connection.execute(tasks):
        found.setdefault(row.patient_id, []).append(_task(row))
    return found


def _once(rows: Sequence[Row[Any]]) -> Sequence[Row[Any]]:
    """The screen's "a lab result that needs a call" says nothing beside the judged result of its message."""
    judged = {row.message_id for row in rows if row.code.startswith("result-")}
    return [row for row in rows if row.code != "soon-lab" or row.message_id not in judged]


def _flag(row: Row[Any]) -> Raised:
    return Raised("flag", row.level, row.code, None, row.created_at)


def _task(row: Row[Any]) -> Raised:
    return Raised("task", row.priority, row.code, row.description, row.created_at)

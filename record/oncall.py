"""Pages to the clinic's on-call people: what the care team sees of them, and the one way one is taken on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Connection, Row, and_, func, or_, select, update

from record import audit
from record.ids import stamp
from record.tables import oncall_page, oncall_send

How = Literal["sms", "page", "taken-over", "done"]
SHOWN_FOR = timedelta(hours=24)  # after someone has it; then it is history, in the audit log
GATEWAY = "gateway"  # the agent of what nobody signed in did


@dataclass(frozen=True)
class Sent:
    """Someone paged by one way."""

    name: str
    channel: str  # sms | email
    at: str
    state: str  # queued sending sent delivered failed cancelled


@dataclass(frozen=True)
class Page:
    """One call for help, as a clinician reads of it."""

    id: str
    patient_id: str
    risk: str
    status: str  # open | acknowledged | closed
    since: str
    exhausted: bool  # the whole list was paged in vain, or nobody was on call, and nobody was paged since
    due_at: str
    acknowledged_by: str | None
    acknowledged_how: str | None
    acknowledged_at: str | None
    sent: tuple[Sent, ...]  # oldest first

    @property
    def open(self) -> bool:
        return self.status == "open"


def of_patients(connection: Connection, patients: Sequence[str], at: str) -> dict[str, tuple[Page, ...]]:
    """Each patient's open pages, the newest first; then those somebody took on lately, the last one first."""
    lately = stamp(datetime.fromisoformat(at) - SHOWN_FOR)
    shown = or_(oncall_page.c.status == "open", oncall_page.c.acknowledged_at >= lately)
    moved = func.coalesce(oncall_page.c.acknowledged_at, oncall_page.c.created_at)
    rows = connection.execute(
        select(oncall_page)
        .where(oncall_page.c.patient_id.in_(patients), shown)
        .order_by(oncall_page.c.status != "open", moved.desc())
    ).all()
    sends = _sends(connection, [row.id for row in rows])
    found: dict[str, list[Page]] = {}
    for row in rows:
        found.setdefault(row.patient_id, []).append(_page(row, sends.get(row.id, ())))
    return {patient_id: tuple(theirs) for patient_id, theirs in found.items()}


def patient_of(connection: Connection, page_id: str) -> str | None:
    """Whom a page is about; None when there is no such page."""
    found: str | None = connection.scalar(select(oncall_page.c.patient_id).where(oncall_page.c.id == page_id))
    return found


def open_pages(connection: Connection, patient_id: str) -> list[str]:
    """Ids of the pages about a patient that nobody has taken on."""
    mine = and_(oncall_page.c.patient_id == patient_id, oncall_page.c.status == "open")
    return list(connection.scalars(select(oncall_page.c.id).where(mine)))


def acknowledge(
    connection: Connection, page_id: str, *, name: str, role: str | None, how: How, at: str, agent: str
) -> bool:
    """Somebody has it: nobody else is paged from here on. False when someone was faster.

    `name` and `role` are as the clinic calls them, `agent` is the user id for the audit log, or the on-call
    list's key where nobody signed in.
    """
    taken = connection.execute(
        update(oncall_page)
        .where(oncall_page.c.id == page_id, oncall_page.c.status == "open")
        .values(
            status="closed" if how == "done" else "acknowledged",
            acknowledged_by=name,
            acknowledged_role=role,
            acknowledged_how=how,
            acknowledged_at=at,
        )
    )
    if taken.rowcount != 1:
        return False
    audit.append(connection, at=at, agent=agent[:64], action=f"U:page-{how}", entity=f"OncallPage/{page_id}")
    return True


def _sends(connection: Connection, pages: Sequence[str]) -> dict[str, list[Row[Any]]]:
    rows = connection.execute(
        select(oncall_send)
        .where(oncall_send.c.page_id.in_(pages), oncall_send.c.kind == "page")
        .order_by(oncall_send.c.created_at, oncall_send.c.step, oncall_send.c.channel.desc())
    )
    found: dict[str, list[Row[Any]]] = {}
    for row in rows:
        found.setdefault(row.page_id, []).append(row)
    return found


def _page(row: Row[Any], sends: Sequence[Row[Any]]) -> Page:
    begun_again = any(each.effect_key.startswith(f"{row.id}:{row.round}:") for each in sends)
    return Page(
        id=row.id,
        patient_id=row.patient_id,
        risk=row.risk,
        status=row.status,
        since=row.created_at,
        exhausted=row.exhausted_at is not None and not begun_again,
        due_at=row.due_at,
        acknowledged_by=row.acknowledged_by,
        acknowledged_how=row.acknowledged_how,
        acknowledged_at=row.acknowledged_at,
        sent=tuple(
            Sent(each.name, each.channel, each.sent_at or each.created_at, each.state) for each in sends
        ),
    )

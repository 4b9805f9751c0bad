"""Texts and emails to the clinic's people: leased before they are sent, looked for in doubt."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, and_, case, exists, func, or_, select, update

from gateway.outbox import RANK
from record.tables import oncall_page, oncall_send


@dataclass(frozen=True)
class Send:
    """One text or email whose turn it is. `look`: an earlier attempt may have gone out."""

    id: str
    page_id: str | None
    kind: str
    channel: str
    address: str
    subject: str | None
    text: str
    attempts: int
    created_at: str
    look: bool


def any_due(connection: Connection, at: str) -> bool:
    return connection.execute(_due(at).limit(1)).first() is not None


def lease(connection: Connection, *, limit: int, at: str, until: str) -> list[Send]:
    """Take up to `limit` that are due; with two gateways each goes to one of them."""
    rows = connection.execute(_due(at).order_by(oncall_send.c.next_attempt_at).limit(limit)).all()
    return [_send(row) for row in rows if _take(connection, row, until)]


def _take(connection: Connection, row: Row[Any], until: str) -> bool:
    mine = and_(oncall_send.c.id == row.id, oncall_send.c.attempts == row.attempts, _open_state())
    taken = {"state": "sending", "attempts": row.attempts + 1, "next_attempt_at": until}
    return connection.execute(update(oncall_send).where(mine).values(**taken)).rowcount == 1


def sent(connection: Connection, send_id: str, provider_id: str | None, state: str, at: str) -> None:
    """It is out. A status callback may have been faster; then only the id and the time are new."""
    mine = oncall_send.c.id == send_id
    values = {"provider_message_id": provider_id, "sent_at": at}
    connection.execute(update(oncall_send).where(mine).values(**values))
    move(connection, send_id, state)


def put_back(connection: Connection, send_id: str, *, due: str, ambiguous: bool) -> None:
    """Not sent, or nobody knows; an ambiguous one keeps its state and is looked for."""
    mine = and_(
        oncall_send.c.id == send_id, oncall_send.c.state == "sending", oncall_send.c.sent_at.is_(None)
    )
    state = "sending" if ambiguous else "queued"
    connection.execute(update(oncall_send).where(mine).values(state=state, next_attempt_at=due))


def free(connection: Connection, due: str) -> None:
    """Look for what was being sent, at `due`. Only for a process that knows it is the only one."""
    held = and_(oncall_send.c.state == "sending", oncall_send.c.sent_at.is_(None))
    connection.execute(update(oncall_send).where(held).values(next_attempt_at=due))


def move(connection: Connection, send_id: str, state: str, error: str | None = None) -> bool:
    """The next state, if it is further along. Whether anything changed."""
    further = case(RANK, value=oncall_send.c.state, else_=0) < RANK[state]
    values = {"state": state, **({"error": error[:64]} if error else {})}
    changed = connection.execute(
        update(oncall_send).where(oncall_send.c.id == send_id, further).values(**values)
    )
    return changed.rowcount == 1


def failed(connection: Connection, send_id: str, error: str, at: str) -> bool:
    """It reached nobody. Where nothing else of this step may, the next person is paged at once."""
    if not move(connection, send_id, "failed", error):
        return False
    row = connection.execute(select(oncall_send).where(oncall_send.c.id == send_id)).one()
    if row.kind == "page":
        hope = exists().where(
            oncall_send.c.page_id == row.page_id,
            oncall_send.c.step == row.step,
            oncall_send.c.kind == "page",
            oncall_send.c.state.in_(("queued", "sending", "sent", "delivered")),
        )
        here = and_(
            oncall_page.c.id == row.page_id, oncall_page.c.step == row.step, oncall_page.c.status == "open"
        )
        connection.execute(update(oncall_page).where(here, ~hope).values(due_at=at))
    return True


def heard(connection: Connection, send_id: str, state: str | None, error: str | None, at: str) -> bool:
    """A status callback of Twilio; `state` is ours. Whether it was about one of these texts."""
    if not send_id or connection.scalar(select(oncall_send.c.id).where(oncall_send.c.id == send_id)) is None:
        return False
    if state in ("failed", "undelivered"):
        failed(connection, send_id, error or "undelivered", at)
    elif state is not None:
        move(connection, send_id, state)
        # Killed before it could be noted, it still went out, and must not go out again.
        out = and_(oncall_send.c.id == send_id, oncall_send.c.state.in_(("sent", "delivered")))
        unnoted = update(oncall_send).where(out, oncall_send.c.sent_at.is_(None))
        connection.execute(unnoted.values(sent_at=at))
    return True


def known_ids(connection: Connection, address: str) -> set[str]:
    """Twilio's ids of every text to this number that is accounted for."""
    known = and_(oncall_send.c.address == address, oncall_send.c.provider_message_id.is_not(None))
    return set(connection.scalars(select(oncall_send.c.provider_message_id).where(known)))


def is_wanted(connection: Connection, send: Send) -> bool:
    """Whether a page still needs somebody: one taken on meanwhile wakes nobody."""
    if send.kind != "page":
        return True
    status = select(oncall_page.c.status).where(oncall_page.c.id == send.page_id)
    return connection.scalar(status) == "open"


def waiting(connection: Connection) -> int:
    """How many are not out yet: for figures."""
    unsent = and_(_open_state(), oncall_send.c.sent_at.is_(None))
    return int(connection.scalar(select(func.count()).select_from(oncall_send).where(unsent)) or 0)


def _open_state() -> Any:
    """Waiting, or handed to a process that may have died."""
    sending = and_(oncall_send.c.state == "sending", oncall_send.c.sent_at.is_(None))
    return or_(oncall_send.c.state == "queued", sending)


def _due(at: str) -> Any:
    return select(oncall_send).where(_open_state(), oncall_send.c.next_attempt_at <= at)


def _send(row: Row[Any]) -> Send:
    return Send(
        id=row.id,
        page_id=row.page_id,
        kind=row.kind,
        channel=row.channel,
        address=row.address,
        subject=row.subject,
        text=row.text,
        attempts=row.attempts,
        created_at=row.created_at,
        look=row.state == "sending",
    )

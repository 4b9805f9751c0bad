"""A clock set back: what was due "now" before would wait for hours, so it is made due again."""

import asyncio

import structlog
from sqlalchemy import ColumnElement, Connection, and_, exists, or_, select, update

from gateway.bells import Bells
from gateway.inbox import later
from gateway.paging.desk import Desk
from gateway.store import Store
from record.ids import now
from record.tables import conversation, inbox, oncall_page, oncall_send, outbox

log = structlog.get_logger()

LOOK = 5.0  # seconds between two looks
FARTHEST = 600.0
"""Seconds. No pause, lease or hold in these lines is longer than two minutes: what is due later than this was
written by a clock that was ahead. Texts kept for the morning or a later try stand in a state of their own."""
SKEW = 60.0
"""Seconds. Beyond the longest step of the on-call list: two gateways' clocks are never quite the same."""


class ClockWatch:
    """Looks every few seconds; one cheap reading, and nothing is written on an ordinary day."""

    def __init__(self, store: Store, bells: Bells, desk: Desk, *, look: float = LOOK) -> None:
        self._store, self._bells, self._desk, self._look = store, bells, desk, look

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if await self._store.read(lambda c: is_behind(c, later(FARTHEST), self._step())):
                    count = await self._store.write(
                        lambda c: make_due(c, later(FARTHEST), now(), self._step())
                    )
                    log.warning("clock_was_set_back", count=count)
                    self._bells.inbox.ring()
                    self._bells.outbox.ring()
            except Exception as error:
                log.error("clock_not_looked_at", error=type(error).__name__)
            await asyncio.sleep(self._look)

    def _step(self) -> str | None:
        """When a page's next step is due at the latest; None where there is no on-call list."""
        rota = self._desk.rota
        return later(rota().longest.total_seconds() + SKEW) if rota else None


def is_behind(connection: Connection, farthest: str, step: str | None = None) -> bool:
    """Whether anything in line is due at an instant no clock of today could have named.

    `step`: the same instant for the next step of an open page; None where nobody is paged.
    """
    far = [_far(each, farthest) for each in _LINES] + ([_far_page(step)] if step else [])
    return any(connection.scalar(select(exists().where(each))) for each in far)


def make_due(connection: Connection, farthest: str, at: str, step: str | None = None) -> int:
    """All of it is due now, and leases that would outlive their holder end. How many rows that were."""
    count = 0
    for line in _LINES:
        done = connection.execute(update(line).where(_far(line, farthest)).values(next_attempt_at=at))
        count += done.rowcount
    if step:
        count += connection.execute(update(oncall_page).where(_far_page(step)).values(due_at=at)).rowcount
    held = conversation.c.leased_until > farthest
    count += connection.execute(
        update(conversation).where(held).values(leased_by=None, leased_until=None)
    ).rowcount
    return count


_LINES = {
    inbox: inbox.c.state == "pending",
    outbox: outbox.c.state.in_(("queued", "sending")),
    oncall_send: or_(
        oncall_send.c.state == "queued",
        and_(oncall_send.c.state == "sending", oncall_send.c.sent_at.is_(None)),
    ),
}


def _far(line, farthest: str):  # type: ignore[no-untyped-def]
    return and_(_LINES[line], line.c.next_attempt_at > farthest)


def _far_page(step: str) -> ColumnElement[bool]:
    return and_(oncall_page.c.status == "open", oncall_page.c.due_at > step)

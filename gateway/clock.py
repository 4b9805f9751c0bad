"""A clock set back: what was due "now" before would wait for hours, so it is made due again."""

import asyncio

import structlog
from sqlalchemy import Connection, and_, exists, or_, select, update

from gateway.bells import Bells
from gateway.inbox import later
from gateway.store import Store
from record.ids import now
from record.tables import conversation, inbox, oncall_send, outbox

log = structlog.get_logger()

LOOK = 5.0  # seconds between two looks
FARTHEST = 600.0
"""Seconds. No pause, lease or hold in these lines is longer than two minutes: what is due later than this was
written by a clock that was ahead. Texts kept for the morning or a later try stand in a state of their own."""


class ClockWatch:
    """Looks every few seconds; one cheap reading, and nothing is written on an ordinary day."""

    def __init__(self, store: Store, bells: Bells, *, look: float = LOOK) -> None:
        self._store, self._bells, self._look = store, bells, look

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                if await self._store.read(lambda connection: is_behind(connection, later(FARTHEST))):
                    count = await self._store.write(lambda c: make_due(c, later(FARTHEST), now()))
                    log.warning("clock_was_set_back", count=count)
                    self._bells.inbox.ring()
                    self._bells.outbox.ring()
            except Exception as error:
                log.error("clock_not_looked_at", error=type(error).__name__)
            await asyncio.sleep(self._look)


def is_behind(connection: Connection, farthest: str) -> bool:
    """Whether anything in line is due at an instant no clock of today could have named."""
    return any(connection.scalar(select(exists().where(_far(each, farthest)))) for each in _LINES)


def make_due(connection: Connection, farthest: str, at: str) -> int:
    """All of it is due now, and leases that would outlive their holder end. How many rows that were."""
    count = 0
    for line in _LINES:
        done = connection.execute(update(line).where(_far(line, farthest)).values(next_attempt_at=at))
        count += done.rowcount
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

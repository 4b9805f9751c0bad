"""Watches for people left waiting, and tells each once in an outage that their message is safe."""

import asyncio

import structlog
from sqlalchemy import Connection, and_, or_, select, update

from gateway import inbox
from gateway.bells import Bells
from gateway.config import Timing
from gateway.conversation import Saying, say
from gateway.crowd import ROOM, Crowd
from gateway.inbox import Waiting, later
from gateway.metrics import Metrics
from gateway.phrases import Phrases
from gateway.store import Store
from gateway.tasks import is_harsh
from record.ids import now
from record.tables import conversation
from record.tables import inbox as inbox_table

log = structlog.get_logger()


class Watch:
    """Apart from the worker, so that it speaks even when every worker hangs on the dialogue."""

    def __init__(
        self, store: Store, bells: Bells, phrases: Phrases, metrics: Metrics, timing: Timing, crowd: Crowd
    ) -> None:
        self._store, self._bells, self._phrases = store, bells, phrases
        self._metrics, self._timing, self._crowd = metrics, timing, crowd

    async def run(self) -> None:
        while True:
            await asyncio.sleep(min(1.0, self._timing.apologise_after))
            try:
                await self._round()
            except Exception as error:
                log.error("watch_failed", error=type(error).__name__)

    async def _round(self) -> None:
        for waiting in await self._store.read(lambda connection: kept_waiting(connection, self._timing)):
            await self._crowd.thin_out(ROOM)  # hundreds are told at once in a crowd; taking in comes first
            if await self._store.write(lambda c, w=waiting: apologise(c, w, self._phrases, now())):  # type: ignore[misc]
                self._metrics.turns.labels("apologised").inc()
                self._bells.said(waiting.thread.conversation_id)


def kept_waiting(connection: Connection, timing: Timing) -> list[Waiting]:
    """Messages that failed and are some seconds old, or have waited long for any reason.

    Not those behind the fixed words of an emergency: no other word may follow these.
    """
    rows = inbox_table.c
    late = or_(
        and_(rows.attempts > 0, rows.received_at <= later(-timing.apologise_after)),
        # Since it was due: while its picture is read it is not, and nobody is in trouble.
        rows.next_attempt_at <= later(-timing.slow_after),
    )
    silent = and_(conversation.c.apologised_at.is_(None), conversation.c.taken_over_by.is_(None))
    found = [inbox.read(row) for row in connection.execute(inbox.first().where(late, silent))]
    return [each for each in found if not each.opted_out and not is_harsh(str(each.screen.get("level")))]


def apologise(connection: Connection, waiting: Waiting, phrases: Phrases, at: str) -> bool:
    """Say it, unless it was said or the answer has come meanwhile; the next answer ends the outage."""
    mine = conversation.c.id == waiting.thread.conversation_id
    unsaid = conversation.c.apologised_at.is_(None)
    if not connection.execute(update(conversation).where(mine, unsaid).values(apologised_at=at)).rowcount:
        return False
    # Only now that the conversation is ours to write: an answer may have been committed just before.
    state = select(inbox_table.c.state).where(inbox_table.c.id == waiting.inbox_id)
    if connection.scalar(state) != "pending":
        connection.execute(update(conversation).where(mine).values(apologised_at=None))
        return False
    key = f"{waiting.inbox_id}:trouble"
    say(connection, waiting.thread, Saying(phrases.patient["trouble"]), at=at, effect_key=key)
    return True

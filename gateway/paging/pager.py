"""Pages until somebody has it: opens pages, moves them down the list, hands texts and emails over."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import structlog
from sqlalchemy import Connection, Row

from gateway.bells import Bells
from gateway.config import growing
from gateway.inbox import later
from gateway.paging import pages, sends, telling
from gateway.paging.desk import Desk, RotaFile
from gateway.paging.rota import Rota
from gateway.paging.sends import Send
from gateway.store import Store
from gateway.twilio_api import Ambiguous, Busy, Rejected
from record.ids import now

log = structlog.get_logger()

AT_ONCE = 8


class Pager:
    """Works until cancelled. Everything it knows stands in the database: killed, it goes on where it was."""

    def __init__(self, store: Store, bells: Bells, desk: Desk) -> None:
        self._store, self._bells, self._desk = store, bells, desk
        self._busy: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """A failure of the database is waited out, never fatal."""
        freed = not self._store.one_writer
        while True:
            try:
                if not freed:
                    await self._free_leases()
                    freed = True
                await self.round()
            except Exception as error:
                log.error("paging_failed", error=type(error).__name__)
            await asyncio.sleep(self._desk.pace.poll)

    async def _free_leases(self) -> None:
        """What a process that was killed had in hand: where there is only one, nobody else has it now."""
        due = later(self._desk.pace.look_after)
        await self._store.write(lambda c: sends.free(c, due))

    async def round(self) -> None:
        """Everything that is due at this moment."""
        if self._desk.rota is None:
            return
        rota, at = self._desk.rota(), now()
        if await self._store.read(lambda c: pages.anything_to_do(c, rota.policy, at)):
            await self._move_on(rota, at)
        await self._send_due()
        self._desk.metrics.beat.set(time.time())

    async def _move_on(self, rota: Rota, at: str) -> None:
        opened, spoken, settled = await self._store.write(lambda c: self._turn(c, rota, at))
        self._desk.metrics.opened.inc(opened)
        for page in settled:
            waited = (_instant(page.acknowledged_at) - _instant(page.created_at)).total_seconds()
            self._desk.metrics.taken.labels(page.acknowledged_how).observe(max(0.0, waited))
        for conversation_id in spoken:
            self._bells.said(conversation_id)

    def _turn(self, connection: Connection, rota: Rota, at: str) -> tuple[int, list[str], list[Row[Any]]]:
        opened = pages.open_new(connection, rota.policy, at)
        pages.close_done(connection, at)
        spoken, settled = pages.settle(connection, rota, self._desk.words, at)
        spoken += pages.advance_due(connection, rota, self._desk.words, at)
        return opened, spoken, settled

    async def _send_due(self) -> None:
        free = AT_ONCE - len(self._busy)
        if free <= 0 or not await self._store.read(lambda c: sends.any_due(c, now())):
            return
        until = later(self._desk.pace.lease)
        for each in await self._store.write(lambda c: sends.lease(c, limit=free, at=now(), until=until)):
            # One that hangs must not hold up the others: each in a task of its own.
            task = asyncio.create_task(self._handle(each))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)

    async def _handle(self, send: Send) -> None:
        try:
            outcome = await self._deliver(send)
        except Exception as error:
            # It stays "sending": when its lease has run out it is looked for, or sent again.
            log.error("page_send_failed", error=type(error).__name__)
            outcome = "error"
        self._desk.metrics.sends.labels(send.channel, outcome).inc()

    async def _deliver(self, send: Send) -> str:
        notifier = self._desk.notifiers.get(send.channel)
        if not await self._store.read(lambda c: sends.is_wanted(c, send)):
            await self._store.write(lambda c: self._call_off(c, send))
            return "cancelled"
        if notifier is None:
            await self._store.write(lambda c: sends.failed(c, send.id, "no-such-way", now()))
            return "rejected"
        try:
            found: tuple[str, str] | None = None
            if send.look:
                known = await self._store.read(lambda c: sends.known_ids(c, send.address))
                found = await asyncio.to_thread(notifier.find, send, known)
            out = found if found else await asyncio.to_thread(notifier.send, send)
        except Busy as busy:
            log.warning("page_send_busy", reason=str(busy))
            await self._put_back(send, self._pause(send), ambiguous=send.look)
            return "busy"
        except Ambiguous as unknown:
            log.warning("page_send_ambiguous", reason=str(unknown))
            await self._put_back(send, max(self._desk.pace.look_after, self._pause(send)), ambiguous=True)
            return "ambiguous"
        except Rejected as rejection:
            code = str(rejection.code)
            log.error("page_send_rejected", code=code)
            await self._store.write(lambda c: sends.failed(c, send.id, code, now()))
            return "rejected"
        if said := await self._store.write(lambda c: self._note(c, send, *out)):
            self._bells.said(said)
        return "found" if found else "sent"

    def _call_off(self, connection: Connection, send: Send) -> None:
        """Somebody has the page; what may have gone out before all the same is followed by the good news."""
        sends.move(connection, send.id, "cancelled")
        if send.look and self._desk.rota is not None:
            pages.came_late(connection, send.id, self._desk.rota(), self._desk.words, now())

    def _note(self, connection: Connection, send: Send, provider_id: str, state: str) -> str | None:
        """It is out; only now is it true that somebody was paged."""
        if state in ("failed", "undelivered"):
            sends.sent(connection, send.id, provider_id, "sending", now())
            sends.failed(connection, send.id, "undelivered", now())
            return None
        sends.sent(connection, send.id, provider_id, state, now())
        rota = self._desk.rota
        if send.kind != "page" or send.page_id is None or rota is None:
            return None
        pages.came_late(connection, send.id, rota(), self._desk.words, now())
        return telling.tell(connection, send.page_id, "paged", rota(), self._desk.words, now())

    async def _put_back(self, send: Send, pause: float, *, ambiguous: bool) -> None:
        await self._store.write(lambda c: sends.put_back(c, send.id, due=later(pause), ambiguous=ambiguous))

    def _pause(self, send: Send) -> float:
        pace = self._desk.pace
        return growing(send.attempts - 1, pace.retry_first, pace.retry_longest)


async def measure(store: Store, desk: Desk) -> None:
    """What is counted only when someone asks for figures."""
    at = now()
    if desk.rota is None:
        return
    waiting, unsent = await store.read(lambda c: (pages.oldest_open(c), sends.waiting(c)))
    figures = desk.metrics
    figures.unacknowledged.set(len(waiting))
    figures.oldest.set((_instant(at) - _instant(waiting[0].created_at)).total_seconds() if waiting else 0)
    figures.exhausted.set(sum(each.exhausted_at is not None for each in waiting))
    figures.unsent.set(unsent)
    figures.people.set(desk.rota().on_duty(at))
    figures.list_broken.set(isinstance(desk.rota, RotaFile) and desk.rota.broken)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)

"""The one door for every message, whatever channel it came by: screened, stored, announced."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import structlog
from sqlalchemy import Connection, update
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gateway import doubt, intake, sms, spool_entry
from gateway.bells import Bells
from gateway.crowd import Crowd
from gateway.direct import Direct
from gateway.intake import Accepted, Claimed, Inbound, Told
from gateway.keywords import keyword
from gateway.lines import Lines
from gateway.metrics import Metrics
from gateway.paging.replies import Replies
from gateway.phrases import Phrases
from gateway.screening import FEARED, MOST, Ear, Look, glance, look
from gateway.second import Second
from gateway.spool import Spool
from gateway.spool_entry import Kept
from gateway.store import NotOpen, Store, TooLate
from record.ids import new_id, now
from record.tables import conversation

log = structlog.get_logger()
T = TypeVar("T")


UNREACHABLE = (OperationalError, InterfaceError, InternalError, PoolTimeout, TooLate, NotOpen)
"""What a database raises that cannot be written just now, whatever the message is."""


_NOBODY = update(conversation).where(conversation.c.id == "").values(leased_by=None)
"""Changes nothing, and needs the right to write."""

SHORT = 320  # characters that rules and words read in a millisecond
SCREENS = 2  # at once: more only take the interpreter from each other

NOBODYS = Accepted("", "", "", 0)
"""What becomes of a text from one of the clinic's on-call phones: it is no patient's."""


class Reception:
    """Takes messages in; when `take` returns, the message is on the disk."""

    def __init__(
        self,
        store: Store,
        ear: Ear,
        bells: Bells,
        phrases: Phrases,
        metrics: Metrics,
        *,
        staff: Replies | None = None,
        spool: Spool | None = None,
        direct: Direct | None = None,
        patience: float = 4.0,
        crowd: Crowd | None = None,
        second: Second | None = None,
    ) -> None:
        self._staff = staff
        self._store, self._ear, self._bells = store, ear, bells
        self._phrases, self._metrics = phrases, metrics
        self._spool, self._direct, self._patience = spool, direct, patience
        self._crowd, self._second, self._lines = crowd or Crowd(), second, Lines()
        # Threads of its own: a network that hangs holds those that speak with Twilio, never the screen.
        self._threads = ThreadPoolExecutor(SCREENS, thread_name_prefix="kith-screen")

    async def take(self, inbound: Inbound) -> Accepted:
        """Screen and store one message. Raises what the database raises when it can be kept nowhere."""
        started = time.perf_counter()
        with self._crowd:
            accepted = await self._take(inbound)
        self._metrics.accept_seconds.observe(time.perf_counter() - started)
        return accepted

    async def _take(self, inbound: Inbound) -> Accepted:
        at = now()
        quick = self._crowd.is_there and self._second is not None and can_wait(inbound)
        with self._lines.join((inbound.channel, inbound.address)) as place:
            seen = await self._glance(inbound) if quick else await self._look(inbound)
            await place.first()
            return await self._store_or_not(inbound, seen, at) or await self._set_aside(inbound, seen, at)

    async def restore(self, kept: Kept) -> Accepted:
        """A message out of the spool into the database, as if it had just come, and screened anew."""
        if kept.told and self._direct:
            # Only once the database is there: until then, trying again is the spool's own affair.
            await self._store.write_within(
                lambda connection: connection.execute(_NOBODY).rowcount, self._patience
            )
            await self._direct.settled(kept.told.outbox_id)
        seen = await self._look(kept.inbound)
        if await self._is_staffs(kept.inbound, seen):
            return NOBODYS
        settled = await self._settled(kept.inbound, seen)
        return await self._store_it(kept.inbound, settled, kept.at, told=kept.told, spooled=True)

    def resume(self, kept: Kept) -> None:
        """After a restart: what may not have been said before the crash is looked for, and said."""
        if kept.told and self._direct:
            self._direct.say(kept.inbound.address, kept.told, kept.at, look=True)

    async def _store_or_not(self, inbound: Inbound, seen: Look, at: str) -> Accepted | None:
        """Into the database; None when it has to be spooled."""
        if self._spool:
            return None  # what lies there came first: what comes now queues up behind it
        try:
            if await self._is_staffs(inbound, seen):
                return NOBODYS
            return await self._store_it(inbound, await self._settled(inbound, seen), at)
        except UNREACHABLE as error:
            if self._spool is None:
                raise
            log.warning("database_not_writable", error=type(error).__name__)
            return None

    async def _is_staffs(self, inbound: Inbound, seen: Look) -> bool:
        """Whether it came from one of the clinic's on-call phones and has been dealt with as such."""

        async def whole() -> Look:
            return await self._whole(inbound, seen)

        if self._staff is None:
            return False
        try:
            return await asyncio.wait_for(self._staff.take(inbound, whole), self._patience)
        except TimeoutError:
            raise TooLate from None

    async def _store_it(
        self, inbound: Inbound, seen: Look, at: str, *, told: Told | None = None, spooled: bool = False
    ) -> Accepted:
        def job(connection: Connection) -> Accepted:
            if self._spool and not spooled:
                raise TooLate  # while it waited here, an earlier message of theirs may have been spooled
            return intake.accept(connection, inbound, seen, self._phrases, at, told)

        try:
            accepted = await self._store.write_within(job, self._patience)
        except Claimed:
            accepted = await self._claimed_by_another(inbound)
        self._announce(inbound, accepted, seen)
        return accepted

    async def _set_aside(self, inbound: Inbound, seen: Look, at: str) -> Accepted:
        """Onto this machine's disk; danger is answered all the same, and once.

        The text's future outbox id is on the disk before it is sent: after a crash in between it is looked
        for at Twilio, as any text is whose fate nobody knows.
        """
        assert self._spool is not None  # noqa: S101 - without one, what the database raises has been raised
        seen = await self._whole(inbound, seen)  # nobody knows when its turn comes
        can_speak = self._direct is not None and inbound.channel == "sms" and seen.words
        told = Told(new_id(), sms.plain(str(seen.words))) if can_speak else None
        is_new = await self._spool.append(spool_entry.write(Kept(inbound, at, told)))
        self._metrics.accepted.labels(inbound.channel, "spooled" if is_new else "duplicate").inc()
        if is_new and told and self._direct:
            self._direct.say(inbound.address, told, at)
        return Accepted("", "", "", 0, duplicate=not is_new, spooled=True, say=seen.words)

    async def _look(self, inbound: Inbound) -> Look:
        return await self._in_thread(lambda: look(self._ear, self._phrases, inbound.words))

    async def _in_thread(self, screen: Callable[[], T]) -> T:
        def listen() -> T:
            with self._metrics.screen_seconds.time():
                return screen()

        return await asyncio.get_running_loop().run_in_executor(self._threads, listen)

    async def _glance(self, inbound: Inbound) -> Look:
        """By rules and words where they are enough; a thread would cost more than a short text takes."""
        feared = MOST if self._crowd.is_large else FEARED
        if len(inbound.words) > SHORT:
            seen = await self._in_thread(lambda: glance(self._ear, inbound.words, feared))
        else:
            with self._metrics.screen_seconds.time():
                seen = glance(self._ear, inbound.words, feared)
        return seen or await self._look(inbound)

    async def _whole(self, inbound: Inbound, seen: Look) -> Look:
        """With the model's word, where a crowd kept it from being heard."""
        return await self._look(inbound) if seen.due else seen

    async def _settled(self, inbound: Inbound, seen: Look) -> Look:
        """A bare yes or no right after a direct question is read as its answer."""
        said = None if inbound.media else doubt.answers(seen, inbound.words)
        if said is None:
            return seen
        asked = await self._store.read(
            lambda connection: doubt.pending(connection, inbound.channel, inbound.address)
        )
        return doubt.settle(self._ear, self._phrases, seen, asked, said, inbound.words) if asked else seen

    async def _claimed_by_another(self, inbound: Inbound) -> Accepted:
        found = await self._store.read(lambda connection: intake.find(connection, inbound))
        if found is None:
            raise LookupError("claimed by another request, and gone again")
        return found

    def _announce(self, inbound: Inbound, accepted: Accepted, seen: Look) -> None:
        outcome = "duplicate" if accepted.duplicate else "stored"
        self._metrics.accepted.labels(inbound.channel, outcome).inc()
        if accepted.duplicate:
            return
        if seen.due and self._second is not None:
            self._second.expect(accepted.inbox_id, inbound.words, seen.fear, accepted.conversation_id)
        else:
            self._metrics.flags.labels("failed" if seen.failed else seen.level).inc()
        self._bells.heard(accepted.conversation_id)
        if seen.words or not accepted.waiting:  # the sender looks only where something may have been said
            self._bells.outbox.ring()
        self._bells.inbox.ring()
        if inbound.offered:
            self._bells.papers.ring()


def can_wait(inbound: Inbound) -> bool:
    """Whether a turn of the dialogue will come, before which the model can be asked; and soon."""
    ends_here = keyword(inbound.words, opted_out=True)  # which knows all the words there are
    return not (inbound.media or ends_here or doubt.answers(Look(), inbound.words))

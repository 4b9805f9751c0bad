"""The one door for every message, whatever channel it came by: screened, stored, announced."""

import asyncio
import time

from gateway import doubt, intake
from gateway.bells import Bells
from gateway.intake import Accepted, Claimed, Inbound
from gateway.metrics import Metrics
from gateway.paging.replies import Replies
from gateway.phrases import Phrases
from gateway.screening import Ear, Look, look
from gateway.store import Store
from record.ids import now

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
    ) -> None:
        self._staff = staff
        self._store, self._ear, self._bells = store, ear, bells
        self._phrases, self._metrics = phrases, metrics

    async def take(self, inbound: Inbound) -> Accepted:
        """Screen and store one message. Raises what the database raises when it cannot be stored."""
        if self._staff and await self._staff.take(inbound, lambda: asyncio.to_thread(self._look, inbound)):
            return NOBODYS
        started = time.perf_counter()
        seen = await self._settled(inbound, await asyncio.to_thread(self._look, inbound))
        at = now()
        try:
            accepted = await self._store.write(
                lambda connection: intake.accept(connection, inbound, seen, self._phrases, at)
            )
        except Claimed:
            accepted = await self._claimed_by_another(inbound)
        self._announce(inbound, accepted, seen)
        self._metrics.accept_seconds.observe(time.perf_counter() - started)
        return accepted

    def _look(self, inbound: Inbound) -> Look:
        with self._metrics.screen_seconds.time():
            return look(self._ear, self._phrases, inbound.words)

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
        self._metrics.flags.labels("failed" if seen.failed else seen.level).inc()
        self._bells.heard(accepted.conversation_id)
        if seen.words or not accepted.waiting:  # the sender looks only where something may have been said
            self._bells.outbox.ring()
        self._bells.inbox.ring()
        if inbound.offered:
            self._bells.papers.ring()

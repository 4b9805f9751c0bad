"""Hands texts to Twilio: one at a time a conversation, and never the same one twice."""

import asyncio
from datetime import UTC, datetime

import structlog

from gateway import delivery, outbox
from gateway.bells import Bells
from gateway.config import Timing, growing
from gateway.errors import policy
from gateway.inbox import later
from gateway.metrics import Metrics
from gateway.outbox import Text
from gateway.pace import Pace
from gateway.phrases import Phrases
from gateway.quiet import UNASKED, Quiet
from gateway.sms import segments
from gateway.store import Store
from gateway.twilio_api import Ambiguous, Busy, Rejected, Sent, Twilio
from record.ids import now

log = structlog.get_logger()

A_DAY = 24 * 3600.0
LOOKS = 5  # attempts after which a text too old to send is looked for no more
EXPIRED = 30036  # Twilio's own code for a validity period that has passed


class Sender:
    """Sends until cancelled."""

    def __init__(
        self,
        store: Store,
        twilio: Twilio,
        bells: Bells,
        phrases: Phrases,
        metrics: Metrics,
        timing: Timing,
        slots: int,
        quiet: Quiet,
        *,
        pace: float = 0.0,
        validity: int = 3600,
    ) -> None:
        self._store, self._twilio, self._bells = store, twilio, bells
        self._phrases, self._metrics, self._timing = phrases, metrics, timing
        self._slots, self._quiet, self._validity = slots, quiet, validity
        self._pace = Pace(pace)
        self._busy: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Until cancelled. A text in flight then is looked for, not repeated, when its lease has run out."""
        if self._store.one_writer:
            settled = later(self._timing.send_timeout)  # by then Twilio has it, or never will
            await self._store.write(lambda connection: outbox.look_sooner(connection, settled))
        try:
            while True:
                await self._round()
        finally:
            if self._busy:
                await asyncio.wait(self._busy, timeout=self._timing.send_timeout)

    async def _round(self) -> None:
        try:
            texts = await self._lease()
        except Exception as error:
            log.error("send_lease_failed", error=type(error).__name__)
            texts = []
            await asyncio.sleep(self._timing.poll)
        for text in texts:
            task = asyncio.create_task(self._handle(text))
            self._busy.add(task)
            task.add_done_callback(self._busy.discard)
        if not texts:
            await self._bells.outbox.wait(min(self._timing.poll, self._pace.wait() or self._timing.poll))

    async def _lease(self) -> list[Text]:
        while len(self._busy) >= self._slots:
            await asyncio.wait(self._busy, return_when=asyncio.FIRST_COMPLETED)
        stale, paced = later(-self._timing.sent_timeout), self._pace.wait() > 0
        if not await self._store.read(lambda c: outbox.any_due(c, now(), stale)):
            return []
        texts = await self._store.write(
            lambda c: outbox.lease(
                c,
                limit=min(self._slots - len(self._busy), self._pace.most),
                at=now(),
                until=later(self._timing.send_lease),
                stale=stale,
                urgent=paced,  # a safety reply goes before its time; the others pay for it
            )
        )
        for text in texts:
            self._pace.take(segments(text.body))
        return texts

    async def _handle(self, text: Text) -> None:
        try:
            outcome = await self._deliver(text)
        except Exception as error:
            # The row stays "sending": when its lease has run out it is looked for before it is sent again.
            log.error("send_failed", outbox_id=text.outbox_id, error=type(error).__name__)
            outcome = "error"
        self._metrics.sends.labels(outcome).inc()
        self._bells.outbox.ring()

    async def _deliver(self, text: Text) -> str:
        """One step for one text. What may have arrived is looked for before anything else is decided."""
        try:
            if text.look and await self._arrived(text):
                return "sent"
            return await self._kept_back(text) or await self._send(text)
        except Busy as busy:
            log.warning("send_busy", outbox_id=text.outbox_id, reason=str(busy))
            pause = max(self._pause(text), min(policy(busy.code).seconds, self._timing.retry_longest))
            return await self._unsettled(text, pause, "busy", ambiguous=text.look)
        except Ambiguous as unknown:
            log.warning("send_ambiguous", outbox_id=text.outbox_id, reason=str(unknown))
            pause = max(self._timing.look_after, self._pause(text))
            return await self._unsettled(text, pause, "ambiguous", ambiguous=True)
        except Rejected as rejection:
            return await self._reject(text, rejection.code)

    async def _arrived(self, text: Text) -> bool:
        """Whether an earlier attempt turns out to have arrived: by its callback, or found at Twilio."""
        mine, known = await self._store.read(lambda c: outbox.known_sids(c, text))
        if mine is not None:
            return True
        since = datetime.fromisoformat(text.created_at)
        found = await asyncio.to_thread(self._twilio.look, text.to, text.body, since, known)
        if found is not None:
            await self._store.write(lambda c: self._note(c, text, found))
        return found is not None

    async def _kept_back(self, text: Text) -> str | None:
        """Why a text does not go now, if it does not: after a STOP, by night, or when it is too old."""
        if not text.allowed:
            await self._store.write(lambda c: delivery.cancelled(c, text, self._phrases, now()))
            return "cancelled"
        if text.kind in UNASKED and (opens := self._quiet.opens(now(), text.zone)) > now():
            await self._store.write(lambda c: outbox.keep_for_later(c, text.outbox_id, opens, now()))
            return "quiet"
        return await self._reject(text, EXPIRED) if self._too_old(text) else None

    async def _send(self, text: Text) -> str:
        validity = self._validity
        if text.kind in UNASKED:
            validity = self._quiet.seconds_left(now(), text.zone, validity)
        sent = await asyncio.to_thread(
            lambda: self._twilio.send(text.to, text.body, text.outbox_id, tries=text.tries, validity=validity)
        )
        await self._store.write(lambda c: self._note(c, text, sent))
        return "sent"

    async def _unsettled(self, text: Text, pause: float, outcome: str, *, ambiguous: bool) -> str:
        """Its turn comes again; where Twilio says nothing for too long, a person is told."""
        if self._too_old(text) and text.attempts >= LOOKS:
            return await self._reject(text, EXPIRED)
        await self._store.write(
            lambda c: outbox.put_back(c, text.outbox_id, due=later(pause), at=now(), ambiguous=ambiguous)
        )
        return outcome

    def _note(self, connection, text: Text, sent: Sent) -> None:  # type: ignore[no-untyped-def]
        code = str(sent.error_code) if sent.error_code else None
        delivery.heard(
            connection,
            outbox_id=text.outbox_id,
            sid=sent.sid,
            status=sent.status,
            error_code=code,
            phrases=self._phrases,
            at=now(),
            tries=text.tries,
        )

    async def _reject(self, text: Text, code: int) -> str:
        log.error("send_rejected", outbox_id=text.outbox_id, code=code)
        await self._store.write(lambda c: delivery.rejected(c, text.outbox_id, code, self._phrases, now()))
        return "rejected"

    def _too_old(self, text: Text) -> bool:
        return _age(text) > self._worth(text)

    def _worth(self, text: Text) -> float:
        """Seconds after which a text is not sent any more; one kept for the morning has longer."""
        return self._timing.send_give_up if text.kind not in UNASKED and not text.tries else A_DAY

    def _pause(self, text: Text) -> float:
        return growing(text.attempts, self._timing.retry_first, self._timing.retry_longest)


def _age(text: Text) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(text.created_at)).total_seconds()

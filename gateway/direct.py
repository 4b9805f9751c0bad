"""A safety reply handed to Twilio while its message lies in the spool; never the same one twice."""

import asyncio
from datetime import datetime

import structlog

from gateway.intake import Told
from gateway.twilio_api import Ambiguous, Busy, Rejected, Twilio

log = structlog.get_logger()

PAUSES = (0, 1, 2, 5, 10, 20, 40, 60)  # seconds before each try; what still fails then waits for the database


class Direct:
    """Speaks for the spool. Its text is looked for at Twilio once its row is written, whatever came of it."""

    def __init__(self, twilio: Twilio, look_after: float) -> None:
        self._twilio, self._look_after = twilio, look_after
        self._speaking: dict[str, asyncio.Task[None]] = {}
        self._enough: set[str] = set()
        self._sids: set[str] = set()

    def say(self, to: str, told: Told, at: str, *, look: bool = False) -> None:
        """Begin to send it, and come back at once. `look`: it may have been sent before a crash."""
        task = asyncio.create_task(self._say(to, told, datetime.fromisoformat(at), look))
        self._speaking[told.outbox_id] = task

    async def settled(self, outbox_id: str) -> None:
        """No more tries from here on: from now its row speaks for it."""
        task = self._speaking.pop(outbox_id, None)
        if task is not None:
            self._enough.add(outbox_id)
            await asyncio.gather(task, return_exceptions=True)
            self._enough.discard(outbox_id)

    async def _say(self, to: str, told: Told, since: datetime, look: bool) -> None:
        for pause in PAUSES:
            if not await self._rest(pause, told.outbox_id):
                return
            try:
                if look:
                    found = await asyncio.to_thread(self._twilio.look, to, told.text, since, self._sids)
                    if found is not None:
                        return
                sent = await asyncio.to_thread(self._twilio.send, to, told.text, told.outbox_id)
            except Busy:
                log.warning("direct_busy", outbox_id=told.outbox_id)
            except Ambiguous as unknown:
                log.warning("direct_ambiguous", outbox_id=told.outbox_id, reason=str(unknown))
                look = True
                await self._rest(self._look_after, told.outbox_id)
            except Rejected as rejection:
                # Its row will be refused the same way, and a person told.
                log.error("direct_rejected", outbox_id=told.outbox_id, code=rejection.code)
                return
            else:
                self._sids.add(sent.sid)
                return

    async def _rest(self, seconds: float, outbox_id: str) -> bool:
        """Whether it is still ours to send after the pause."""
        waited = 0.0
        while waited < seconds and outbox_id not in self._enough:
            await asyncio.sleep(min(0.1, seconds - waited))
            waited += 0.1
        return outbox_id not in self._enough

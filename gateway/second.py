"""The model's half of the screen, for messages a crowd at the door kept it from: soon, and before any reply.

Rules and words have read every one of them before it was stored, and found nothing. What the model fears
afterwards is answered and paged exactly as at the door. Which messages still wait for it stands in their
inbox rows, so that a crash forgets none; no turn of the dialogue begins before it has been asked.
"""

import asyncio
import time
from collections import OrderedDict
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import structlog
from sqlalchemy import Connection

from gateway import inbox, intake
from gateway.bells import Bells
from gateway.beside import Beside
from gateway.crowd import ROOM, Crowd
from gateway.inbox import Waiting
from gateway.metrics import Metrics
from gateway.phrases import Phrases
from gateway.screening import DUE, Ear, Look, look, seen_as
from gateway.store import Store
from record.ids import now

log = structlog.get_logger()

REMEMBERED = 20_000  # what was found, for the message's turn; a forgotten one is looked at again
LONG = 20.0  # seconds of waiting after which it makes less room for a large crowd than `ROOM`
LESS = 0.08  # and how much then: enough for the door to stay open, and a dozen looks a second go on
SLOW = 8.0  # but so many times as long as the last look took: a slow machine's door needs more
IN_A_ROW = 5  # looks at one conversation's messages, after which the next ones leave room for other people
REST = 6.0  # so many times as long as each such look took
LINE = 32  # messages waiting, from which on a second pair of ears is worth its start
QUIET = 60.0  # seconds without any, after which it is let go
HEAD_START = 60.0  # seconds, for a message the words hold to be a danger beyond doubt; others in proportion


class Second:
    """Looks at what waits, one at a time; a turn that comes first looks at its own."""

    def __init__(
        self,
        store: Store,
        ear: Ear,
        phrases: Phrases,
        bells: Bells,
        metrics: Metrics,
        crowd: Crowd,
        beside: Beside | None = None,
    ) -> None:
        self._beside = beside
        self._store, self._ear, self._phrases = store, ear, phrases
        self._bells, self._metrics, self._crowd = bells, metrics, crowd
        self._waiting: asyncio.PriorityQueue[tuple[float, str, str, str, float]] = asyncio.PriorityQueue()
        self._looking: dict[str, asyncio.Task[dict[str, Any]]] = {}
        self._found: OrderedDict[str, dict[str, Any]] = OrderedDict()
        # Not the pool that speaks with Twilio: a network that hangs must not keep anyone from being heard.
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kith-second")

    def __len__(self) -> int:
        return self._waiting.qsize()

    def expect(self, inbox_id: str, text: str, fear: float = 1.0, conversation_id: str = "") -> None:
        """A stored message the model has not been asked about. What the words fear more is looked at
        sooner; nothing waits for ever behind it."""
        since = time.monotonic()
        place = since - HEAD_START * fear
        self._waiting.put_nowait((place, inbox_id, text, conversation_id, since))
        if self._beside is not None and len(self) >= LINE:
            self._beside.call()

    async def run(self) -> None:
        """Until cancelled; first what a gateway that died has left."""
        for inbox_id, text, conversation_id in await self._store.read(inbox.unheard):
            self.expect(inbox_id, text, conversation_id=conversation_id)
        try:
            await self._look_on()
        finally:
            await self._alone()

    async def _look_on(self) -> None:
        last, in_a_row, took = "", 0, 0.0
        while True:
            _, inbox_id, text, conversation_id, since = await self._next()
            in_a_row = in_a_row + 1 if conversation_id and conversation_id == last else 0
            last = conversation_id
            if not self._has_help:
                late = time.monotonic() - since >= LONG
                await self._crowd.thin_out(min(max(LESS, SLOW * took), ROOM) if late else ROOM)
            began = time.monotonic()
            try:
                await self._settle(inbox_id, text)
            except Exception as error:
                # Its turn looks again, and does not begin before that.
                log.error("second_look_failed", inbox_id=inbox_id, error=type(error).__name__)
            ended = time.monotonic()
            took = ended - began
            self._metrics.screen_late.observe(ended - since)
            if in_a_row >= IN_A_ROW:  # one person's flood: nobody else's answer is slowed by it
                await asyncio.sleep(REST * took)

    @property
    def _has_help(self) -> bool:
        return self._beside is not None and self._beside.is_there

    async def _next(self) -> tuple[float, str, str, str, float]:
        """Who is to be looked at next; help that nobody has needed for a while is let go."""
        with suppress(TimeoutError):
            async with asyncio.timeout(QUIET if self._has_help else None):
                return await self._waiting.get()
        await self._alone()
        return await self._waiting.get()

    async def _alone(self) -> None:
        if self._beside is not None:
            await self._beside.end()

    async def settled(self, waiting: Waiting) -> Waiting:
        """The message with the whole screen's word on it. Raises what the database raises."""
        if waiting.screen.get(DUE) is None:
            return waiting
        screen = await self._settle(waiting.inbox_id, waiting.text)
        return replace(waiting, screen=screen, late_screen=screen)

    async def _settle(self, inbox_id: str, text: str) -> dict[str, Any]:
        if inbox_id in self._found:
            return self._found[inbox_id]
        if inbox_id not in self._looking:
            task = asyncio.create_task(self._look(inbox_id, text))
            self._looking[inbox_id] = task
            task.add_done_callback(lambda _: self._looking.pop(inbox_id, None))
        return await asyncio.shield(self._looking[inbox_id])

    async def _look(self, inbox_id: str, text: str) -> dict[str, Any]:
        seen = await self._seen(text)
        if seen.failed or seen.level != "none":
            conversation_id = await self._store.write(
                lambda connection: tell(connection, inbox_id, seen, self._phrases, now())
            )
            if conversation_id is not None:
                self._bells.said(conversation_id)
        self._metrics.flags.labels("failed" if seen.failed else seen.level).inc()
        self._found[inbox_id] = seen.summary()
        while len(self._found) > REMEMBERED:
            self._found.popitem(last=False)
        return seen.summary()

    async def _seen(self, text: str) -> Look:
        heard = await self._beside.screen(text) if text and self._beside is not None else None
        if heard is not None:
            return seen_as(self._ear, self._phrases, heard)
        return await asyncio.get_running_loop().run_in_executor(
            self._thread, look, self._ear, self._phrases, text
        )


def tell(connection: Connection, inbox_id: str, seen: Look, phrases: Phrases, at: str) -> str | None:
    """What the door would have done: flags, a task, the reply; once. The conversation, if it was due."""
    row = inbox.one(connection, inbox_id)
    if row is None or (row.screen or {}).get(DUE) is None:
        return None
    intake.answer_late(connection, row, seen, phrases, at)
    inbox.screened(connection, inbox_id, seen.summary())
    return str(row.conversation_id)

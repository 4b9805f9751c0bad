"""Takes waiting messages to the dialogue and its answers back, until each has been answered."""

import asyncio
import os
import random
import secrets
import socket
import time
from functools import partial
from typing import Any

import structlog

from gateway import attachments, inbox, turn
from gateway.bells import Bells
from gateway.config import Timing, growing
from gateway.crowd import Crowd
from gateway.fairness import Fairness
from gateway.inbox import Waiting, later
from gateway.leases import OwnLeases, SharedLeases
from gateway.metrics import Metrics
from gateway.phrases import Phrases
from gateway.rasa import Question, Rasa, Refused, Turn, Unavailable
from gateway.second import Second
from gateway.store import Store
from record.ids import now

log = structlog.get_logger()

HOPELESS = 12  # attempts, while others were answered: then it is the message, not the machine
UNWRITTEN = 1.0  # seconds a conversation rests when even its place in the queue could not be written


class Worker:
    """One dispatcher leases conversations, several tasks handle them; each conversation strictly in order."""

    def __init__(
        self,
        store: Store,
        rasa: Rasa,
        bells: Bells,
        phrases: Phrases,
        metrics: Metrics,
        timing: Timing,
        slots: int,
        second: Second,
        crowd: Crowd,
    ) -> None:
        self._store, self._rasa, self._bells = store, rasa, bells
        self._phrases, self._metrics, self._timing = phrases, metrics, timing
        self._slots, self._second, self._crowd = slots, second, crowd
        self._busy: set[asyncio.Task[None]] = set()
        self._fairness = Fairness()
        self._last_success = ""
        self._vain: dict[str, int] = {}  # by message: attempts it had made when others began to be answered
        self.owner = f"{socket.gethostname()[:24]}:{os.getpid()}:{secrets.token_hex(4)}"
        alone = store.one_writer
        self._leases: OwnLeases | SharedLeases = (
            OwnLeases(store) if alone else SharedLeases(store, self.owner, timing.lease)
        )

    async def run(self) -> None:
        """Until cancelled. A failure of the database is waited out, never fatal."""
        if self._store.one_writer:
            await self._store.write(inbox.release_all)  # left by a process that was killed
        try:
            while True:
                await self._round()
        finally:
            # A turn in the middle is given up: its message is still waiting and will be taken up again.
            for task in self._busy:
                task.cancel()
            await asyncio.gather(*self._busy, return_exceptions=True)

    async def _round(self) -> None:
        self._metrics.heartbeat.set_to_current_time()
        try:
            jobs = await self._take()
        except Exception as error:
            log.error("lease_failed", error=type(error).__name__)
            await asyncio.sleep(self._timing.poll)
            return
        for job in jobs:
            task = asyncio.create_task(self._handle(job))
            self._busy.add(task)
            task.add_done_callback(partial(self._handled, job, now(), time.monotonic()))
        if not jobs:
            await self._bells.inbox.wait(self._timing.poll)

    def _handled(self, job: Waiting, began: str, clock: float, task: asyncio.Task[None]) -> None:
        self._busy.discard(task)
        took = time.monotonic() - clock
        rest = self._fairness.rest(job.thread.conversation_id, job.received_at, began, took)
        if rest:
            self._bells.inbox.ring()  # a hand is free
            asyncio.get_running_loop().call_later(rest, self._freed, job)
        else:
            self._freed(job)

    def _freed(self, job: Waiting) -> None:
        self._leases.drop(job)
        self._bells.inbox.ring()  # the next message of that conversation may wait

    async def _take(self) -> list[Waiting]:
        """As many conversations as there are free hands."""
        while len(self._busy) >= self._slots:
            await asyncio.wait(self._busy, return_when=asyncio.FIRST_COMPLETED)
        await self._crowd.pass_by(1.0)  # in a burst the door comes first, as Twilio waits there
        return await self._leases.take(self._slots - len(self._busy))

    async def _handle(self, waiting: Waiting) -> None:
        """One turn; whatever goes wrong, the message stays and its turn comes again."""
        started = time.perf_counter()
        try:
            waiting = await self._second.settled(waiting)
            if waiting.taken_over:
                await self._write(turn.commit_silent, waiting, self.owner, now())
                return
            await self._answer(waiting)
        except Exception as error:
            log.error("turn_failed", inbox_id=waiting.inbox_id, error=type(error).__name__)
            await self._retry(waiting, type(error).__name__)
        finally:
            self._metrics.turn_seconds.observe(time.perf_counter() - started)

    async def _answer(self, waiting: Waiting) -> None:
        try:
            answered = await self._ask(waiting)
        except Refused as refusal:
            log.error("message_refused", inbox_id=waiting.inbox_id, reason=str(refusal))
            await self._give_up(waiting)
        except Unavailable as trouble:
            self._metrics.rasa_failures.labels(str(trouble)[:40]).inc()
            await self._retry(waiting, str(trouble))
        else:
            self._vain.pop(waiting.inbox_id, None)
            if await self._write(turn.commit, waiting, answered, self._phrases, self.owner, now()):
                self._last_success = now()
                self._metrics.turns.labels("answered").inc()
            if answered.forgets and not await self._rasa.forget(waiting.thread.conversation_id):
                log.error("dialogue_not_forgotten", inbox_id=waiting.inbox_id)
            self._bells.said(waiting.thread.conversation_id)

    async def _ask(self, waiting: Waiting) -> Turn:
        question = Question(
            inbox_id=waiting.inbox_id,
            conversation_id=waiting.thread.conversation_id,
            patient_id=waiting.thread.patient_id,
            text=waiting.text,
            channel=waiting.thread.channel,
            author=waiting.author,
            received_at=waiting.received_at,
            screen=waiting.screen,
            papers=await self._papers(waiting) if waiting.media else [],
        )
        return await self._rasa.answer(question)

    async def _papers(self, waiting: Waiting) -> list[dict[str, Any]]:
        return await self._store.read(lambda connection: attachments.papers(connection, waiting.message_id))

    async def _retry(self, waiting: Waiting, why: str) -> None:
        """Back in its place with a pause that grows; a message nothing can answer goes to a person."""
        if self._is_hopeless(waiting):
            await self._give_up(waiting)
            return
        pause = growing(waiting.attempts, self._timing.retry_first, self._timing.retry_longest)
        due = later(pause * random.uniform(0.8, 1.2))  # noqa: S311 - spreads the load, hides nothing
        try:
            await self._store.write(
                lambda connection: inbox.put_back(connection, waiting, owner=self.owner, error=why, due=due)
            )
        except Exception as error:
            # The message is taken up again when its lease is dropped or runs out: not at once, over and over.
            log.error("retry_not_written", inbox_id=waiting.inbox_id, error=type(error).__name__)
            await asyncio.sleep(UNWRITTEN)

    def _is_hopeless(self, waiting: Waiting) -> bool:
        """Whether it failed many times since others are answered; an outage before that is forgotten."""
        if self._last_success <= waiting.received_at:
            return False
        begun = self._vain.setdefault(waiting.inbox_id, waiting.attempts)
        return waiting.attempts + 1 - begun >= HOPELESS

    async def _give_up(self, waiting: Waiting) -> None:
        self._vain.pop(waiting.inbox_id, None)
        if await self._write(turn.give_up, waiting, self._phrases, self.owner, now()):
            self._metrics.turns.labels("gave_up").inc()
        self._bells.said(waiting.thread.conversation_id)

    async def _write(self, function, *arguments) -> bool:  # type: ignore[no-untyped-def]
        done: bool = await self._store.write(lambda connection: function(connection, *arguments))
        return done

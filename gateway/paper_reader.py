"""Fetches and reads photos and PDFs beside the worker, so that nobody's plain words wait behind a picture."""

import asyncio
from contextlib import AsyncExitStack

import httpx
import structlog

from gateway import attachments
from gateway.attachments import Job
from gateway.bells import Bells
from gateway.config import GatewayConfig, growing
from gateway.inbox import later
from gateway.media import Media, Never, NotNow
from gateway.metrics import Metrics
from gateway.store import Store
from papers import child
from papers.limits import most
from papers.types import Outcome
from record.ids import now

log = structlog.get_logger()

AT_ONCE = 2  # each takes a core while it reads
LEASE = 60.0  # seconds: longer than fetching and reading one may take
ATTEMPTS = 6  # with the pauses below about half a minute; then the person is told
LONGEST_PAUSE = 10.0


class PaperReader:
    """Takes files that wait, has them read in a process of their own, and lets their message go on."""

    def __init__(self, store: Store, bells: Bells, metrics: Metrics, config: GatewayConfig) -> None:
        self._store, self._bells, self._metrics, self._config = store, bells, metrics, config

    async def run(self) -> None:
        """Until cancelled; what is being read then is read again at the next start."""
        async with AsyncExitStack() as stack:
            timeout = self._config.timing.send_timeout
            client = await stack.enter_async_context(httpx.AsyncClient(timeout=timeout, trust_env=False))
            media = Media(self._config, client, most("bytes"))
            readers = await stack.enter_async_context(asyncio.TaskGroup())
            for _ in range(AT_ONCE):
                readers.create_task(self._read_on(media))

    async def _read_on(self, media: Media) -> None:
        while True:
            try:
                busy = await self._round(media)
            except Exception as error:
                log.error("paper_not_read", error=type(error).__name__)
                busy = False
            if not busy:
                await self._bells.papers.wait(max(self._config.timing.poll, 0.2))

    async def _round(self, media: Media) -> bool:
        """One file; False when none waits. The write lock is taken only for work there is."""
        if not await self._store.read(lambda connection: attachments.any_due(connection, now())):
            return False
        jobs = await self._store.write(lambda c: attachments.lease(c, 1, at=now(), until=later(LEASE)))
        for job in jobs:
            await self._handle(media, job)
        return bool(jobs)

    async def _handle(self, media: Media, job: Job) -> None:
        try:
            outcome = await self._outcome(media, job)
        except NotNow as trouble:
            log.warning(
                "paper_not_had", message_id=job.message_id, reason=str(trouble), attempts=job.attempts
            )
            if job.attempts + 1 < ATTEMPTS:
                due = later(growing(job.attempts, self._config.timing.retry_first, LONGEST_PAUSE))
                await self._store.write(lambda c: attachments.put_back(c, job, due))
                return
            outcome = None
        except Never as trouble:
            log.warning("paper_refused", message_id=job.message_id, reason=str(trouble))
            outcome = None
        await self._store.write(lambda c: attachments.settle(c, job, outcome, now()))
        self._metrics.papers.labels(_how(outcome)).inc()
        self._bells.inbox.ring()

    async def _outcome(self, media: Media, job: Job) -> Outcome | None:
        if job.here:
            data = await self._store.read(lambda c: attachments.content(c, job.attachment_id))
        else:
            data = await media.fetch(job.url or "")
        if data is None:
            raise Never("its content is gone")
        with self._metrics.paper_seconds.time():
            return await child.read(data)


def _how(outcome: Outcome | None) -> str:
    return "lost" if outcome is None else outcome.reading.problem or "read"

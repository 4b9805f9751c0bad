"""Takes the spooled messages into the database again, in order, as soon as it can be written."""

import asyncio
from collections import defaultdict
from typing import Any

import structlog

from gateway import spool_entry
from gateway.metrics import Metrics
from gateway.reception import UNREACHABLE, Reception
from gateway.spool import Spool

log = structlog.get_logger()

AT_ONCE = 64  # messages of different people that share a commit
PAUSE = 0.5  # before an unreachable database is tried again


class Drain:
    """Works while the spool holds anything; each person's messages strictly in order."""

    def __init__(self, spool: Spool, reception: Reception, metrics: Metrics) -> None:
        self._spool, self._reception, self._metrics = spool, reception, metrics

    async def run(self) -> None:
        """Until cancelled."""
        for kept in [spool_entry.read(entry) for entry in self._spool.all()]:
            self._reception.resume(kept)
        while True:
            if not len(self._spool):
                await self._spool.bell.wait(PAUSE)
            elif not await self.round():
                await asyncio.sleep(PAUSE)

    async def round(self) -> bool:
        """The oldest messages into the database; False when it cannot be written yet."""
        entries = self._spool.first(AT_ONCE)
        if not entries:
            return False
        # One first, alone: while the database is down, one attempt is enough to know.
        if not await self._restore(entries[:1]):
            return False
        by_person: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for entry in entries[1:]:
            by_person[entry["address"]].append(entry)
        done = await asyncio.gather(*(self._restore(theirs) for theirs in by_person.values()))
        if all(done):
            # Only then: dropping is by age, and one that failed must be offered again.
            self._spool.drop(len(entries))
        return all(done)

    async def _restore(self, entries: list[dict[str, Any]]) -> bool:
        for entry in entries:
            try:
                await self._reception.restore(spool_entry.read(entry))
            except UNREACHABLE as error:
                log.warning("spool_waits", error=type(error).__name__)
                return False
            except Exception as error:
                # Left where it is it would hold back every message behind it.
                log.error("spool_refused", error=type(error).__name__)
                self._metrics.spool_refused.inc()
                self._spool.refuse(entry)
        return True

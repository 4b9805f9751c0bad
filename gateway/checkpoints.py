"""SQLite's log is emptied beside the one writer, so that no message's commit has to do it."""

import asyncio
from concurrent.futures import ThreadPoolExecutor

import structlog

from gateway.store import Store
from record.database import checkpoint

log = structlog.get_logger()

EVERY = 2.0  # seconds; nothing is written where nothing was


class Checkpoints:
    """A thread of its own: on a slow disk one takes long, and holds nobody up."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="kith-checkpoint")

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            try:
                await asyncio.get_running_loop().run_in_executor(self._thread, checkpoint, self._store.engine)
            except Exception as error:  # a commit does it then, when the log has grown long
                log.warning("checkpoint_failed", error=type(error).__name__)

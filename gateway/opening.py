"""A gateway started while the database is down: it keeps what comes, and opens it when it is back."""

import asyncio
import sys
from collections.abc import Awaitable, Callable

import structlog
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError

from gateway.store import Store
from record.database import DatabaseError, migrate

log = structlog.get_logger()

PAUSE = 1.0  # seconds between two tries
AWAY = (OperationalError, InterfaceError)
"""What is raised for a database that cannot be reached or written; a newer one is a DatabaseError."""


def opened(engine: Engine, prepare: Callable[[Engine], object] = migrate) -> bool:
    """Bring the tables up to date; False, and one clear line, where the database is not there."""
    try:
        prepare(engine)
    except AWAY as error:
        why = str(error.orig).strip().partition("\n")[0]
        print(
            f"gateway: the database cannot be used yet ({why}). Messages are kept in KITH_SPOOL_DIR "
            "and taken in when it is back; nothing is answered before that but danger.",
            file=sys.stderr,
            flush=True,
        )
        return False
    return True


class Opening:
    """Tries the database until it is there, then lets everything else begin."""

    def __init__(self, store: Store, prepare: Callable[[Engine], object] = migrate) -> None:
        self._store, self._prepare = store, prepare

    async def run(self) -> None:
        """Until it is open, and then until cancelled."""
        while not self._store.is_open:
            try:
                await asyncio.to_thread(self._prepare, self._store.engine)
            except AWAY as error:
                log.warning("database_not_there", error=type(error).__name__)
                await asyncio.sleep(PAUSE)
            except DatabaseError as error:
                # A newer version's tables: to stop now would lose what the spool can keep.
                log.error("database_refused", error=type(error).__name__)
                await asyncio.sleep(60 * PAUSE)
            else:
                self._store.open()
                log.info("database_open")
        await asyncio.Event().wait()

    def first(self, run: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """A task that begins when the database is there."""

        async def then() -> None:
            await self._store.opened.wait()
            await run()

        return then

"""Which conversations this worker holds: in the database among several gateways, else in memory."""

from gateway import inbox
from gateway.inbox import Waiting, later
from gateway.store import Store
from record.ids import now


class SharedLeases:
    """In the conversation's own row: other gateways see them, and they run out when this one dies."""

    def __init__(self, store: Store, owner: str, seconds: float) -> None:
        self._store, self._owner, self._seconds = store, owner, seconds

    async def take(self, limit: int) -> list[Waiting]:
        """Up to `limit` messages whose turn it is; the write lock is taken only for work there is."""
        if not await self._store.read(lambda connection: inbox.due(connection, now(), 1)):
            return []
        until = later(self._seconds)
        return await self._store.write(
            lambda connection: inbox.lease(connection, self._owner, limit=limit, at=now(), until=until)
        )

    def drop(self, waiting: Waiting) -> None:
        """Nothing to do: the transaction that ended the turn has given the conversation back."""


class OwnLeases:
    """In memory: the one process that writes needs no commit to know what it is doing itself."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._held: set[str] = set()

    async def take(self, limit: int) -> list[Waiting]:
        # What was held when the reading began may be read as it was before its turn ended.
        before = frozenset(self._held)
        most = limit + len(before)
        found = await self._store.read(lambda connection: inbox.due(connection, now(), most))
        free = [each for each in found if each.thread.conversation_id not in before][:limit]
        self._held.update(each.thread.conversation_id for each in free)
        return free

    def drop(self, waiting: Waiting) -> None:
        self._held.discard(waiting.thread.conversation_id)

"""Wakes whoever waits for work in this process, so that a message is taken up without polling."""

import asyncio
from collections import defaultdict


class Bell:
    """Rung when there is something to do; ringing twice before anyone listens is ringing once."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def ring(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Until rung, or the time is up (False); the ringing is used up."""
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        self._event.clear()
        return True


class Bells:
    """The inbox, the papers to be read, the outbox, and whoever watches a conversation."""

    def __init__(self) -> None:
        self.inbox = Bell()
        self.papers = Bell()
        self.outbox = Bell()
        self._watchers: dict[str, set[Bell]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None

    def bind(self, loop: asyncio.AbstractEventLoop) -> None:
        """The loop whose tasks listen, so that other threads can ring."""
        self._loop = loop

    def watch(self, conversation_id: str) -> Bell:
        bell = Bell()
        self._watchers[conversation_id].add(bell)
        return bell

    def unwatch(self, conversation_id: str, bell: Bell) -> None:
        self._watchers[conversation_id].discard(bell)
        if not self._watchers[conversation_id]:
            del self._watchers[conversation_id]

    def said(self, conversation_id: str) -> None:
        """Something new stands in this conversation: tell its watchers and the sender."""
        self.heard(conversation_id)
        self.outbox.ring()

    def heard(self, conversation_id: str) -> None:
        """A person's own words stand in this conversation: its watchers show them, nothing is to be sent."""
        for bell in tuple(self._watchers.get(conversation_id, ())):
            bell.ring()

    def said_from_thread(self, conversation_id: str) -> None:
        """The same, from a thread of its own."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self.said, conversation_id)

    def watching(self) -> int:
        return sum(len(bells) for bells in self._watchers.values())

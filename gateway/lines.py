"""Messages of one phone keep the order they came in, though each is heard by whichever thread is free."""

import asyncio
from collections.abc import Hashable
from types import TracebackType


class Lines:
    """A line a sender: `with lines.join(sender) as place:`, and `await place.first()` before storing."""

    def __init__(self) -> None:
        self._last: dict[Hashable, asyncio.Future[None]] = {}

    def __len__(self) -> int:
        return len(self._last)

    def join(self, sender: Hashable) -> "Place":
        """The last place in the line of this sender, taken now."""
        return Place(self._last, sender)


class Place:
    """One message's; left however its taking in ends, so that nobody waits behind it for ever."""

    def __init__(self, last: dict[Hashable, asyncio.Future[None]], sender: Hashable) -> None:
        self._last, self._sender = last, sender
        self._before = last.get(sender)
        self._left = last[sender] = asyncio.get_running_loop().create_future()

    def __enter__(self) -> "Place":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._before is None or self._before.done():
            self._leave()
        else:  # given up while others are still before it: those behind go on waiting for these
            self._before.add_done_callback(lambda _: self._leave())

    def _leave(self) -> None:
        self._left.set_result(None)
        if self._last.get(self._sender) is self._left:
            del self._last[self._sender]

    async def first(self) -> None:
        """Until everything that came before from this sender is stored, set aside or given up."""
        if self._before is not None:
            await asyncio.wait([self._before])

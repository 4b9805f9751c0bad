"""How many messages are being taken in just now: what can wait makes room for them, for a while."""

import asyncio
import time
from types import TracebackType

FEW, MANY = 4, 16
"""An ordinary busy day has one or two at a time."""


class Crowd:
    """Counts those at the door: `with crowd:` around taking one in."""

    def __init__(self) -> None:
        self._coming = 0

    def __enter__(self) -> None:
        self._coming += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._coming -= 1

    @property
    def is_there(self) -> bool:
        """More than a few at once: the dear half of the screen waits until they are stored."""
        return self._coming > FEW

    @property
    def is_large(self) -> bool:
        """More come in than are stored: no new turn of the dialogue begins."""
        return self._coming > MANY

    async def thin_out(self, seconds: float) -> None:
        """Until it is no longer large; so long at most, so that nothing starves behind it."""
        until = time.monotonic() + seconds
        while self.is_large and time.monotonic() < until:  # noqa: ASYNC110 - nobody rings for "calm again"
            await asyncio.sleep(0.02)

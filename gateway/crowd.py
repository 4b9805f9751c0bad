"""How many messages are being taken in just now: what can wait makes room for them, for a while."""

import asyncio
import math
import time
from collections import deque
from collections.abc import Callable
from types import TracebackType

FEW, MANY = 4, 8
"""At a time; an ordinary busy day has one or two."""

ROOM = 0.25
"""Seconds at most that one late look, or one apology, lets a large crowd go first."""

RUSH = 50
"""In a second; more than the dialogue can answer, whatever it is given."""


class Crowd:
    """Counts those at the door: `with crowd:` around taking one in."""

    def __init__(self) -> None:
        self._coming = 0
        self._came: deque[float] = deque([-math.inf], maxlen=RUSH)

    def __enter__(self) -> None:
        self._coming += 1
        self._came.append(time.monotonic())

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
        """More come in than are stored: the model's late looks make room."""
        return self._coming > MANY

    @property
    def is_rush(self) -> bool:
        """More come in than can be answered: only a turn or two of the dialogue begins now and then."""
        return time.monotonic() - self._came[0] < 1.0

    async def thin_out(self, seconds: float) -> None:
        """Until it is no longer large; so long at most, so that nothing starves behind it."""
        await self._until(lambda: not self.is_large, seconds)

    async def pass_by(self, seconds: float) -> None:
        """Until it is neither large nor a rush; so long at most."""
        await self._until(lambda: not (self.is_large or self.is_rush), seconds)

    async def _until(self, calm: Callable[[], bool], seconds: float) -> None:
        until = time.monotonic() + seconds
        while not calm() and time.monotonic() < until:  # noqa: ASYNC110 - nobody rings for "calm again"
            await asyncio.sleep(0.02)

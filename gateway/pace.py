"""How fast texts may leave one clinic number: a bucket of segments, filled at the number's rate."""

import time
from collections.abc import Callable


class Pace:
    """`per_second` segments a second, at most so many saved up; 0 is as fast as one likes."""

    def __init__(self, per_second: float, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._clock = per_second, clock
        self._most = max(1.0, per_second)
        self._left, self._at = self._most, clock()

    @property
    def most(self) -> int:
        """Texts that may go at once."""
        return int(self._most) if self._rate else 1000

    def wait(self) -> float:
        """Seconds until a text may go; 0.0 when one may go now."""
        if not self._rate:
            return 0.0
        self._refill()
        return max(0.0, (1.0 - self._left) / self._rate)

    def take(self, segments: int) -> None:
        """A text of so many segments goes. A long or an urgent one may overdraw: those behind it wait."""
        if self._rate:
            self._refill()
            self._left -= segments

    def _refill(self) -> None:
        now = self._clock()
        self._left = min(self._most, self._left + (now - self._at) * self._rate)
        self._at = now

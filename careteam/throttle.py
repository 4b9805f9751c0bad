"""Slows down guessing from one address, beside the lock on each account."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Lock

ADDRESSES = 10_000  # remembered at most, so that a flood of addresses cannot fill the memory


@dataclass
class Throttle:
    """At most `limit` failures an address within `window`."""

    limit: int = 10
    window: timedelta = timedelta(minutes=5)
    _tries: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)  # requests are answered in several threads

    def admits(self, address: str, now: datetime) -> bool:
        """Take a place for one try before it is checked; False where too many failed lately."""
        with self._lock:
            recent = [at for at in self._tries.pop(address, []) if at > now - self.window]
            admitted = len(recent) < self.limit
            self._tries[address] = [*recent, now] if admitted else recent
            if len(self._tries) > ADDRESSES:
                self._tries.popitem(last=False)
            return admitted

    def give_back(self, address: str, at: datetime) -> None:
        """The try admitted at this instant was no failure."""
        with self._lock:
            tries = self._tries.get(address, [])
            if at in tries:
                tries.remove(at)

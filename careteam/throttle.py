"""Slows down guessing from one address, beside the lock on each account."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ADDRESSES = 10_000  # remembered at most, so that a flood of addresses cannot fill the memory


@dataclass
class Throttle:
    """At most `limit` failures an address within `window`."""

    limit: int = 10
    window: timedelta = timedelta(minutes=5)
    _failures: OrderedDict[str, list[datetime]] = field(default_factory=OrderedDict)

    def refuses(self, address: str, now: datetime) -> bool:
        """True when this address has failed too often lately."""
        recent = [at for at in self._failures.get(address, []) if at > now - self.window]
        return len(recent) >= self.limit

    def failed(self, address: str, now: datetime) -> None:
        """Note one failure."""
        recent = [at for at in self._failures.pop(address, []) if at > now - self.window]
        self._failures[address] = [*recent, now][-self.limit :]
        if len(self._failures) > ADDRESSES:
            self._failures.popitem(last=False)

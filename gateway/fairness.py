"""Someone with hundreds of messages waiting gives way to whoever else is there."""

import time
from collections import OrderedDict

MANY = 5  # messages in a row that were waiting before the turn of the one before them had begun
REST, LONGEST = 4.0, 1.0  # times as long as the turn took, and seconds at most: a fifth of the dialogue
COURTESY, COURTEOUS = 19.0, 4.0  # the same while someone else writes: a twentieth
COMPANY = 10.0  # seconds since a turn of someone else who has no such backlog
REMEMBERED = 1000


class Fairness:
    """How long a conversation rests after a turn, so that others' messages find the dialogue free."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[int, str]] = OrderedDict()
        self._company = ("", float("-inf"))  # who without a backlog last had a turn, and when

    def rest(self, conversation_id: str, received_at: str, began: str, took: float) -> float:
        """Seconds until its next turn may begin, after the one that began then and took so many.

        Who writes again when answered never rests: that message came after the last turn had begun.
        """
        count, before = self._last.pop(conversation_id, (0, ""))
        count = count + 1 if received_at < before else 0
        self._last[conversation_id] = (count, began)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        if count == 0:
            self._company = conversation_id, time.monotonic()
        if count <= MANY:
            return 0.0
        someone, when = self._company
        if someone != conversation_id and time.monotonic() - when < COMPANY:
            return min(COURTESY * took, COURTEOUS)
        return min(REST * took, LONGEST)

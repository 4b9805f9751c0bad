"""Someone with hundreds of messages waiting takes a fifth of the dialogue's time, not all of it."""

from collections import OrderedDict

MANY = 5  # messages in a row that were waiting before the turn of the one before them had begun
REST = 4.0  # times as long as the turn took
LONGEST = 1.0  # seconds
REMEMBERED = 1000


class Fairness:
    """How long a conversation rests after a turn, so that others' messages find the dialogue free."""

    def __init__(self) -> None:
        self._last: OrderedDict[str, tuple[int, str]] = OrderedDict()

    def rest(self, conversation_id: str, received_at: str, began: str, took: float) -> float:
        """Seconds until its next turn may begin, after the one that began then and took so many.

        Who writes again when answered never rests: that message came after the last turn had begun.
        """
        count, before = self._last.pop(conversation_id, (0, ""))
        count = count + 1 if received_at < before else 0
        self._last[conversation_id] = (count, began)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
        return min(REST * took, LONGEST) if count > MANY else 0.0

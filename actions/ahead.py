"""Messages read ahead: while Rasa still decides what a message is, it is already being heard here.

Hearing and the record take about as long as Rasa does; side by side, a person waits for the longer one only.
"""

import time
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Lock

from actions.reading import Reading, Words

KEPT = 64  # messages; what nobody asked for is forgotten
FRESH = 5.0  # seconds; an older reading may know less of the person than the record does by now
HANDS = 2  # threads: as many as there are messages worth reading side by side on a small machine


class Ahead:
    """Each reading is used once, soon, and only for the very same words; otherwise it is made anew."""

    def __init__(self, read: Callable[[Words], Reading], clock: Callable[[], float] = time.monotonic) -> None:
        self._read, self._clock = read, clock
        self._pool = ThreadPoolExecutor(HANDS, thread_name_prefix="kith-ahead")
        self._begun: OrderedDict[str, tuple[float, Future[Reading]]] = OrderedDict()
        self._lock = Lock()

    def begin(self, words: Words) -> None:
        """Read a message now; one begun before under the same id is forgotten."""
        future = self._pool.submit(self._read, words)
        with self._lock:
            self._begun.pop(words.message_id, None)
            self._begun[words.message_id] = (self._clock(), future)
            while len(self._begun) > KEPT:
                self._begun.popitem(last=False)

    def take(self, words: Words) -> Reading:
        """The reading begun for these words, or one made now. Raises what reading raises."""
        with self._lock:
            begun = self._begun.pop(words.message_id, None)
        if begun is None or self._clock() - begun[0] > FRESH:
            return self._read(words)
        try:
            reading = begun[1].result()
        except Exception:  # whatever it was, it is tried once more, and then it is this turn's failure
            return self._read(words)
        return reading if reading.words == words else self._read(words)

    def close(self) -> None:
        """With the server's end."""
        self._pool.shutdown(wait=False, cancel_futures=True)

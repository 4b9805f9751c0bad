"""A call that may hang, given so long and no longer; what hangs on holds a seat, never an answer."""

from collections.abc import Callable
from queue import Empty, Queue
from threading import BoundedSemaphore, Thread

SEATS = 4


class Busy(Exception):
    """Every seat is taken by a call that still hangs."""


class Bounded:
    """Threads of its own, that end with the process: a stuck one delays no stop."""

    def __init__(self, seats: int = SEATS) -> None:
        self._seats = BoundedSemaphore(seats)

    def call(self, work: Callable[[], str], seconds: float) -> str:
        """What `work` returns; its own error, TimeoutError after `seconds`, or Busy at once."""
        if not self._seats.acquire(blocking=False):
            raise Busy
        answers: Queue[str | BaseException] = Queue(1)

        def run() -> None:
            try:
                answers.put(work())
            except BaseException as error:  # it belongs to whoever waits, whatever it is
                answers.put(error)
            finally:
                self._seats.release()

        Thread(target=run, name="rephrasing", daemon=True).start()
        try:
            answer = answers.get(timeout=max(seconds, 0.001))
        except Empty:
            raise TimeoutError from None
        if isinstance(answer, BaseException):
            raise answer
        return answer


class Rest:
    """After a few failures in a row nobody waits for the model for a while."""

    def __init__(self, clock: Callable[[], float], *, after: int = 3, seconds: float = 60) -> None:
        self._clock, self._after, self._seconds = clock, after, seconds
        self._failed, self._until = 0, 0.0

    @property
    def resting(self) -> bool:
        return self._clock() < self._until

    def failed(self) -> None:
        self._failed += 1
        if self._failed >= self._after:
            self._failed, self._until = 0, self._clock() + self._seconds

    def answered(self) -> None:
        self._failed = 0

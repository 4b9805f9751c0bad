"""The way to the database from asynchronous code: one writer on SQLite, several on PostgreSQL."""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Engine

from record.database import reading

T = TypeVar("T")
Job = Callable[[Connection], T]

BATCH = 64  # jobs that share one commit at most; a commit is what a disk is slow at


class TooLate(Exception):
    """The database was not free in time, and the job was called off."""


class NotOpen(Exception):
    """The database has not been there since this process began: nothing can be read or written yet."""


class _Turn(Generic[T]):
    """A job that can be called off until it has begun; afterwards its outcome counts."""

    def __init__(self, job: Job[T]) -> None:
        self._job, self._begun = job, threading.Lock()

    def __call__(self, connection: Connection) -> T:
        if not self._begun.acquire(blocking=False):
            raise TooLate
        return self._job(connection)

    def call_off(self) -> bool:
        """Whether it had not begun, and now never will."""
        return self._begun.acquire(blocking=False)


class Store:
    """Runs jobs in transactions. A job's result is handed back only after its commit."""

    def __init__(self, engine: Engine, *, readers: int = 4, writers: int = 8, is_open: bool = True) -> None:
        self.engine = engine
        self.opened = asyncio.Event()
        if is_open:
            self.open()
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="kith-read")
        sqlite = engine.dialect.name == "sqlite"
        self._writer: _OneWriter | _Writers = _OneWriter(engine) if sqlite else _Writers(engine, writers)

    @property
    def is_open(self) -> bool:
        """Whether the tables are there; until then every job raises NotOpen."""
        return self.opened.is_set()

    def open(self) -> None:
        """The tables are up to date: jobs may begin."""
        self.opened.set()

    @property
    def one_writer(self) -> bool:
        """Whether this process is the only one that writes."""
        return isinstance(self._writer, _OneWriter)

    async def write(self, job: Job[T]) -> T:
        """Run a job in a transaction of its own fate: committed when this returns, undone when it raises."""
        return await asyncio.wrap_future(self._submit(job))

    async def write_within(self, job: Job[T], seconds: float) -> T:
        """The same, if its turn comes in time. Raises TooLate when not: then it never runs at all."""
        turn = _Turn(job)
        future = asyncio.wrap_future(self._submit(turn))
        try:
            return await asyncio.wait_for(asyncio.shield(future), seconds)
        except TimeoutError:
            if turn.call_off():
                future.cancel()
                raise TooLate from None
            return await future  # its transaction has begun, and will end one way or the other

    def write_and_wait(self, job: Job[T]) -> T:
        """The same for code that runs in a thread of its own."""
        return self._submit(job).result()

    def _submit(self, job: Job[T]) -> "Future[T]":
        if not self.is_open:
            raise NotOpen
        return self._writer.submit(job)

    async def read(self, job: Job[T]) -> T:
        """Run a job that only reads; it never waits for a writer."""
        return await asyncio.get_running_loop().run_in_executor(self._readers, self._read, job)

    def _read(self, job: Job[T]) -> T:
        if not self.is_open:
            raise NotOpen
        with reading(self.engine) as connection:
            return job(connection)

    def close(self) -> None:
        """Finish what was handed in, then stop."""
        self._writer.close()
        self._readers.shutdown()


class _Writers:
    """PostgreSQL: each job its own transaction, several at once."""

    def __init__(self, engine: Engine, count: int) -> None:
        self._engine = engine
        self._pool = ThreadPoolExecutor(count, thread_name_prefix="kith-write")

    def submit(self, job: Job[T]) -> "Future[T]":
        return self._pool.submit(self._run, job)

    def _run(self, job: Job[T]) -> T:
        with self._engine.begin() as connection:
            return job(connection)

    def close(self) -> None:
        self._pool.shutdown()


class _OneWriter:
    """SQLite: one thread writes; jobs that wait together share one commit, each in its own savepoint.

    A burst of webhooks costs one flush to disk and not one each, and no job can undo another.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._waiting: queue.SimpleQueue[tuple[Job[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="kith-writer", daemon=True)
        self._thread.start()

    def submit(self, job: Job[T]) -> "Future[T]":
        if self._closed:
            raise RuntimeError("the store is closed")
        future: Future[T] = Future()
        self._waiting.put((job, future))
        return future

    def close(self) -> None:
        self._closed = True
        self._waiting.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, last = self._gather(first)
            self._commit([each for each in batch if each[1].set_running_or_notify_cancel()])
            if last:
                return

    def _gather(self, first: tuple[Job[Any], Future[Any]]) -> tuple[list[tuple[Job[Any], Future[Any]]], bool]:
        """The jobs that are waiting right now, and whether the store was closed behind them."""
        batch = [first]
        while len(batch) < BATCH:
            try:
                following = self._waiting.get_nowait()
            except queue.Empty:
                break
            if following is None:
                return batch, True
            batch.append(following)
        return batch, False

    def _commit(self, batch: list[tuple[Job[Any], Future[Any]]]) -> None:
        if len(batch) == 1:
            self._commit_one(*batch[0])
        else:
            self._commit_together(batch)

    def _commit_one(self, job: Job[Any], future: Future[Any]) -> None:
        """The usual case needs no savepoint: the transaction is its own."""
        try:
            with self._engine.begin() as connection:
                result = job(connection)
        except BaseException as error:  # whoever waits must hear of it, whatever it is
            future.set_exception(error)
        else:
            future.set_result(result)

    def _commit_together(self, batch: list[tuple[Job[Any], Future[Any]]]) -> None:
        done: list[tuple[Future[Any], Any]] = []
        try:
            with self._engine.begin() as connection:
                for job, future in batch:
                    self._attempt(connection, job, future, done)
        except BaseException as error:  # whoever waits must hear of it, whatever it is
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            return
        for future, result in done:
            future.set_result(result)

    def _attempt(
        self, connection: Connection, job: Job[Any], future: Future[Any], done: list[tuple[Future[Any], Any]]
    ) -> None:
        connection.exec_driver_sql("SAVEPOINT job")  # at half of what `begin_nested` takes
        try:
            result = job(connection)
        except Exception as error:
            connection.exec_driver_sql("ROLLBACK TO job")
            future.set_exception(error)
        else:
            done.append((future, result))
        connection.exec_driver_sql("RELEASE job")

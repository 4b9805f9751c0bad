"""What breaks beside a process that dies: a database held fast, a process that hangs, a clock that moves."""

import signal
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.engine import make_url

from kith.stack import Stack
from tests.faults.points import signal_to

FAKETIME = tuple(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))


@contextmanager
def locked(stack: Stack) -> Iterator[None]:
    """Another process holds SQLite's one write lock."""
    path = str(make_url(stack.settings.database_url).database)
    other = sqlite3.connect(path, isolation_level=None, timeout=30)
    other.execute("BEGIN IMMEDIATE")
    try:
        yield
    finally:
        other.rollback()
        other.close()


@contextmanager
def hung(stack: Stack, victim: str) -> Iterator[None]:
    """A process that neither works nor dies."""
    signal_to(stack, victim, signal.SIGSTOP)
    try:
        yield
    finally:
        signal_to(stack, victim, signal.SIGCONT)


class Clock:
    """The time every process of a stack sees, where libfaketime is loaded into them."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "clock"
        self.move("+0")

    def environment(self) -> dict[str, str]:
        return {
            "LD_PRELOAD": str(FAKETIME[0]),
            "FAKETIME_TIMESTAMP_FILE": str(self.file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def move(self, by: str) -> None:
        """As libfaketime reads it: "+2h", "-30m"."""
        draft = self.file.with_suffix(".new")
        draft.write_text(f"{by}\n")
        draft.replace(self.file)
        time.sleep(0.5)

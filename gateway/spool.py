"""Messages on this machine's own disk while the database cannot be written: accepted is kept, in order.

One file, made as large as `reserve` at the start, so that a disk which fills up later still has room for
them. A record is its length, its CRC-32 and its bytes; a length of zero is the end. The file is wiped when
all of it is in the database: until then a crash only means that a message is offered twice, and claimed once.
"""

import asyncio
import fcntl
import json
import os
import struct
import zlib
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import structlog

from gateway.bells import Bell

log = structlog.get_logger()

HEADER = struct.Struct("<II")  # bytes of the record, their CRC-32
RESERVE = 16 * 1024 * 1024
FILE, LOCK, UNREADABLE = "messages", "lock", "refused.jsonl"


class SpoolError(OSError):
    """The folder cannot be used; the message says which and how to mend it."""


@dataclass(frozen=True)
class Place:
    """Where one message stands in the file, and its unique id."""

    offset: int
    length: int
    key: str


class Spool:
    """One gateway's spool; a second process on the same folder is refused."""

    def __init__(self, folder: Path, *, reserve: int = RESERVE) -> None:
        self.folder, self._reserve = folder, reserve
        self.bell = Bell()
        self._pending: list[tuple[dict[str, Any], asyncio.Future[None]]] = []
        self._flushing: asyncio.Task[None] | None = None
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._file = os.open(folder / FILE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self._make_room()
        except BlockingIOError:
            raise SpoolError(f"another gateway uses the spool folder {folder}: set KITH_SPOOL_DIR") from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise SpoolError(
                f"the spool folder {folder} cannot be written ({why}): "
                "messages are kept there while the database is down; "
                f"free {reserve >> 20} MB there or set KITH_SPOOL_DIR"
            ) from None
        self._places: deque[Place] = deque()
        self._end = 0
        for place, _ in self._records():
            self._places.append(place)
            self._end = place.offset + HEADER.size + place.length
        self.bell.ring()
        self._keys = {place.key for place in self._places}

    def __len__(self) -> int:
        return len(self._keys)

    def holds(self, key: str) -> bool:
        """Whether a message is here, by its unique id."""
        return key in self._keys

    async def append(self, entry: dict[str, Any]) -> bool:
        """Keep one message; it is on the disk when this returns. False: it was here already.

        `entry` is JSON with `key` and `address`. Raises OSError when the disk has no room left for it.
        """
        if entry["key"] in self._keys:
            return False
        self._keys.add(entry["key"])
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._pending.append((entry, done))
        if self._flushing is None or self._flushing.done():
            self._flushing = asyncio.create_task(self._flush())
        await asyncio.shield(done)
        self.bell.ring()
        return True

    def first(self, count: int) -> list[dict[str, Any]]:
        """The oldest messages, in the order they came."""
        return [self._read(place) for place in islice(self._places, count)]

    def all(self) -> Iterator[dict[str, Any]]:
        """Everything that lay here when the gateway began."""
        return (entry for _, entry in self._records())

    def drop(self, count: int) -> None:
        """The oldest so many are in the database: forget them, and wipe the file when none is left."""
        for _ in range(count):
            place = self._places.popleft()
            self._keys.discard(place.key)
        if not self._keys:
            self._wipe()

    def refuse(self, entry: dict[str, Any]) -> None:
        """Put aside a message the database will never take, for a person to look at."""
        target = os.open(self.folder / UNREADABLE, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(target, "a") as file:
            file.write(json.dumps(entry) + "\n")
            file.flush()
            os.fsync(file.fileno())

    def close(self) -> None:
        """Give the folder free."""
        os.close(self._file)
        os.close(self._lock)

    async def _flush(self) -> None:
        """What waits together shares one flush to disk."""
        while self._pending:
            batch, self._pending = self._pending, []
            try:
                places = await asyncio.to_thread(self._write, [entry for entry, _ in batch])
            except OSError as error:
                for entry, done in batch:
                    self._keys.discard(entry["key"])
                    if not done.cancelled():
                        done.set_exception(error)
                        done.exception()  # who asked may have gone: nobody need hear of it twice
                continue
            for place, (_, done) in zip(places, batch, strict=True):
                self._places.append(place)
                if not done.cancelled():
                    done.set_result(None)

    def _write(self, entries: Sequence[dict[str, Any]]) -> list[Place]:
        places, records, at = [], [], self._end
        for entry in entries:
            data = json.dumps(entry).encode()
            records.append(HEADER.pack(len(data), zlib.crc32(data)) + data)
            places.append(Place(at, len(data), entry["key"]))
            at += len(records[-1])
        whole = memoryview(b"".join(records) + HEADER.pack(0, 0))
        written = 0
        while written < len(whole):
            written += os.pwrite(self._file, whole[written:], self._end + written)
        os.fsync(self._file)
        self._end = at
        return places

    def _records(self) -> Iterator[tuple[Place, dict[str, Any]]]:
        """Every whole record; a torn one at the end was never promised to anyone."""
        at = 0
        while header := os.pread(self._file, HEADER.size, at):
            if len(header) < HEADER.size:
                return
            length, check = HEADER.unpack(header)
            data = os.pread(self._file, length, at + HEADER.size)
            if not length or len(data) < length or zlib.crc32(data) != check:
                if length:
                    log.warning("spool_ends_torn", count=len(data))
                return
            entry = json.loads(data)
            yield Place(at, length, entry["key"]), entry
            at += HEADER.size + length

    def _read(self, place: Place) -> dict[str, Any]:
        entry: dict[str, Any] = json.loads(os.pread(self._file, place.length, place.offset + HEADER.size))
        return entry

    def _wipe(self) -> None:
        """Zeros over everything that was said: no words stay behind, and the room stays reserved."""
        blank = bytes(1 << 16)
        for at in range(0, self._end, len(blank)):
            os.pwrite(self._file, blank[: min(len(blank), self._end - at)], at)
        if os.fstat(self._file).st_size > self._reserve:
            os.ftruncate(self._file, self._reserve)
        os.fsync(self._file)
        self._end = 0

    def _make_room(self) -> None:
        os.posix_fallocate(self._file, 0, self._reserve)
        os.fsync(self._file)

"""A second pair of ears for a rush: the screen in a process of its own, on a core the door does not need.

In the gateway itself the model and the door would take the interpreter from each other. It comes when it is
called and nobody waits for it: where it is not there, hangs or dies, the gateway listens itself.
"""

import asyncio
import contextlib
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

from gateway.listener import READY
from listening.redflags.types import RedFlag, Screening

log = structlog.get_logger()

ROOT = Path(__file__).resolve().parent.parent
STARTS = 60.0  # seconds it may take to be ready, on a busy machine
PATIENCE = 10.0  # and over one message
PAUSE = 30.0  # before it is called again after it failed
LONGEST = 1 << 20  # bytes of one answer
SECRETS = "KITH_"  # settings, tokens and addresses among them: it needs none


class Beside:
    """One such process at most; one message at a time."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._coming: asyncio.Task[None] | None = None
        self._one = asyncio.Lock()
        self._not_before = 0.0

    @property
    def is_there(self) -> bool:
        return self._process is not None and self._process.returncode is None

    def call(self) -> None:
        """Have it come, unless it is there, on its way, or failed a moment ago."""
        if not (self.is_there or self._coming) and time.monotonic() >= self._not_before:
            self._coming = asyncio.create_task(self._come())
            self._coming.add_done_callback(self._came)

    async def screen(self, text: str) -> Screening | None:
        """What it hears; None where the gateway has to listen itself."""
        async with self._one:
            if self._process is None:
                return None
            try:
                return await _ask(self._process, text)
            except (OSError, EOFError, ValueError, TypeError, TimeoutError) as error:
                await self._failed(error)
                return None
            except BaseException:  # given up half way: the next answer would be to this question
                await self.end()
                raise

    async def end(self) -> None:
        """Nothing is lost: what it was asked is asked here."""
        if self._coming is not None:
            self._coming.cancel()
            await asyncio.gather(self._coming, return_exceptions=True)
        process, self._process = self._process, None
        if process is not None:
            await _kill(process)

    async def _come(self) -> None:
        process = await asyncio.create_subprocess_exec(
            *self._command,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            cwd=ROOT,
            env={name: value for name, value in os.environ.items() if not name.startswith(SECRETS)},
            limit=LONGEST,
        )
        try:
            async with asyncio.timeout(STARTS):
                if await _line(process) != READY:
                    raise ValueError("it is not ready")
        except BaseException:
            await _kill(process)
            raise
        self._process = process

    def _came(self, coming: asyncio.Task[None]) -> None:
        self._coming = None
        if not coming.cancelled() and (error := coming.exception()):
            self._rest(error)

    async def _failed(self, error: Exception) -> None:
        self._rest(error)
        await self.end()

    def _rest(self, error: BaseException) -> None:
        log.warning("listener_failed", error=type(error).__name__)
        self._not_before = time.monotonic() + PAUSE


async def _ask(process: asyncio.subprocess.Process, text: str) -> Screening | None:
    assert process.stdin is not None  # noqa: S101 - it was started with one
    async with asyncio.timeout(PATIENCE):
        process.stdin.write(json.dumps(text).encode() + b"\n")
        await process.stdin.drain()
        heard = json.loads(await _line(process))
    if heard is None:
        return None
    return Screening(heard["level"], tuple(RedFlag(**each) for each in heard["flags"]), heard["fear"])


async def _line(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdout is not None  # noqa: S101 - it was started with one
    line = await process.stdout.readline()
    if not line.endswith(b"\n"):
        raise EOFError("it has ended")
    return line


async def _kill(process: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await process.wait()

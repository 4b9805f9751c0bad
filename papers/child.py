"""Reading in a process of its own: whatever the file does there, it ends in time and hurts no one."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path

from papers.kinds import kind_of
from papers.limits import most
from papers.types import Outcome, Reading

ROOT = Path(__file__).resolve().parent.parent
GRACE = 5.0  # seconds beyond its own limit, for starting up
# No secret of this process goes along, and tesseract keeps to one core.
ENVIRONMENT = {"OMP_THREAD_LIMIT": "1", "PYTHONDONTWRITEBYTECODE": "1", "LANG": "C.UTF-8"}


async def read(data: bytes, *, seconds: float | None = None) -> Outcome:
    """What `papers.reading.read` gives; a process that fails or takes too long gives "too-slow"."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "papers",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,  # a decoder's complaint may quote the file
        cwd=ROOT,
        env={**ENVIRONMENT, "PATH": os.environ.get("PATH", os.defpath)},
        start_new_session=True,  # so that it can be ended with everything it started
    )
    try:
        async with asyncio.timeout(most("seconds") + GRACE if seconds is None else seconds):
            answer, _ = await process.communicate(data)
    except TimeoutError:
        return _failed(data)
    finally:
        await _end(process)
    return _understood(data, answer) if process.returncode == 0 else _failed(data)


async def _end(process: asyncio.subprocess.Process) -> None:
    """With the tesseract it may be waiting for; one that has ended by itself has waited for its own."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def _understood(data: bytes, answer: bytes) -> Outcome:
    line, _, content = answer.partition(b"\n")
    try:
        return Outcome(Reading.from_json(json.loads(line)), content or None)
    except (ValueError, TypeError):
        return _failed(data)


def _failed(data: bytes) -> Outcome:
    return Outcome(Reading(kind_of(data), problem="too-slow"))

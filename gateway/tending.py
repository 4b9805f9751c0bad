"""Keeps a task running for as long as the gateway does."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger()

PAUSE = 1.0


async def tend(name: str, run: Callable[[], Awaitable[None]]) -> None:
    """Run it; should it ever end or fail, say so and begin again: a silent worker loses every message."""
    while True:
        try:
            await run()
            log.error("task_ended", reason=name)
        except asyncio.CancelledError:
            raise
        except Exception as error:
            log.error("task_failed", reason=name, error=type(error).__name__)
        await asyncio.sleep(PAUSE)

"""`python -m gateway.listener <model folder>`: the safety screen in a process of its own.

A line of JSON in, the text; a line of JSON out, what was heard in it, or null where it could not be read.
It gives way to every other process, and ends when whoever started it closes its input or dies.
"""

import json
import os
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import structlog

from gateway import hearing
from kith import logs
from listening import redflags

READY = b'"ready"\n'
NICE = 10  # to the others on the same cores, who answer people now

log = structlog.get_logger()


def main() -> int:
    """Until the input ends; status 1 where there is no model: the gateway hears as much without."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the gateway decides
    os.nice(NICE)
    logs.configure()
    meaning = hearing.model(Path(sys.argv[1]))
    if meaning is None:
        return 1
    redflags.warm()
    screen = hearing.screen_with(meaning)
    _say(READY)
    for line in sys.stdin.buffer:
        _say(json.dumps(_heard(screen, json.loads(line))).encode() + b"\n")
    return 0


def _heard(screen: Any, text: str) -> dict[str, Any] | None:
    try:
        return asdict(screen(text))
    except Exception as error:  # the gateway tries it too, and tells a person
        log.error("screen_failed", error=type(error).__name__)
        return None


def _say(line: bytes) -> None:
    sys.stdout.buffer.write(line)
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())

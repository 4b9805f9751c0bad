"""The yardstick: what `rasa init` makes, its own pipeline and stores, spoken to over its REST channel."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import cycle
from pathlib import Path

import httpx

from bench.measure import Figures, growth, percentiles, resident_mib, timed, wait_for
from kith.processes import DIALOGUE_PYTHON, QUIET_ENVIRONMENT
from kith.stack import free_ports

SAYS = ("hello", "I am sad", "yes", "are you a bot?", "great", "bye")


@contextmanager
def starter() -> Iterator[tuple[str, int, float]]:
    """Train and start it: its address, process id and seconds from start to ready."""
    folder = Path(tempfile.mkdtemp(prefix="kith-starter-"))
    try:
        _quietly(
            [str(DIALOGUE_PYTHON), "-m", "rasa", "init", "--no-prompt", "--init-dir", str(folder)], folder
        )
        port = free_ports(1)[0]
        began = time.monotonic()
        command = [str(DIALOGUE_PYTHON), "-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port)]
        with (folder / "log").open("w") as log:
            running = subprocess.Popen(command, cwd=folder, env=_environment(), stdout=log, stderr=log)
        try:
            wait_for(f"http://127.0.0.1:{port}/webhooks/rest/")
            yield f"http://127.0.0.1:{port}/webhooks/rest/webhook", running.pid, time.monotonic() - began
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(30)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _environment() -> dict[str, str]:
    return {**os.environ, **QUIET_ENVIRONMENT}


def _quietly(command: list[str], folder: Path) -> None:
    done = subprocess.run(
        command, cwd=folder, env=_environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"the starter could not be made: {done.stderr[-800:]}")


def measure(messages: int, long: int, threads: int) -> Figures:
    """The starter's figures: many short conversations, one long one, and several at once."""
    with starter() as (address, pid, ready), httpx.Client(timeout=60) as client:
        words = cycle(SAYS)

        def say(sender: str) -> None:
            client.post(address, json={"sender": sender, "message": next(words)}).raise_for_status()

        say("warm")
        singles = [timed(partial(say, f"p{each // 3}")) for each in range(messages)]
        with ThreadPoolExecutor(threads) as pool:
            began = time.perf_counter()
            list(pool.map(lambda each: say(f"c{each % (threads * 4)}"), range(messages)))
            rate = messages / (time.perf_counter() - began)
        lasting = [timed(partial(say, "long")) for _ in range(long)]
        p50, p95 = percentiles(singles)
        return Figures(ready, p50, p95, rate, growth(lasting, late=long - 10), resident_mib([pid]))

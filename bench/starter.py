"""The yardstick: what `rasa init` makes, its own pipeline and stores, spoken to over its REST channel."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path

import httpx

from bench.measure import Assistant, wait_for
from kith.processes import DIALOGUE_PYTHON, QUIET_ENVIRONMENT
from kith.stack import free_ports

SAYS = ("hello", "I am sad", "yes", "are you a bot?", "great", "bye")


@contextmanager
def running() -> Iterator[Assistant]:
    """Train it (not measured) and start it."""
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
            ready = time.monotonic() - began
            with httpx.Client(timeout=60) as client:
                address = f"http://127.0.0.1:{port}/webhooks/rest/webhook"
                yield Assistant(_speaker(client, address), ready, lambda: [running.pid])
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


def _speaker(client: httpx.Client, address: str) -> Callable[[str], float]:
    words = cycle(SAYS)

    def say(sender: str) -> float:
        """Seconds from the request's first byte until the whole answer is here."""
        began = time.perf_counter()
        client.post(address, json={"sender": sender, "message": next(words)}).raise_for_status()
        return time.perf_counter() - began

    return say

"""A whole Kith of its own: free ports, a throw-away folder, stopped and removed at the end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from kith.processes import child_environment, processes, supervisor_command
from kith.settings import Settings
from record.database import connect, migrate


class StackError(Exception):
    """Something did not come up; the message holds the end of its log."""


def free_ports(count: int) -> list[int]:
    """Ports nobody listens on just now."""
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [int(each.getsockname()[1]) for each in sockets]
    for each in sockets:
        each.close()
    return ports


def throwaway_settings(folder: Path, extra: Mapping[str, str] | None = None) -> Settings:
    """Settings for a stack that shares nothing with the one a clinic runs."""
    gateway, rasa, actions, standin = free_ports(4)
    return Settings.from_env(
        {
            "KITH_VAR_DIR": str(folder),
            "KITH_PORT": str(gateway),
            "KITH_RASA_PORT": str(rasa),
            "KITH_ACTIONS_PORT": str(actions),
            "KITH_STANDIN_PORT": str(standin),
            **(extra or {}),
        }
    )


class Stack:
    """Running processes under one supervisor."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.started_at = time.monotonic()
        self.ready_after = 0.0  # seconds, once ready
        self.supervisor = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        engine = connect(self.settings.database_url)
        migrate(engine)
        engine.dispose()
        return subprocess.Popen(supervisor_command(self.settings), env=child_environment(self.settings))

    def wait_until_ready(self, seconds: float = 240) -> float:
        """Seconds from start until every part answers; StackError with the logs otherwise."""
        deadline = self.started_at + seconds
        while time.monotonic() < deadline:
            if self.supervisor.poll() is not None:
                break
            if self.answers():
                self.ready_after = time.monotonic() - self.started_at
                return self.ready_after
            time.sleep(0.1)
        raise StackError(f"not ready after {seconds:.0f} s\n{self.logs()}")

    def answers(self) -> bool:
        """Whether every part is up just now."""
        try:
            ready = httpx.get(f"{self.settings.gateway_url}/health/ready", timeout=5).status_code == 200
            if ready and not self.settings.real_twilio:
                httpx.get(f"{self.settings.standin_url}/phone", timeout=5)
        except httpx.TransportError:
            return False
        return ready

    def logs(self, lines: int = 15) -> str:
        """The end of every log, for a person who must find out why."""
        folder = self.settings.var_dir / "log"
        paths = [
            folder / f"{name}.log" for name in ("supervisor", *(p.name for p in processes(self.settings)))
        ]
        return "\n".join(
            f"== {path.name}\n" + "\n".join(path.read_text(errors="replace").splitlines()[-lines:])
            for path in paths
            if path.exists()
        )

    def pids(self) -> list[int]:
        """The supervisor and all it started."""
        listed = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.supervisor.pid)],
            capture_output=True,
            text=True,
            check=False,
        )
        return [self.supervisor.pid, *(int(line) for line in listed.stdout.split())]

    def stop(self) -> None:
        """Ask everything to end, and wait for it."""
        if self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGTERM)
            try:
                self.supervisor.wait(30)
            except subprocess.TimeoutExpired:
                self.supervisor.kill()
                self.supervisor.wait()


@contextmanager
def throwaway_stack(extra: Mapping[str, str] | None = None) -> Iterator[Stack]:
    """A ready stack with an empty database; everything is gone afterwards (KEEP_STACK=1 keeps the folder)."""
    folder = Path(tempfile.mkdtemp(prefix="kith-"))
    stack = Stack(throwaway_settings(folder, extra))
    try:
        stack.wait_until_ready()
        yield stack
    finally:
        stack.stop()
        if not os.environ.get("KEEP_STACK"):
            shutil.rmtree(folder, ignore_errors=True)

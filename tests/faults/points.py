"""Named moments in the life of one text, and what is killed then."""

import os
import signal
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy.engine import make_url

from kith.stack import Stack

COMMANDS = {"gateway": "-m gateway", "rasa": "-m bot", "actions": "-m actions"}
WORDS = {
    "lab": "my potassium came back 5.4",
    "story": "the bus stopped running out here and i missed my visit",
    "emergency": "crushing chest pain and i can't breathe",
}
# What the record or Rasa's store shows once the moment has come; None: before anything is sent.
MOMENTS: Mapping[str, tuple[str, str] | None] = {
    "idle": None,
    "stored": ("record", "SELECT 1 FROM inbox WHERE provider_message_id = :sid"),
    "kept-by-rasa": (
        "dialogue",
        "SELECT 1 FROM dialogue_reply WHERE message_id = :inbox_id",
    ),
    "answered": (
        "record",
        "SELECT 1 FROM message WHERE effect_key LIKE :inbox_id || ':%' AND direction = 'out'",
    ),
    "sending": (
        "record",
        "SELECT 1 FROM outbox o JOIN message m ON m.id = o.message_id "
        "WHERE m.effect_key LIKE :inbox_id || ':%' AND m.direction = 'out' AND o.state != 'queued'",
    ),
    "handed-over": (
        "record",
        "SELECT 1 FROM outbox o JOIN message m ON m.id = o.message_id "
        "WHERE m.effect_key LIKE :inbox_id || ':%' AND o.provider_message_id IS NOT NULL",
    ),
    "delivered": (
        "record",
        "SELECT 1 FROM outbox o JOIN message m ON m.id = o.message_id "
        "WHERE m.effect_key LIKE :inbox_id || ':%' AND o.state = 'delivered'",
    ),
}


@dataclass(frozen=True)
class Point:
    """Which processes die, when, while what kind of text is on its way."""

    victims: tuple[str, ...]
    moment: str
    kind: str

    def __str__(self) -> str:
        return f"{'+'.join(self.victims)}-at-{self.moment}-of-{self.kind}"


ONE_BY_ONE = [Point((victim,), moment, "lab") for victim in COMMANDS for moment in MOMENTS]
TOGETHER = [
    Point(victims, moment, "story")
    for victims in (("gateway", "rasa"), ("rasa", "actions"), ("gateway", "rasa", "actions"))
    for moment in ("stored", "kept-by-rasa", "answered")
]
IN_DANGER = [Point((victim,), "stored", "emergency") for victim in COMMANDS]
EVERY = [*ONE_BY_ONE, *TOGETHER, *IN_DANGER]
"""Thirty-three."""

FEW = [
    Point(("gateway",), "sending", "lab"),
    Point(("actions",), "stored", "lab"),
    Point(("rasa",), "stored", "emergency"),
]
"""Those of the short run: each process, and each hand-over of what must not be lost or done twice."""


class Watch:
    """Sees a moment come, by looking at both databases as often as it can."""

    def __init__(self, stack: Stack) -> None:
        self.record = _reader(stack.settings.database_url)
        self.dialogue = _reader(stack.settings.tracker_url)

    def wait(self, moment: str, sid: str, seconds: float = 60) -> bool:
        """Whether it came; False where it never does (an emergency has no turn in Rasa to be kept)."""
        looked_for = MOMENTS[moment]
        deadline = time.monotonic() + seconds
        while looked_for is not None and time.monotonic() < deadline:
            inbox_id = self._inbox_id(sid)
            where = self.record if looked_for[0] == "record" else self.dialogue
            given = {"sid": sid, "inbox_id": inbox_id}
            if inbox_id and where.execute(looked_for[1], given).fetchone():
                return True
            time.sleep(0.0005)
        return looked_for is None

    def _inbox_id(self, sid: str) -> str | None:
        row = self.record.execute("SELECT id FROM inbox WHERE provider_message_id = ?", (sid,)).fetchone()
        return row and str(row[0])


def _reader(url: str) -> sqlite3.Connection:
    return sqlite3.connect(
        f"file:{make_url(url).database}?mode=ro", uri=True, timeout=10, isolation_level=None
    )


def kill(stack: Stack, victim: str) -> None:
    """SIGKILL to one of the stack's own processes. It may be dead already: then there is nothing to kill."""
    signal_to(stack, victim, signal.SIGKILL)


def signal_to(stack: Stack, victim: str, which: signal.Signals) -> None:
    """A signal to one of the stack's own processes, if it runs just now."""
    for pid in stack.pids():
        shown = subprocess.run(
            ["ps", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False
        )
        if COMMANDS[victim] in shown.stdout and "supervisord" not in shown.stdout:
            os.kill(pid, which)
            return

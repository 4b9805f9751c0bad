"""Kith as it is measured: a signed text in at the gateway, until its reply stands in the outbox."""

import sqlite3
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle

import httpx
from sqlalchemy.engine import make_url
from twilio.request_validator import RequestValidator

from bench.measure import Assistant
from kith.settings import Settings
from kith.stack import throwaway_stack

SAYS = (
    "hello", "my potassium came back 5.4, is that bad?", "the bus stopped running out here",
    "who can see this?", "what is hemoglobin?", "thanks",
)  # fmt: skip
PATIENCE = 60.0
LOOK = 0.0005  # seconds between two looks at the database's version, which cost next to nothing


@contextmanager
def running() -> Iterator[Assistant]:
    """A whole Kith, its database on disk, its phones real rows, its webhooks signed as Twilio signs."""
    with throwaway_stack() as stack:
        words = cycle(SAYS)
        phones: dict[str, Phone] = {}

        def say(sender: str) -> float:
            if sender not in phones:
                phones[sender] = Phone(stack.settings, f"+1202{len(phones) + 1:07d}")
            return phones[sender].say(next(words))

        yield Assistant(say, stack.ready_after, stack.pids)


class Phone:
    """One patient's phone, as Twilio would speak for it."""

    def __init__(self, settings: Settings, number: str) -> None:
        self.number = number
        self.url = f"{settings.public_url}/twilio/inbound"
        self.validator = RequestValidator(settings.twilio_auth_token.value)
        self.client = httpx.Client(timeout=PATIENCE)
        self.path = make_url(settings.database_url).database or ""
        self._enrol(settings)

    def _enrol(self, settings: Settings) -> None:
        """A patient who has consented, so that the welcome is not what is measured."""
        person = {
            "consent": True,
            "identityVerified": True,
            "contact": {"system": "sms", "value": self.number},
        }
        headers = {"Authorization": f"Bearer {settings.admin_token.value}"}
        answer = self.client.post(f"{settings.gateway_url}/admin/patients", json=person, headers=headers)
        self.conversation = str(answer.raise_for_status().json()["conversation_id"])

    def say(self, text: str) -> float:
        """Seconds from the webhook's first byte until a reader of the database finds the reply queued."""
        form = {
            "MessageSid": f"SM{uuid.uuid4().hex}",
            "From": self.number,
            "To": "+15005550006",
            "Body": text,
        }
        form["AccountSid"] = f"AC{'0' * 32}"
        signed = {"X-Twilio-Signature": self.validator.compute_signature(self.url, form)}
        database = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        try:
            before = self._queued(database)
            began = time.perf_counter()
            self.client.post(self.url, data=form, headers=signed).raise_for_status()
            self._wait(database, before, began + PATIENCE)
            return time.perf_counter() - began
        finally:
            database.close()

    def _wait(self, database: sqlite3.Connection, before: int, deadline: float) -> None:
        seen = -1
        while time.perf_counter() < deadline:
            version = database.execute("PRAGMA data_version").fetchone()[0]
            if version != seen and self._queued(database) > before:
                return
            seen = version
            time.sleep(LOOK)
        raise TimeoutError(f"no reply within {PATIENCE:.0f} s")

    def _queued(self, database: sqlite3.Connection) -> int:
        query = "SELECT count(*) FROM outbox WHERE conversation_id = ?"
        found: Sequence[int] = database.execute(query, (self.conversation,)).fetchone()
        return found[0]

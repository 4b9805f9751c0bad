"""A gateway with an on-call list, a mail server of its own, and phones that can be looked at."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from gateway.paging.desk import Pace, RotaFile
from gateway.paging.mail import MailConfig
from tests.gateway.conftest import Kit, start
from tests.gateway.conftest import (
    cluster as cluster,
)
from tests.gateway.conftest import (
    database_url as database_url,
)
from tests.gateway.conftest import (
    empty_database as empty_database,
)
from tests.gateway.conftest import (
    engine as engine,
)
from tests.gateway.conftest import (
    pattern as pattern,
)
from tests.gateway.conftest import (
    postgres_url as postgres_url,
)
from tests.gateway.conftest import (
    sqlite_url as sqlite_url,
)
from tests.support.server import free_port

ANA, BEN, CAT = "+12025550181", "+12025550182", "+12025550183"
LIST = f"""
[timing]
escalate_minutes = 60
repeat_minutes = 60

[[person]]
key = "ana"
name = "Ana Ruiz"
role = "nurse"
sms = "{ANA}"

[[person]]
key = "ben"
name = "Ben Ode"
role = "physician"
sms = "{BEN}"
"""
QUICK_PACE = Pace(poll=0.05, lease=20.0, retry_first=0.1, retry_longest=0.3, look_after=0.1, hold_poll=0.05)


@dataclass
class Mailbox:
    """An SMTP server that keeps what it takes, and refuses what it is told to."""

    port: int
    taken: list[Message] = field(default_factory=list)
    refuse: list[str] = field(default_factory=list)  # the next answers to RCPT, "550 no such user"
    drop: int = 0  # so many times the line is cut after the mail was taken
    slow: float = 0.0  # seconds between taking a mail and saying so
    signed_in: list[bool] = field(default_factory=list)

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.refuse:
            return self.refuse.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.taken.append(message_from_bytes(bytes(envelope.content or b"")))
        self.signed_in.append(bool(session.authenticated))
        if self.slow:
            await asyncio.sleep(self.slow)
        if self.drop:
            self.drop -= 1
            assert server.transport is not None
            server.transport.close()
            await asyncio.sleep(0)
        return "250 OK"

    def config(self, **change: Any) -> MailConfig:
        given = {"host": "127.0.0.1", "port": self.port, "sender": "kith@clinic.example", "tls": "off"}
        return MailConfig(**{**given, "timeout": 2.0, **change})


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with mail_server() as box:
        yield box


class mail_server:
    """A mail server on a free port, for the time of a `with`."""

    def __init__(self, **options: Any) -> None:
        self._options = options

    def __enter__(self) -> Mailbox:
        box = Mailbox(free_port())
        self._controller = Controller(box, hostname="127.0.0.1", port=box.port, **self._options)
        self._controller.start()
        return box

    def __exit__(self, *failure: object) -> None:
        self._controller.stop()


@pytest.fixture
def make_paged(sqlite_url: str, tmp_path: Path) -> Iterator[Callable[..., Kit]]:
    """Starts a gateway with this on-call list."""
    with ExitStack() as stack:

        def make(
            text: str = LIST, url: str = sqlite_url, mail: MailConfig | None = None, **change: Any
        ) -> Kit:
            path = tmp_path / "oncall.toml"
            path.write_text(text)
            paging = {"rota": RotaFile(path, "America/New_York"), "mail": mail, "pace": QUICK_PACE}
            return start(stack, url, paging=paging, **change)

        yield make


@pytest.fixture
def paged(make_paged: Callable[..., Kit]) -> Kit:
    return make_paged()


@pytest.fixture
def make_kit_without_list(sqlite_url: str) -> Iterator[Callable[..., Kit]]:
    """Starts a gateway as one that was never told of an on-call list."""
    with ExitStack() as stack:
        yield lambda **change: start(stack, sqlite_url, **change)

"""kill -9 around a page: by text exactly one comes, by email one or two that are the same, never none."""

import time
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from kith.stack import Stack, throwaway_stack
from record.database import connect
from record.tables import oncall_page, oncall_send
from tests.faults.ledger import until
from tests.faults.points import kill
from tests.paging.conftest import Mailbox, mail_server

ANA = "+13035550181"
OUT = ("sent", "delivered")  # a status that came while the gateway was down is not told again
LIST = f"""
[[person]]
key = "ana"
name = "Ana Ruiz"
sms = "{ANA}"
email = "ana@clinic.example"
escalate_minutes = 60
"""


class OnCall:
    """A running stack with one person on call, and hands to break it."""

    def __init__(self, stack: Stack, mailbox: Mailbox) -> None:
        self.stack, self.mailbox, self.patients = stack, mailbox, 0
        self.engine = connect(stack.settings.database_url, read_only=True)
        self.network = httpx.Client(base_url=stack.settings.standin_url, timeout=60)

    def danger(self) -> None:
        """A new patient is in danger."""
        self.patients += 1
        words = {"from": f"+1720555{self.patients:04d}", "body": "crushing chest pain and i can't breathe"}
        self.network.post("/phone/messages", json=words).raise_for_status()

    def fault(self, kind: str) -> None:
        answer = self.network.post("/control/faults", json={"kind": kind, "number": ANA, "seconds": 8})
        answer.raise_for_status()

    def sends(self, channel: str) -> list[str]:
        """The state of each send of the newest page."""
        newest = select(oncall_page.c.id).order_by(oncall_page.c.created_at.desc()).limit(1).scalar_subquery()
        query = select(oncall_send.c.state).where(
            oncall_send.c.page_id == newest, oncall_send.c.channel == channel
        )
        with self.engine.connect() as connection:
            return list(connection.scalars(query))

    def pages(self) -> int:
        with self.engine.connect() as connection:
            return len(connection.execute(select(oncall_page.c.id)).all())

    def texts(self) -> list[str]:
        """What Twilio has accepted for Ana's phone."""
        listed = self.network.get("/control/ledger").json()["messages"]
        return [each["body"] for each in listed if each["to"] == ANA]

    def kill_gateway(self) -> None:
        kill(self.stack, "gateway")
        assert until(self.stack.answers, 120), self.stack.logs()


@pytest.fixture(scope="module")
def oncall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnCall]:
    path: Path = tmp_path_factory.mktemp("oncall") / "oncall.toml"
    path.write_text(LIST)
    with mail_server() as box:
        extra = {
            "KITH_ONCALL_FILE": str(path),
            "KITH_SMTP_HOST": "127.0.0.1",
            "KITH_SMTP_PORT": str(box.port),
            "KITH_SMTP_TLS": "off",
            "KITH_SMTP_FROM": "kith@clinic.example",
        }
        with throwaway_stack(extra) as stack:
            yield OnCall(stack, box)


def test_killed_between_twilios_yes_and_our_commit_one_text_arrives(oncall: OnCall) -> None:
    before = len(oncall.texts())
    oncall.fault("accept-then-hang")
    oncall.danger()
    assert until(lambda: len(oncall.texts()) == before + 1, 60, 0.02), "Twilio never had it"
    assert oncall.sends("sms") == ["sending"], "our commit was faster than the kill"
    oncall.kill_gateway()
    assert until(lambda: oncall.sends("sms")[0] in OUT, 120), oncall.stack.logs()
    time.sleep(3)
    assert len(oncall.texts()) == before + 1


def test_killed_before_the_page_was_made_it_is_made_once(oncall: OnCall) -> None:
    before, pages = len(oncall.texts()), oncall.pages()
    oncall.danger()
    oncall.kill_gateway()
    assert until(lambda: oncall.pages() == pages + 1 and oncall.sends("sms")[0] in OUT, 180)
    time.sleep(3)
    assert len(oncall.texts()) == before + 1
    assert oncall.pages() == pages + 1


def test_killed_between_the_mail_servers_yes_and_our_commit_the_same_email_comes_twice(
    oncall: OnCall,
) -> None:
    oncall.mailbox.taken.clear()
    oncall.mailbox.slow = 6.0
    oncall.danger()
    assert until(lambda: bool(oncall.mailbox.taken), 60, 0.02)
    assert oncall.sends("email") == ["sending"]
    oncall.mailbox.slow = 0.0
    oncall.kill_gateway()
    assert until(lambda: oncall.sends("email") == ["sent"], 120), oncall.stack.logs()
    taken: list[Message] = oncall.mailbox.taken
    assert 1 <= len(taken) <= 2
    assert len({mail["Message-ID"] for mail in taken}) == 1

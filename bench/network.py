"""Twilio's side of a load: signed webhooks of many phones over kept-alive connections, at next to no cost.

What sends the load runs on the same cores as what is measured: so the texts are signed before the clock
starts, and sent as bytes over plain sockets (a comfortable client takes longer to ask than Kith to answer).
"""

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit

import httpx
from twilio.request_validator import RequestValidator

from kith.settings import Settings

WORDS = (
    "hello", "my potassium came back 5.4, is that bad?", "the bus stopped running out here",
    "who can see this?", "what is hemoglobin?", "thanks",
)  # fmt: skip
PATIENCE = 30.0
IDLE = 4.0  # seconds; the gateway closes a connection that rested for five


@dataclass(frozen=True)
class Sent:
    """One webhook: its id, when it left, how long the answer took (seconds), and its status; 0 is none."""

    sid: str
    left: datetime
    took: float
    status: int


@dataclass(frozen=True)
class Webhook:
    """One text, signed and ready to go."""

    sid: str
    request: bytes


class _Line:
    """One connection, used by one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.used = reader, writer, time.monotonic()

    async def ask(self, request: bytes) -> int:
        """The status of the answer, once all of it is here."""
        self.writer.write(request)
        head = await self.reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").lower().split("\r\n")
        length = next(line for line in lines if line.startswith("content-length:"))
        await self.reader.readexactly(int(length.partition(":")[2]))
        self.used = time.monotonic()
        return int(lines[0].split()[1])


class Network:
    """Speaks as Twilio for many phones."""

    def __init__(self, settings: Settings, patients: int) -> None:
        self.settings = settings
        self.url = f"{settings.public_url}/twilio/inbound"
        self.signs = RequestValidator(settings.twilio_auth_token.value)
        self.numbers = [f"+1404{each + 1:07d}" for each in range(patients)]
        # One behind the other each would be its own address: a load balancer before two gateways.
        self.gateways = [settings.gateway_url]
        self._idle: dict[str, list[_Line]] = {}

    async def enrol(self) -> None:
        """Everyone has consented, so that the welcome is not what is measured."""
        headers = {"Authorization": f"Bearer {self.settings.admin_token.value}"}
        gate = asyncio.Semaphore(4)
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False, headers=headers) as client:

            async def one(number: str) -> None:
                person = {
                    "consent": True,
                    "identityVerified": True,
                    "contact": {"system": "sms", "value": number},
                }
                async with gate:
                    address = f"{self.settings.gateway_url}/admin/patients"
                    (await client.post(address, json=person)).raise_for_status()

            await asyncio.gather(*(one(number) for number in self.numbers))

    def webhook(self, number: str, words: str) -> Webhook:
        """A text as Twilio would post it."""
        form = {
            "MessageSid": f"SM{uuid.uuid4().hex}", "AccountSid": f"AC{'0' * 31}1", "From": number,
            "To": self.settings.twilio_from, "Body": words, "NumMedia": "0", "FromCity": "",
        }  # fmt: skip
        body = urlencode(form).encode()
        address = urlsplit(self.url)
        head = (
            f"POST {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\n"
            f"X-Twilio-Signature: {self.signs.compute_signature(self.url, form)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        return Webhook(form["MessageSid"], head.encode() + body)

    async def flow(self, rate: float, seconds: float, numbers: Sequence[str]) -> list[Sent]:
        """So many a second, whether or not the answers keep up; each is timed from when it was due."""
        ready = [
            self.webhook(numbers[each % len(numbers)], WORDS[each % len(WORDS)])
            for each in range(round(rate * seconds))
        ]
        began, tasks = time.perf_counter(), []
        for place, webhook in enumerate(ready):
            due = began + place / rate
            if (early := due - time.perf_counter()) > 0:
                await asyncio.sleep(early)
            gateway = self.gateways[place % len(self.gateways)]
            tasks.append(asyncio.create_task(self._send(webhook, gateway, due)))
        return list(await asyncio.gather(*tasks))

    async def at_once(self, number: str, words: str, count: int) -> list[Sent]:
        """One phone's backlog, all of it offered now."""
        ready = [self.webhook(number, words) for _ in range(count)]
        due, gate = time.perf_counter(), asyncio.Semaphore(64)

        async def one(webhook: Webhook) -> Sent:
            async with gate:
                return await self._send(webhook, self.gateways[0], due)

        return list(await asyncio.gather(*(one(webhook) for webhook in ready)))

    async def _send(self, webhook: Webhook, gateway: str, due: float) -> Sent:
        left = datetime.now(UTC)
        try:
            async with asyncio.timeout(PATIENCE):
                status = await self._ask(webhook.request, gateway)
        except (OSError, EOFError, TimeoutError):
            status = 0
        return Sent(webhook.sid, left, time.perf_counter() - due, status)

    async def _ask(self, request: bytes, gateway: str) -> int:
        idle = self._idle.setdefault(gateway, [])
        while idle and time.monotonic() - idle[-1].used > IDLE:
            idle.pop().writer.close()
        line = idle.pop() if idle else _Line(*await self._connected(gateway))
        try:
            status = await line.ask(request)
        except BaseException:
            line.writer.close()
            raise
        idle.append(line)
        return status

    async def _connected(self, gateway: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        address = urlsplit(gateway)
        return await asyncio.open_connection(address.hostname, address.port)

    def close(self) -> None:
        """Every connection."""
        for line in (each for idle in self._idle.values() for each in idle):
            line.writer.close()
        self._idle.clear()

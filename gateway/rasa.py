"""The dialogue engine over loopback: one message out, one answer in, or a reason to try again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from json import dumps, loads
from typing import Any

import aiohttp
from pydantic import BaseModel, ConfigDict, Field, ValidationError

CAP = 1600  # a longer text blocks the dialogue for seconds; the record keeps it whole
FULL_CAP = 20_000
IDLE = 4.0  # seconds a connection is used again after; Rasa closes it after five
LOOK = aiohttp.ClientTimeout(total=3)
_NOT_WORDS = "/ \t\n\u00a0\u200b"


class Unavailable(Exception):
    """No usable answer this time; the message is kept and tried again. The reason is never anyone's words."""


class Refused(Exception):
    """The dialogue will never take this message; a person must read it."""


class Reply(BaseModel):
    """One thing to say, with what it explains and why."""

    model_config = ConfigDict(extra="ignore")

    text: str = Field(min_length=1, max_length=FULL_CAP)
    about: list[str] | None = None
    why: list[dict[str, Any]] | None = None
    card: Any = None


class Turn(BaseModel):
    """What an action decided. Proposals are read one by one later: a bad one never costs the reply."""

    model_config = ConfigDict(extra="ignore")

    replies: list[Reply]
    proposals: Any = None

    @property
    def forgets(self) -> bool:
        """Whether the person took back everything: then the dialogue's last turns must go too."""
        listed = self.proposals if isinstance(self.proposals, list) else []
        return any(
            isinstance(p, dict) and (p.get("kind"), p.get("what")) == ("retract", "all") for p in listed
        )


@dataclass(frozen=True)
class Question:
    """One message for the dialogue."""

    inbox_id: str
    conversation_id: str
    patient_id: str
    text: str
    channel: str
    author: str
    received_at: str
    screen: dict[str, Any] = field(default_factory=dict)
    papers: list[dict[str, Any]] = field(default_factory=list)  # photos and PDFs, as they were read

    def body(self) -> dict[str, Any]:
        """The JSON of docs/architecture.md. A leading "/" would be obeyed as an intent: it is text."""
        return {
            "message_id": self.inbox_id,
            "conversation_id": self.conversation_id,
            "text": self.text.lstrip(_NOT_WORDS)[:CAP] or "?",
            "metadata": {
                "patient_id": self.patient_id,
                "conversation_id": self.conversation_id,
                "message_id": self.inbox_id,
                "full_text": self.text[:FULL_CAP],
                "channel": self.channel,
                "author": self.author,
                "received_at": self.received_at,
                "screen": {
                    "level": self.screen.get("level", "none"),
                    "kinds": self.screen.get("kinds", []),
                },
                **({"papers": self.papers} if self.papers else {}),
            },
        }


class Rasa:
    """Speaks to our own channel in Rasa, over connections that stay open.

    With aiohttp, which takes a quarter of httpx's time for a request: a person waits for this one.
    """

    def __init__(
        self,
        url: str,
        secret: str,
        meant: Callable[[str], str | None] = lambda text: None,
        *,
        seconds: float = 30.0,
    ) -> None:
        """`meant`: what a text means where the screen has just found out; Rasa looks itself otherwise."""
        self._meant = meant
        self._url = f"{url.rstrip('/')}/webhooks/kith/"
        self._headers = {"X-Kith-Secret": secret}
        self._limit = aiohttp.ClientTimeout(total=seconds)
        self._session: aiohttp.ClientSession | None = None

    async def answer(self, question: Question) -> Turn:
        """The dialogue's turn. Raises Unavailable or Refused; nothing else."""
        body = question.body()
        if (meaning := self._meant(body["text"])) is not None:
            body["metadata"]["meaning"] = meaning
        status, content = await self._ask("POST", "message", dumps(body).encode())
        if status in (400, 413, 422):
            raise Refused(f"status {status}")
        if status != 200:
            raise Unavailable(f"status {status}")
        return _read(content)

    async def forget(self, conversation_id: str) -> bool:
        """Drop the last turns and stored replies of a conversation; False when the dialogue did not do it."""
        try:
            status, _ = await self._ask("DELETE", f"conversation/{conversation_id}")
        except Unavailable:
            return False
        return status == 204

    async def reachable(self) -> bool:
        """Whether the dialogue answers at all."""
        try:
            status, _ = await self._ask("GET", "", limit=LOOK)
        except Unavailable:
            return False
        return status < 500

    async def close(self) -> None:
        """With the server's end."""
        if self._session is not None:
            await self._session.close()

    async def _ask(
        self, method: str, path: str, body: bytes | None = None, limit: aiohttp.ClientTimeout | None = None
    ) -> tuple[int, bytes]:
        kind = {"Content-Type": "application/json"} if body else {}
        try:
            async with self._open().request(
                method,
                self._url + path,
                data=body,
                headers={**self._headers, **kind},
                timeout=limit or self._limit,
            ) as answer:
                return answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(type(error).__name__) from None

    def _open(self) -> aiohttp.ClientSession:
        """Made with the first request, in the loop that serves."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE)
            self._session = aiohttp.ClientSession(connector=connector)
        return self._session


def _read(content: bytes) -> Turn:
    try:
        return Turn.model_validate(loads(content)["payload"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise Unavailable(f"answer not understood: {type(error).__name__}") from None

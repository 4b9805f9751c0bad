"""The dialogue engine over loopback: one message out, one answer in, or a reason to try again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from pydantic import BaseModel, ConfigDict, Field, ValidationError

CAP = 1600  # a longer text blocks the dialogue for seconds; the record keeps it whole
FULL_CAP = 20_000
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
    """Speaks to our own channel in Rasa."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        url: str,
        secret: str,
        meant: Callable[[str], str | None] = lambda text: None,
    ) -> None:
        """`meant`: what a text means where the screen has just found out; Rasa looks itself otherwise."""
        self._client = client
        self._meant = meant
        self._url = url.rstrip("/")
        self._headers = {"X-Kith-Secret": secret}

    async def answer(self, question: Question) -> Turn:
        """The dialogue's turn. Raises Unavailable or Refused; nothing else."""
        body = question.body()
        if (meaning := self._meant(body["text"])) is not None:
            body["metadata"]["meaning"] = meaning
        try:
            response = await self._client.post(
                f"{self._url}/webhooks/kith/message", json=body, headers=self._headers
            )
        except httpx.HTTPError as error:
            raise Unavailable(type(error).__name__) from None
        if response.status_code in (400, 413, 422):
            raise Refused(f"status {response.status_code}")
        if response.status_code != 200:
            raise Unavailable(f"status {response.status_code}")
        return _read(response)

    async def forget(self, conversation_id: str) -> bool:
        """Drop the last turns and stored replies of a conversation; False when the dialogue did not do it."""
        try:
            response = await self._client.delete(
                f"{self._url}/webhooks/kith/conversation/{conversation_id}", headers=self._headers
            )
        except httpx.HTTPError:
            return False
        return response.status_code == 204

    async def reachable(self) -> bool:
        """Whether the dialogue answers at all."""
        try:
            response = await self._client.get(f"{self._url}/webhooks/kith/", timeout=3)
        except httpx.HTTPError:
            return False
        return response.status_code < 500


def _read(response: httpx.Response) -> Turn:
    try:
        return Turn.model_validate(response.json()["payload"])
    except (ValueError, KeyError, TypeError, ValidationError) as error:
        raise Unavailable(f"answer not understood: {type(error).__name__}") from None

"""The phones' side: a phone sends a text, sees what came, and hears of new messages at once."""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter
from pydantic import BaseModel, Field
from starlette.responses import StreamingResponse

from twilio_standin.config import StandinConfig
from twilio_standin.media import Shelf
from twilio_standin.messages import Ledger, Message, MessageMedia
from twilio_standin.network import Network

HEARTBEAT_SECONDS = 15.0


class PhoneMessage(BaseModel):
    """A text as a phone sends it; `from` is the phone's own number."""

    sender: str = Field(alias="from", pattern=r"^\+[1-9]\d{6,14}$")
    body: str = ""
    to: str | None = None
    media_urls: list[str] = []
    media: list[str] = []  # SIDs of files handed in before at /phone/media


def routes(config: StandinConfig, ledger: Ledger, network: Network, shelf: Shelf) -> APIRouter:
    """`/phone/…`: what the simulator page and the tests use."""
    router = APIRouter(prefix="/phone")

    @router.get("/config")
    async def about() -> dict[str, object]:
        return {"number": config.numbers[0], "numbers": config.numbers}

    @router.post("/messages", status_code=201)
    async def send(text: PhoneMessage) -> dict[str, object]:
        to = text.to or config.numbers[0]
        media = tuple(MessageMedia(sid, shelf.content[sid][1]) for sid in text.media if sid in shelf.content)
        return bubble(network.receive(text.sender, to, text.body, tuple(text.media_urls), media), text.sender)

    @router.get("/messages")
    async def messages(number: str, after: str = "") -> dict[str, object]:
        return {"messages": _newer(ledger, number, after)}

    @router.get("/events")
    async def events(number: str, after: str = "") -> StreamingResponse:
        stream = _stream(ledger, number, after)
        return StreamingResponse(
            stream, media_type="text/event-stream", headers={"Cache-Control": "no-store"}
        )

    return router


def bubble(message: Message, number: str) -> dict[str, object]:
    """One message as the phone shows it."""
    return {
        "sid": message.sid,
        "direction": "sent" if message.sender == number and message.direction == "inbound" else "received",
        "from": message.sender,
        "to": message.to,
        "body": message.body,
        "media": len(message.files()),
        "status": message.status,
        "at": message.created.isoformat(),
    }


def _on_phone(message: Message, number: str) -> bool:
    """A phone shows what it sent, and what has reached it."""
    if message.direction == "inbound":
        return message.sender == number
    return message.to == number and message.status == "delivered"


def _newer(ledger: Ledger, number: str, after: str) -> list[dict[str, object]]:
    """The phone's messages in the order they were accepted, those after the one with SID `after`."""
    shown = [message for message in ledger.all() if _on_phone(message, number)]
    sids = [message.sid for message in shown]
    start = sids.index(after) + 1 if after in sids else 0
    return [bubble(message, number) for message in shown[start:]]


async def _stream(ledger: Ledger, number: str, after: str) -> AsyncIterator[str]:
    """Server-sent events, one a message, each once; a comment while nothing happens."""
    told = {str(each["sid"]) for each in _already(ledger, number, after)}
    changed = ledger.watch()
    try:
        while True:
            changed.clear()
            for each in _newer(ledger, number, ""):
                if each["sid"] not in told:
                    told.add(str(each["sid"]))
                    yield f"id: {each['sid']}\nevent: message\ndata: {json.dumps(each)}\n\n"
            try:
                await asyncio.wait_for(changed.wait(), HEARTBEAT_SECONDS)
            except TimeoutError:
                yield ": still here\n\n"
    finally:
        ledger.unwatch(changed)


def _already(ledger: Ledger, number: str, after: str) -> list[dict[str, object]]:
    """What the listener has seen: everything up to and with `after`."""
    if not after:
        return []
    shown = _newer(ledger, number, "")
    sids = [each["sid"] for each in shown]
    return shown[: sids.index(after) + 1] if after in sids else []

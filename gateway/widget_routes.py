"""The widget's API, spoken by our own iframe on our own origin.

    POST /widget/session                      -> 201 {"token"}
    GET  /widget/config                       -> 200 {"clinic_name", "clinic_phone", "demo", "max_characters"}
    POST /widget/messages {client_id, text}   -> 202 {"id", "seq"}; the same client_id again changes nothing
    POST /widget/files?client_id=…  the file     -> 202 {"id", "seq"}; a photo or a PDF as the body itself
    GET  /widget/messages?after=0&limit=200   -> 200 {"messages": [Message], "more"}
    GET  /widget/events                       -> 200 text/event-stream; `Last-Event-ID: <seq>` continues
    GET  /widget/page                         -> 200 {"lines": [text], "answers": [Answer]}, their own page

All but the first two want `Authorization: Bearer <token>`: a token in an address would stand in logs.
Message: {"id", "seq", "direction": "in|out", "author", "author_name", "text", "about", "why", "card", "at"}.
Answer: {"question", "answer", "status": "answered|passed|own-words"}.
An event is `id: <seq>`, `event: message`, `data: Message`. Errors: {"error": {"code", "message"}}.
"""

import hashlib
import re
import secrets
from typing import Annotated, Any
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel
from sqlalchemy import Connection, select
from starlette.responses import JSONResponse, Response, StreamingResponse

from gateway.answers import Problem
from gateway.attachments import Offered
from gateway.cleaning import clean
from gateway.intake import Inbound
from gateway.limits import RateLimit
from gateway.own_page import page
from gateway.parts import Parts
from gateway.reception import UNREACHABLE
from gateway.widget_stream import events, lines_after
from papers.kinds import CONTENT_TYPES, kind_of
from record.ids import now
from record.people import Contact, ensure_contact, find_contact
from record.tables import contact_point

log = structlog.get_logger()

MOST_CHARACTERS = 20_000
CLIENT_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
TOKEN_BYTES = 32
NOT_STORED = "I could not save that just now. Please try again in a moment."
PAGE = 500
NO_STORE = {"Cache-Control": "no-store"}


class WidgetMessage(BaseModel):
    """`client_id` is made by the browser, one a message, and makes sending it again harmless."""

    client_id: str
    text: str


def digest(token: str) -> str:
    """How a token is stored: whoever reads the database cannot speak as the patient."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def routes(parts: Parts) -> APIRouter:
    """`/widget/…`."""
    router = APIRouter(prefix="/widget", dependencies=[Depends(_own_origin(parts))])
    sessions, messages = RateLimit(20, 20), RateLimit(30, 15)
    streams, files, pages = RateLimit(60, 30), RateLimit(6, 6), RateLimit(20, 10)

    async def contact(request: Request) -> Contact:
        try:
            return await _contact(parts, request)
        except UNREACHABLE as error:
            raise _not_stored(error) from None

    Known = Annotated[Contact, Depends(contact)]

    @router.get("/config")
    async def about() -> dict[str, object]:
        config = parts.config
        return {
            "clinic_name": config.clinic_name,
            "clinic_phone": config.clinic_phone,
            "demo": config.demo,
            "max_characters": MOST_CHARACTERS,
        }

    @router.post("/session")
    async def begin(request: Request) -> Response:
        sessions.check(request.client.host if request.client else "")
        token = secrets.token_urlsafe(TOKEN_BYTES)
        await _stored(parts, lambda connection: ensure_contact(connection, "web", digest(token), now()))
        return JSONResponse({"token": token}, 201, NO_STORE)

    @router.post("/messages")
    async def send(sent: WidgetMessage, known: Known) -> Response:
        messages.check(known.contact_point_id)
        _check(sent)
        inbound = Inbound(
            provider="widget",
            account=known.contact_point_id,
            provider_message_id=sent.client_id,
            channel="web",
            address=await _address(parts, known),
            text=sent.text,
            fields={"text": sent.text},
        )
        return await _take(parts, inbound)

    @router.post("/files")
    async def send_file(request: Request, known: Known, client_id: str) -> Response:
        files.check(known.contact_point_id)
        _check_id(client_id)
        content = await request.body()
        kind = _kind(content)
        inbound = Inbound(
            provider="widget",
            account=known.contact_point_id,
            provider_message_id=client_id,
            channel="web",
            address=await _address(parts, known),
            text="",
            fields={"file": kind, "size": len(content)},
            media=1,
            media_types=(CONTENT_TYPES[kind],),
            offered=(Offered(content=content, kind=kind),),
        )
        return await _take(parts, inbound)

    @router.get("/messages")
    async def history(known: Known, after: int = 0, limit: int = 200) -> Response:
        limit = max(1, min(limit, PAGE))
        found = await parts.store.read(lambda c: lines_after(c, known.conversation_id, after, limit + 1))
        body = {"messages": found[:limit], "more": len(found) > limit}
        return JSONResponse(body, headers=NO_STORE)

    @router.get("/page")
    async def own_page(known: Known) -> Response:
        pages.check(known.contact_point_id)
        found = await parts.store.read(lambda connection: page(connection, known.patient_id))
        return JSONResponse(found, headers=NO_STORE)

    @router.get("/events")
    async def stream(request: Request, known: Known) -> Response:
        streams.check(known.contact_point_id)
        last = request.headers.get("last-event-id", "0")
        after = int(last) if last.isdigit() and len(last) < 10 else 0
        headers = {**NO_STORE, "X-Accel-Buffering": "no"}
        body = events(parts, known.conversation_id, after)
        return StreamingResponse(body, media_type="text/event-stream", headers=headers)

    return router


def _own_origin(parts: Parts) -> Any:
    """Other pages embed the widget, they do not speak for it: a foreign Origin is refused."""

    async def check(request: Request) -> None:
        origin = request.headers.get("origin")
        if origin is None or origin == parts.config.origin:
            return
        if urlsplit(origin).netloc != request.headers.get("host"):
            parts.metrics.refused.labels("widget", "origin").inc()
            raise Problem(403, "foreign-origin", "This address only answers the widget itself.")

    return check


async def _contact(parts: Parts, request: Request) -> Contact:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    known = None
    if scheme.lower() == "bearer" and 0 < len(token) <= 200:
        value = digest(token.strip())
        known = await parts.store.read(lambda connection: find_contact(connection, "web", value))
    if known is None:
        parts.metrics.refused.labels("widget", "token").inc()
        raise Problem(401, "no-session", "This chat is not known here. Please start a new one.")
    return known


async def _address(parts: Parts, known: Contact) -> str:
    """The contact's own stored value."""

    def read(connection: Connection) -> str:
        row = select(contact_point.c.value).where(contact_point.c.id == known.contact_point_id)
        return str(connection.scalar(row))

    return await parts.store.read(read)


async def _take(parts: Parts, inbound: Inbound) -> Response:
    try:
        accepted = await parts.reception.take(inbound)
    except Exception as error:
        raise _not_stored(error) from None
    if accepted.spooled:
        return _not_yet(accepted.say)
    return JSONResponse({"id": accepted.message_id, "seq": accepted.seq}, 202, NO_STORE)


def _kind(content: bytes) -> str:
    """By its bytes: what a browser says a file is, anyone can say."""
    if not content:
        raise Problem(422, "empty", "This file is empty. Please choose another one.")
    kind = kind_of(content)
    if kind is None:
        words = "I can only read photos (JPEG, PNG, GIF or WebP) and PDF files. Please choose one of these."
        raise Problem(415, "wrong-kind", words)
    return kind


def _check_id(client_id: str) -> None:
    if not CLIENT_ID.fullmatch(client_id):
        raise Problem(422, "bad-client-id", "client_id must be 1 to 64 letters, digits, - or _.")


def _check(sent: WidgetMessage) -> None:
    _check_id(sent.client_id)
    if len(sent.text) > MOST_CHARACTERS:
        words = f"That message is too long. Please send at most {MOST_CHARACTERS:,} characters at once."
        raise Problem(413, "too-long", words)
    if not clean(sent.text):
        raise Problem(422, "empty", "Please type a message first.")


async def _stored(parts: Parts, job: Any) -> Any:
    try:
        return await parts.store.write(job)
    except Exception as error:
        raise _not_stored(error) from None


def _not_yet(say: str | None) -> Response:
    """Kept, but without a number: the browser asks again with the same client_id until it has one.

    `say` are the words for a danger, to be shown at once; they come into the conversation with the message.
    """
    body = {"error": {"code": "not-stored-yet", "message": NOT_STORED}, "say": say}
    return JSONResponse(body, 503, {**NO_STORE, "Retry-After": "5"})


def _not_stored(error: Exception) -> Problem:
    log.error("message_not_stored", error=type(error).__name__)
    return Problem(503, "not-stored", NOT_STORED, {"Retry-After": "5"})

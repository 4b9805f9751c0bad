"""The Messages resource of the REST API: create, fetch, list."""

import asyncio
import base64
import binascii
import hmac
import re
import socket
import struct
from datetime import UTC, datetime, timedelta
from typing import NoReturn
from urllib.parse import parse_qs, urlencode

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from twilio_standin.config import StandinConfig
from twilio_standin.errors import ApiError
from twilio_standin.faults import Fault, Faults
from twilio_standin.messages import Ledger, Message
from twilio_standin.network import Network
from twilio_standin.optout import OptOuts

E164 = re.compile(r"\+[1-9]\d{6,14}")
MAX_BODY = 1600


def routes(
    config: StandinConfig, ledger: Ledger, faults: Faults, network: Network, opt_outs: OptOuts
) -> APIRouter:
    """Create, fetch and list under Twilio's own paths."""
    router = APIRouter()
    base = "/2010-04-01/Accounts/{account_sid}/Messages"

    @router.post(f"{base}.json")
    async def create(account_sid: str, request: Request) -> Response:
        authenticate(config, account_sid, request)
        form = {name: values for name, values in parse_qs((await request.body()).decode()).items()}
        fault = faults.take("create", _one(form, "To"))
        await refuse(fault, request)
        message = ledger.add(_accept(config, opt_outs, form))
        network.carry(message)
        await _lose_answer(fault, request)
        return JSONResponse(message.resource(), 201)

    @router.get(f"{base}/{{sid}}.json")
    async def fetch(account_sid: str, sid: str, request: Request) -> Response:
        authenticate(config, account_sid, request)
        await refuse(faults.take("fetch"), request)
        message = ledger.get(sid)
        if message is None:
            raise ApiError(20404)
        return JSONResponse(message.resource())

    @router.get(f"{base}.json")
    async def list_messages(account_sid: str, request: Request) -> Response:
        authenticate(config, account_sid, request)
        await refuse(faults.take("list"), request)
        return JSONResponse(_page(ledger, request))

    return router


def authenticate(config: StandinConfig, account_sid: str, request: Request) -> None:
    """Basic authentication with the account's SID and token."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    try:
        given = base64.b64decode(encoded).decode() if scheme.lower() == "basic" else ""
    except (binascii.Error, UnicodeDecodeError):
        given = ""
    expected = f"{config.account_sid}:{config.token}"
    if account_sid != config.account_sid or not hmac.compare_digest(given.encode(), expected.encode()):
        raise ApiError(20003)


def _one(form: dict[str, list[str]], name: str) -> str | None:
    return form[name][0] if form.get(name) else None


def _accept(config: StandinConfig, opt_outs: OptOuts, form: dict[str, list[str]]) -> Message:
    """The checks Twilio makes before it takes a message, in its order."""
    to, body = _one(form, "To"), _one(form, "Body") or ""
    sender, service = _one(form, "From"), _one(form, "MessagingServiceSid")
    media = tuple(form.get("MediaUrl", ()))
    validity = _one(form, "ValidityPeriod") or "36000"
    if not to:
        raise ApiError(21604)
    if not E164.fullmatch(to):
        raise ApiError(21211)
    if not sender and not service:
        raise ApiError(21603)
    if (sender and sender not in config.numbers) or (service and service != config.messaging_service_sid):
        raise ApiError(21606)
    if not body and not media:
        raise ApiError(21602)
    if len(body) > MAX_BODY:
        raise ApiError(21617)
    if not validity.isdigit() or not 1 <= int(validity) <= 36000:
        raise ApiError(21624)
    if opt_outs.blocked(to):
        raise ApiError(21610)
    return Message(
        account_sid=config.account_sid,
        to=to,
        sender=sender or config.numbers[0],
        body=body,
        direction="outbound-api",
        status="accepted" if service else "queued",
        messaging_service_sid=service,
        media_urls=media,
        validity_period=int(validity),
        status_callback=_one(form, "StatusCallback"),
    )


async def refuse(fault: Fault | None, request: Request) -> None:
    """Faults that come before anything is accepted."""
    if fault is None:
        return
    if fault.kind in ("429", "500", "error"):
        raise ApiError({"429": 20429, "500": 20500}.get(fault.kind, fault.code))
    if fault.kind == "hang":
        await asyncio.sleep(fault.seconds)
        raise ApiError(20500)
    if fault.kind == "reset":
        cut(request)


async def _lose_answer(fault: Fault | None, request: Request) -> None:
    """Faults after the message was accepted: the caller cannot know that it was."""
    if fault is not None and fault.kind == "accept-then-hang":
        await asyncio.sleep(fault.seconds)
    elif fault is not None and fault.kind == "accept-then-reset":
        cut(request)


def cut(request: Request) -> NoReturn:
    """Reset the TCP connection under the request: no status line, no goodbye."""
    transport = request.receive.__self__.transport  # type: ignore[attr-defined]
    raw = transport.get_extra_info("socket")
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
    raise ApiError(20500)  # ends the request; nobody is left to read it


def _page(ledger: Ledger, request: Request) -> dict[str, object]:
    """One page, newest first, with the paging fields of the specification."""
    query = dict(request.query_params)
    size = min(int(query.get("PageSize", 50)), 1000)
    number = int(query.get("Page", 0))
    found = [message for message in reversed(ledger.all()) if _matches(message, query)]
    start = number * size
    shown = found[start : start + size]
    return {
        "end": start + len(shown) - 1 if shown else 0,
        "first_page_uri": _uri(request, query, 0, size),
        "messages": [message.resource() for message in shown],
        "next_page_uri": _uri(request, query, number + 1, size) if start + size < len(found) else None,
        "page": number,
        "page_size": size,
        "previous_page_uri": _uri(request, query, number - 1, size) if number else None,
        "start": start,
        "uri": _uri(request, query, number, size),
    }


def _uri(request: Request, query: dict[str, str], page: int, size: int) -> str:
    kept = {name: value for name, value in query.items() if name not in ("Page", "PageSize", "PageToken")}
    token = {"PageToken": f"PA{page:032x}"} if page else {}
    return f"{request.url.path}?{urlencode({**kept, 'PageSize': size, 'Page': page, **token})}"


def _matches(message: Message, query: dict[str, str]) -> bool:
    if query.get("To", message.to) != message.to or query.get("From", message.sender) != message.sender:
        return False
    moment = message.sent or message.created
    for name, raw in query.items():
        if name.startswith("DateSent") and not _date_matches(moment, name, raw):
            return False
    return True


def _date_matches(moment: datetime, name: str, raw: str) -> bool:
    """`DateSent`, `DateSent<` and `DateSent>`: a bare date means its whole day, both bounds are inside."""
    wanted = datetime.fromisoformat(raw)
    wanted = wanted.replace(tzinfo=wanted.tzinfo or UTC)
    whole_day = len(raw) == 10
    ends = wanted + timedelta(days=1) if whole_day else wanted + timedelta(seconds=1)
    if name == "DateSent>":
        return moment >= wanted
    return moment < ends if name == "DateSent<" else wanted <= moment < ends

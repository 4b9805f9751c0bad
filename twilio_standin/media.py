"""Media of messages as Twilio keeps them: behind the password, then sent on to a short-lived address."""

from dataclasses import dataclass, field
from secrets import token_urlsafe

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from twilio_standin.config import StandinConfig
from twilio_standin.errors import ApiError
from twilio_standin.faults import Faults
from twilio_standin.messages import Ledger, Message, MessageMedia, new_sid
from twilio_standin.rest import authenticate, refuse

MOST_BYTES = 5 * 1024 * 1024  # https://www.twilio.com/docs/messaging/api/media-resource
SIGNATURES = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG", "image/png"),
    (b"GIF8", "image/gif"),
    (b"%PDF-", "application/pdf"),
)


@dataclass
class Shelf:
    """What phones have handed in, by media SID, and the short-lived addresses given out."""

    content: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    addresses: dict[str, str] = field(default_factory=dict)

    def put(self, data: bytes, content_type: str | None = None) -> MessageMedia:
        """Keep a file; a network tells its kind by looking at it, unless a test says otherwise."""
        guessed = next(
            (kind for start, kind in SIGNATURES if data.startswith(start)), "application/octet-stream"
        )
        media = MessageMedia(new_sid("ME"), content_type or guessed)
        self.content[media.sid] = (data, media.content_type)
        return media


def routes(config: StandinConfig, ledger: Ledger, faults: Faults, shelf: Shelf) -> APIRouter:
    """The Media resource, the address it sends on to, and the phone's own way to hand a picture in."""
    router = APIRouter()
    base = "/2010-04-01/Accounts/{account_sid}/Messages/{message_sid}/Media"

    @router.post("/phone/media", status_code=201)
    async def hand_in(request: Request) -> Response:
        data = await request.body()
        if not data or len(data) > MOST_BYTES:
            return JSONResponse({"error": "1 byte to 5 MB"}, 413 if data else 400)
        declared = request.headers.get("x-content-type")  # what a test wants the network to claim
        media = shelf.put(data, declared)
        return JSONResponse({"sid": media.sid, "content_type": media.content_type}, 201)

    @router.get(f"{base}.json")
    async def listed(account_sid: str, message_sid: str, request: Request) -> Response:
        authenticate(config, account_sid, request)
        message = _message(ledger, message_sid)
        items = [_resource(message, media) for media in message.media]
        uri = request.url.path
        page = {"page": 0, "page_size": 50, "start": 0, "end": max(len(items) - 1, 0), "uri": uri}
        links = {"first_page_uri": uri, "next_page_uri": None, "previous_page_uri": None}
        return JSONResponse({"media_list": items, **page, **links})

    @router.get(f"{base}/{{media_sid}}")
    async def fetch(account_sid: str, message_sid: str, media_sid: str, request: Request) -> Response:
        authenticate(config, account_sid, request)
        await refuse(faults.take("media"), request)
        message = _message(ledger, message_sid)
        if media_sid not in {each.sid for each in message.media}:
            raise ApiError(20404)
        name = token_urlsafe(24)
        shelf.addresses[name] = media_sid
        return RedirectResponse(f"{request.base_url}cdn/{name}", 307)

    @router.get("/cdn/{name}")
    async def content(name: str) -> Response:
        media_sid = shelf.addresses.get(name)
        if media_sid is None:
            return Response("AccessDenied", 403)
        data, content_type = shelf.content[media_sid]
        return Response(data, media_type=content_type)

    return router


def _message(ledger: Ledger, sid: str) -> Message:
    found = ledger.get(sid)
    if found is None:
        raise ApiError(20404)
    return found


def _resource(message: Message, media: MessageMedia) -> dict[str, object]:
    at = message.resource()
    base = f"/2010-04-01/Accounts/{message.account_sid}/Messages/{message.sid}/Media/{media.sid}"
    return {
        "account_sid": message.account_sid,
        "content_type": media.content_type,
        "date_created": at["date_created"],
        "date_updated": at["date_updated"],
        "parent_sid": message.sid,
        "sid": media.sid,
        "uri": f"{base}.json",
    }

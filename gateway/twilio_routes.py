"""Twilio's two webhooks: a message came in, a message went on."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

import structlog
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway import delivery, outbox
from gateway.answers import Problem
from gateway.paging import pages, sends
from gateway.parts import Parts
from gateway.twilio_form import inbound_from, is_signed, parse
from record.ids import now

log = structlog.get_logger()

# Nothing is said in the answer itself: a reply in TwiML could be lost with it, the outbox cannot.
EMPTY_TWIML: Final = '<?xml version="1.0" encoding="UTF-8"?><Response/>'


Webhook = Callable[[Request], Awaitable[Response]]


class Door:
    """Twilio's webhooks before all other routes: to look through those took a tenth of a message's time."""

    def __init__(self, app: ASGIApp, *, webhooks: Mapping[str, Webhook]) -> None:
        self._app, self._webhooks = app, webhooks

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        webhook = self._webhooks.get(scope["path"]) if scope["type"] == "http" else None
        if webhook is None:
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            if request.method != "POST":
                raise Problem(405, "method-not-allowed", "Webhooks are posted.", {"Allow": "POST"})
            response = await webhook(request)
        except Problem as problem:
            response = problem.response(scope["path"])
        await response(scope, receive, send)


def webhooks(parts: Parts) -> dict[str, Webhook]:
    """`/twilio/…`, for Twilio alone: everyone else is refused before anything is read of their words."""

    async def inbound(request: Request) -> Response:
        fields = await _signed_fields(parts, request)
        if fields is None:
            return _refusal()
        try:
            message = inbound_from(fields)
        except ValueError:
            parts.metrics.refused.labels("twilio-inbound", "malformed").inc()
            return Response("MessageSid and From are needed", 400)
        try:
            async with asyncio.timeout(parts.config.timing.webhook):
                await parts.catching_up.over()
                await parts.reception.take(message)
        except Exception as error:
            # Not stored, so not accepted: Twilio tries its fallback, and the reconciler finds the message.
            log.error("message_not_stored", error=type(error).__name__)
            parts.metrics.refused.labels("twilio-inbound", "not-stored").inc()
            return Response("Not stored, please try again", 503, {"Retry-After": "5"})
        return Response(EMPTY_TWIML, media_type="text/xml")

    async def status(request: Request) -> Response:
        fields = await _signed_fields(parts, request)
        if fields is None:
            return _refusal()
        outbox_id = request.query_params.get("outbox", "")[:36]
        tries = request.query_params.get("try", "0")
        try:
            moved = await parts.store.write_within(
                lambda connection: _heard(connection, parts, outbox_id, fields, tries),
                parts.config.timing.store_patience,
            )
        except Exception as error:
            # Lost to us, not to them: the reconciler asks Twilio for it.
            log.error("status_not_stored", error=type(error).__name__)
            return Response("Not stored, please try again", 503, {"Retry-After": "5"})
        if moved.changed and moved.conversation_id:
            parts.metrics.statuses.labels(fields.get("MessageStatus", "")[:20]).inc()
            parts.bells.said(moved.conversation_id)
        return Response(status_code=204)

    return {"/twilio/inbound": inbound, "/twilio/status": status}


def _heard(
    connection: Connection, parts: Parts, outbox_id: str, fields: dict[str, str], tries: str
) -> delivery.Moved:
    """A status of a patient's text, or of one to an on-call phone."""
    status = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    error = fields.get("ErrorCode", "")[:32] or None
    state = outbox.STATES.get(status)
    if sends.heard(connection, outbox_id, state, error, now()):
        if state in ("sent", "delivered") and parts.desk.rota is not None:
            pages.came_late(connection, outbox_id, parts.desk.rota(), parts.desk.words, now())
        return delivery.Moved(False)
    return delivery.heard(
        connection,
        outbox_id=outbox_id,
        sid=(fields.get("MessageSid") or fields.get("SmsSid", ""))[:64],
        status=status,
        error_code=error,
        phrases=parts.phrases,
        at=now(),
        tries=int(tries) if tries.isdigit() and len(tries) < 4 else 0,
    )


async def _signed_fields(parts: Parts, request: Request) -> dict[str, str] | None:
    """The form's fields when Twilio signed them for our public address, None otherwise."""
    try:
        fields = parse(await request.body())
    except ValueError:
        parts.metrics.refused.labels("twilio", "not-a-form").inc()
        return None
    query = request.scope["query_string"].decode("latin-1")
    url = parts.config.url(request.scope["path"]) + (f"?{query}" if query else "")
    given = request.headers.get("x-twilio-signature", "")
    if not given or not is_signed(parts.config.auth_tokens, url, fields, given):
        parts.metrics.refused.labels("twilio", "signature").inc()
        log.warning("signature_refused", route=request.scope["path"])
        return None
    return dict(fields)


def _refusal() -> Response:
    return Response("The signature does not match", 403)

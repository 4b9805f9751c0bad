"""Webhooks out: form-encoded and signed exactly as Twilio signs them."""

import asyncio
from collections.abc import Mapping

import httpx
from twilio.request_validator import RequestValidator

from twilio_standin.config import StandinConfig
from twilio_standin.messages import Ledger, Message, segments


class Webhooks:
    """Posts signed webhooks; like Twilio's, a failed one is noted and not sent again."""

    def __init__(self, config: StandinConfig, ledger: Ledger, client: httpx.AsyncClient) -> None:
        self._config = config
        self._ledger = ledger
        self._client = client
        self._validator = RequestValidator(config.token)

    def signed_headers(self, url: str, form: Mapping[str, str]) -> dict[str, str]:
        return {"X-Twilio-Signature": self._validator.compute_signature(url, dict(form))}

    async def inbound(self, message: Message, opt_out_type: str | None = None) -> int | None:
        """An inbound message, told to the application."""
        return await self._post(self._config.webhook_url, self._inbound_form(message, opt_out_type))

    async def status(self, message: Message, status: str, error_code: int | None = None) -> int | None:
        """An outgoing message's new status, told to its StatusCallback."""
        if not message.status_callback:
            return None
        form = {
            "SmsSid": message.sid,
            "SmsStatus": status,
            "MessageStatus": status,
            "To": message.to,
            "MessageSid": message.sid,
            "AccountSid": message.account_sid,
            "From": message.sender or "",
            "ApiVersion": "2010-04-01",
        }
        if message.messaging_service_sid:
            form["MessagingServiceSid"] = message.messaging_service_sid
        if error_code is not None:
            form["ErrorCode"] = str(error_code)
        return await self._post(message.status_callback, form)

    async def _post(self, url: str, form: Mapping[str, str]) -> int | None:
        """The application's HTTP status; None when it could not be reached in time."""
        headers = {
            **self.signed_headers(url, form),
            "Content-Type": "application/x-www-form-urlencoded; charset=UTF-8",
            "User-Agent": "TwilioProxy/1.1",
            "I-Twilio-Idempotency-Token": form["MessageSid"],
        }
        try:
            answer = await self._client.post(url, data=dict(form), headers=headers)
        except (httpx.HTTPError, asyncio.CancelledError) as error:
            self._note(url, form, type(error).__name__)
            if isinstance(error, asyncio.CancelledError):
                raise
            return None
        if answer.status_code >= 400:
            self._note(url, form, answer.status_code)
        return answer.status_code

    def _note(self, url: str, form: Mapping[str, str], why: object) -> None:
        """Twilio's error 11200: the webhook did not get an answer it could use."""
        self._ledger.webhook_failures.append(
            {"code": 11200, "sid": form["MessageSid"], "url": url.split("?")[0], "why": why}
        )

    def _inbound_form(self, message: Message, opt_out_type: str | None) -> dict[str, str]:
        """Every field Twilio sends, the blank ones too: they are part of the signature."""
        form = {
            "ToCountry": "US",
            "ToState": "",
            "SmsMessageSid": message.sid,
            "NumMedia": str(len(message.files())),
            "ToCity": "",
            "FromZip": "",
            "SmsSid": message.sid,
            "FromState": "",
            "SmsStatus": "received",
            "FromCity": "",
            "Body": message.body,
            "FromCountry": "US",
            "To": message.to,
            "ToZip": "",
            "NumSegments": str(segments(message.body)),
            "MessageSid": message.sid,
            "AccountSid": message.account_sid,
            "From": message.sender or "",
            "ApiVersion": "2010-04-01",
        }
        if message.messaging_service_sid:
            form["MessagingServiceSid"] = message.messaging_service_sid
        if opt_out_type:
            form["OptOutType"] = opt_out_type
        for number, (url, content_type) in enumerate(message.files()):
            form[f"MediaUrl{number}"] = url
            form[f"MediaContentType{number}"] = content_type
        return form

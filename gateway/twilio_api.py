"""Twilio through its own library: send a text, look for one, list what came in. Blocking: run in a thread."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from twilio.base.exceptions import TwilioException, TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from gateway.config import GatewayConfig
from gateway.errors import policy

API = "https://api.twilio.com"
LARGEST_PAGE = 1000  # messages Twilio lists at once
MOST_LISTED = 200_000  # messages of one look back: a day of more than two a second
MOST_MEDIA = 10  # of one message


@dataclass(frozen=True)
class Sent:
    """Twilio has the message."""

    sid: str
    status: str
    error_code: int | None = None


class Busy(Exception):
    """Twilio took nothing: too many requests. Try again later."""

    def __init__(self, why: str, code: int | None = None) -> None:
        self.code = code
        super().__init__(why)


class Ambiguous(Exception):
    """The message may or may not have been taken; look before sending it again."""


class Rejected(Exception):
    """Twilio will not take this message, now or later."""

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(str(code))


class _Elsewhere(TwilioHttpClient):  # type: ignore[misc]
    """The library's own HTTP client, speaking to the stand-in's address instead of Twilio's."""

    def __init__(self, base: str | None, timeout: float) -> None:
        super().__init__(timeout=timeout)
        self._base = base
        # Neither a proxy nor a .netrc of this machine has any business with the messages.
        self.session.trust_env = False

    def request(self, method: str, url: str, *args: Any, **kwargs: Any) -> Any:
        if self._base is not None:
            url = url.replace(API, self._base.rstrip("/"), 1)
        return super().request(method, url, *args, **kwargs)


class Twilio:
    """One account."""

    def __init__(self, config: GatewayConfig) -> None:
        self._config = config
        http = _Elsewhere(config.twilio_api_base, config.timing.send_timeout)
        self._client = Client(config.account_sid, config.auth_tokens[0], http_client=http)

    def send(
        self, to: str, body: str, outbox_id: str, *, tries: int = 0, validity: int | None = None
    ) -> Sent:
        """Hand one text over, to be dropped after `validity` seconds. Raises Busy, Ambiguous or Rejected."""
        again = f"&try={tries}" if tries else ""
        sender = (
            {"messaging_service_sid": self._config.messaging_service_sid}
            if self._config.messaging_service_sid
            else {"from_": self._config.sender_number}
        )
        try:
            made = self._client.messages.create(
                to=to,
                body=body,
                status_callback=self._config.url(f"/twilio/status?outbox={outbox_id}{again}"),
                validity_period=validity or self._config.validity_period,
                **sender,
            )
        except TwilioRestException as error:
            raise _understood(error) from None
        except (requests.RequestException, TwilioException) as error:
            raise Ambiguous(type(error).__name__) from None
        return Sent(made.sid, made.status, made.error_code)

    def look(self, to: str, body: str, since: datetime, known: set[str]) -> Sent | None:
        """A text to this number with these words that we do not know of yet: the lost answer's message."""
        for found in self._listed(to=to, since=since - timedelta(days=1)):
            created = found.date_created.astimezone(UTC) if found.date_created else since
            arrived = found.status not in ("failed", "undelivered", "canceled")
            ours = found.direction.startswith("outbound") and found.body == body and arrived
            if ours and found.sid not in known and created >= since - timedelta(seconds=60):
                return Sent(found.sid, found.status, found.error_code)
        return None

    def status(self, sid: str) -> Sent:
        """What became of one text. Rejected where Twilio does not know it."""
        try:
            found = self._client.messages(sid).fetch()
        except TwilioRestException as error:
            raise _understood(error) from None
        except (TwilioException, requests.RequestException) as error:
            raise Ambiguous(type(error).__name__) from None
        return Sent(found.sid, found.status, found.error_code)

    def inbound(self, since: datetime, known: AbstractSet[str]) -> list[dict[str, str]]:
        """Every message to us since then but the known ones, oldest first, in the form of Twilio's webhook.

        Read page by page and forgotten where it is known: an hour of a busy clinic is many pages.
        """
        # Without a messaging service only one number is ours, and what we sent need not be listed.
        mine = {} if self._config.messaging_service_sid else {"to": self._config.sender_number}
        found = [
            each
            for each in self._listed(since, MOST_LISTED, **mine)
            if each.sid not in known and each.direction == "inbound" and self._ours(each)
        ]
        # The list is newest first, and its dates are whole seconds: turned round, not sorted alone.
        in_order = sorted(reversed(found), key=lambda each: each.date_created or since)
        return [self._as_webhook(each) for each in in_order]

    def _as_webhook(self, found: Any) -> dict[str, str]:
        return {
            "MessageSid": found.sid,
            "AccountSid": found.account_sid,
            "From": found.from_,
            "To": found.to,
            "Body": found.body or "",
            "NumMedia": str(found.num_media or 0),
            **self._media_of(found),
            "DateCreated": found.date_created.isoformat() if found.date_created else "",
            "Reconciled": "true",
        }

    def _media_of(self, found: Any) -> dict[str, str]:
        """Where the media of a listed message are, as its webhook would have said."""
        if not int(found.num_media or 0):
            return {}
        try:
            media = found.media.list(limit=MOST_MEDIA)
        except (TwilioException, requests.RequestException) as error:
            raise Ambiguous(type(error).__name__) from None
        addresses = {
            f"MediaUrl{place}": API + each.uri.removesuffix(".json") for place, each in enumerate(media)
        }
        return addresses | {f"MediaContentType{place}": each.content_type for place, each in enumerate(media)}

    def _ours(self, found: Any) -> bool:
        """An account may have other numbers, with other applications behind them."""
        if self._config.messaging_service_sid:
            return bool(found.messaging_service_sid == self._config.messaging_service_sid)
        return bool(found.to == self._config.sender_number)

    def _listed(self, since: datetime, most: int = LARGEST_PAGE, **chosen: str) -> Iterator[Any]:
        """The newest messages since then, the newest first."""
        try:
            yield from self._client.messages.stream(
                date_sent_after=since, page_size=LARGEST_PAGE, limit=most, **chosen
            )
        except (TwilioException, requests.RequestException) as error:
            raise Ambiguous(type(error).__name__) from None


def _understood(error: TwilioRestException) -> Exception:
    """Which of the three an HTTP error is. A 5xx may come after the message was taken."""
    if error.status == 429 or policy(error.code).do == "wait":
        return Busy(str(error.code), error.code)
    if error.status >= 500 or error.status == 408:
        return Ambiguous(f"status {error.status}")
    if error.status in (401, 403):
        # Our credentials, not this message: it waits until they are mended.
        return Busy(f"status {error.status}")
    return Rejected(error.code or error.status)

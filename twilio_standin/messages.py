"""Messages as the account holds them, and the ledger of every id that was accepted."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

FINAL = ("delivered", "undelivered", "failed", "received", "canceled")


def new_sid(prefix: str) -> str:
    """Twilio's form of an identifier: two letters and 32 hexadecimal digits."""
    return prefix + secrets.token_hex(16)


def segments(body: str) -> int:
    """How many SMS a body takes, counted as Twilio's documentation says."""
    gsm = set(
        "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
        "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
    )
    extended = set("^{}\\[~]|€\f")
    if all(char in gsm or char in extended for char in body):
        length = sum(2 if char in extended else 1 for char in body)
        return 1 if length <= 160 else -(-length // 153)
    length = len(body.encode("utf-16-le", "surrogatepass")) // 2
    return 1 if length <= 70 else -(-length // 67)


MEDIA_BASE = "https://api.twilio.com"  # an address as Twilio gives it, whoever serves it here


@dataclass(frozen=True)
class MessageMedia:
    """One file of a message."""

    sid: str
    content_type: str


@dataclass
class Message:
    """One message of the account, in either direction."""

    account_sid: str
    to: str
    sender: str | None
    body: str
    direction: str
    status: str
    messaging_service_sid: str | None = None
    media_urls: tuple[str, ...] = ()
    media: tuple[MessageMedia, ...] = ()  # files the account keeps itself
    validity_period: int = 36000
    status_callback: str | None = None
    error_code: int | None = None
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))
    sent: datetime | None = None
    sid: str = ""

    def __post_init__(self) -> None:
        self.sid = self.sid or new_sid("MM" if self.media_urls or self.media else "SM")

    def files(self) -> list[tuple[str, str]]:
        """Address and content type of every file of the message."""
        base = f"{MEDIA_BASE}/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}/Media"
        kept = [(f"{base}/{each.sid}", each.content_type) for each in self.media]
        return [*kept, *((url, "image/jpeg") for url in self.media_urls)]

    def resource(self) -> dict[str, object]:
        """The REST resource, field for field as the API specification has it."""
        base = f"/2010-04-01/Accounts/{self.account_sid}/Messages/{self.sid}"
        unassigned = self.messaging_service_sid is not None and self.status == "accepted"
        return {
            "account_sid": self.account_sid,
            "api_version": "2010-04-01",
            "body": self.body,
            "date_created": _rfc2822(self.created),
            "date_sent": _rfc2822(self.sent),
            "date_updated": _rfc2822(self.updated),
            "direction": self.direction,
            "error_code": self.error_code,
            "error_message": None,
            "from": None if unassigned else self.sender,
            "messaging_service_sid": self.messaging_service_sid,
            "num_media": str(len(self.files())),
            "num_segments": "0" if unassigned else str(segments(self.body)),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{base}/Media.json"},
            "to": self.to,
            "uri": f"{base}.json",
        }


class Ledger:
    """Every message the account has accepted, in order; what a test compares the record with."""

    def __init__(self) -> None:
        self._messages: list[Message] = []
        self._by_sid: dict[str, Message] = {}
        self._changed: set[asyncio.Event] = set()
        self.webhook_failures: list[dict[str, object]] = []

    def add(self, message: Message) -> Message:
        self._messages.append(message)
        self._by_sid[message.sid] = message
        self.changed()
        return message

    def get(self, sid: str) -> Message | None:
        return self._by_sid.get(sid)

    def move(self, message: Message, status: str, error_code: int | None = None) -> None:
        """A message's next status, as Twilio would record it."""
        message.status, message.error_code = status, error_code
        message.updated = datetime.now(UTC)
        if status in ("sent", "delivered", "received"):
            message.sent = message.sent or message.updated
        self.changed()

    def all(self, wanted: Callable[[Message], bool] = lambda message: True) -> list[Message]:
        return [message for message in self._messages if wanted(message)]

    def watch(self) -> asyncio.Event:
        """An event that is set at the next change; hand it back with `unwatch`."""
        event = asyncio.Event()
        self._changed.add(event)
        return event

    def unwatch(self, event: asyncio.Event) -> None:
        self._changed.discard(event)

    def changed(self) -> None:
        for event in self._changed:
            event.set()


def _rfc2822(moment: datetime | None) -> str | None:
    return None if moment is None else format_datetime(moment.replace(microsecond=0))

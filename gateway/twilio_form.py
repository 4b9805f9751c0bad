"""Twilio's webhook form: parsed with its blank fields, its signature checked, read as a message."""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from gateway import phones
from gateway.attachments import Offered
from gateway.intake import Inbound

MOST_FIELDS = 300
LONGEST_ADDRESS = 200
MOST_MEDIA = 10  # Twilio's own limit of one message


def parse(body: bytes) -> list[tuple[str, str]]:
    """Every field in order, blank ones too: they are part of the signature. ValueError when it is no form."""
    return parse_qsl(
        body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
    )


def signature(token: str, url: str, fields: Sequence[tuple[str, str]]) -> str:
    """HMAC-SHA1 over the address and the sorted fields, as Twilio's security page defines it.

    A field given twice counts once a value, in order.
    """
    text = url + "".join(name + value for name, value in sorted(set(fields)))
    digest = hmac.new(token.encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def is_signed(tokens: Iterable[str], url: str, fields: Sequence[tuple[str, str]], given: str) -> bool:
    """Whether any of our tokens made this signature, over the address with or without its port."""
    good = False
    for token in tokens:
        for address in _spellings(url):
            expected = signature(token, address, fields).encode()
            # No early end: the time taken says nothing of which one matched, or how nearly.
            good |= hmac.compare_digest(expected, given.encode("utf-8", "replace"))
    return good


@lru_cache(maxsize=64)
def _spellings(url: str) -> tuple[str, ...]:
    """Twilio signs some addresses with the port and some without."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return tuple(
        dict.fromkeys(
            (
                url,
                urlunsplit(parts._replace(netloc=host)),
                urlunsplit(parts._replace(netloc=f"{host}:{port}")),
            )
        )
    )


def inbound_from(form: Mapping[str, str]) -> Inbound:
    """The message in an inbound webhook. ValueError when what makes it one is missing."""
    sid, sender = form.get("MessageSid") or form.get("SmsSid"), form.get("From")
    if not sid or not sender or len(sid) > 64 or len(sender) > LONGEST_ADDRESS:
        raise ValueError("MessageSid or From is missing")
    said = form.get("NumMedia", "0")
    media = min(int(said), MOST_MEDIA) if said.isdigit() and len(said) < 4 else 0
    return Inbound(
        provider="twilio",
        account=form.get("AccountSid", "")[:64],
        provider_message_id=sid,
        channel="sms",
        address=phones.sender(sender),
        text=form.get("Body", ""),
        fields=dict(form),
        media=media,
        media_types=tuple(
            value for name, value in sorted(form.items()) if name.startswith("MediaContentType")
        ),
        offered=tuple(Offered(url=form.get(f"MediaUrl{place}") or None) for place in range(media)),
        answered_by_provider=bool(form.get("OptOutType")),
    )

"""A message as it stands in the spool: everything a channel handed over, and what was said at once."""

import base64
from dataclasses import asdict, dataclass
from typing import Any

from gateway.attachments import Offered
from gateway.intake import Inbound, Told


@dataclass(frozen=True)
class Kept:
    """One message out of the spool, with the instant it came in."""

    inbound: Inbound
    at: str
    told: Told | None = None


def key_of(inbound: Inbound) -> str:
    """What makes a message unique, as the inbox's own key does."""
    return "\n".join((inbound.provider, inbound.account, inbound.provider_message_id))


def write(kept: Kept) -> dict[str, Any]:
    """As JSON."""
    fields = {**asdict(kept.inbound), "offered": [_offer(each) for each in kept.inbound.offered]}
    told = asdict(kept.told) if kept.told else None
    inbound = kept.inbound
    address = f"{inbound.channel}:{inbound.address}"
    return {"key": key_of(inbound), "address": address, "at": kept.at, "told": told, "inbound": fields}


def read(entry: dict[str, Any]) -> Kept:
    """The same back."""
    fields = dict(entry["inbound"])
    offered = tuple(
        Offered(each["url"], base64.b64decode(each["content"]) if each["content"] else None, each["kind"])
        for each in fields.pop("offered")
    )
    inbound = Inbound(**{**fields, "media_types": tuple(fields["media_types"]), "offered": offered})
    return Kept(inbound, entry["at"], Told(**entry["told"]) if entry["told"] else None)


def _offer(offered: Offered) -> dict[str, Any]:
    content = base64.b64encode(offered.content).decode() if offered.content else None
    return {"url": offered.url, "content": content, "kind": offered.kind}

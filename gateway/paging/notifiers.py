"""The ways someone of the clinic is reached. A new one is one more class with these two methods."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Protocol

from gateway import outbox
from gateway.paging.sends import Send
from gateway.sms import plain
from gateway.twilio_api import Twilio


class Notifier(Protocol):
    """One way out. Blocking: run in a thread. Raises Busy, Ambiguous or Rejected of gateway.twilio_api."""

    def find(self, send: Send, known: AbstractSet[str]) -> tuple[str, str] | None:
        """An earlier attempt that went out after all, as (id, state); None where that cannot be known."""

    def send(self, send: Send) -> tuple[str, str]:
        """Hand it over: the other side's id of it, and how far along it is, a state of the outbox."""


class SmsNotifier:
    """By Twilio, from the clinic's own number."""

    def __init__(self, twilio: Twilio) -> None:
        self._twilio = twilio

    def find(self, send: Send, known: AbstractSet[str]) -> tuple[str, str] | None:
        since = datetime.fromisoformat(send.created_at)
        found = self._twilio.look(send.address, plain(send.text), since, set(known))
        return (found.sid, outbox.STATES.get(found.status, "sent")) if found else None

    def send(self, send: Send) -> tuple[str, str]:
        made = self._twilio.send(send.address, plain(send.text), send.id)
        return made.sid, outbox.STATES.get(made.status, "sent")

"""Misbehaviour on request: what to do wrong, where, and how many times."""

from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "429",  # refused: too many requests
    "500",  # refused: internal error
    "error",  # refused with `code`, such as 21610
    "reset",  # the connection is cut before anything was accepted
    "accept-then-reset",  # accepted, then the connection is cut: the caller cannot know
    "accept-then-hang",  # accepted, and the answer comes after `seconds`
    "hang",  # nothing is accepted, the answer (500) comes after `seconds`
    "undelivered",  # an outgoing message ends undelivered with `code`
    "failed",  # an outgoing message ends failed with `code`
    "silent",  # an outgoing message never gets a status callback
    "callbacks-reversed",  # status callbacks come last first
    "duplicate-webhook",  # an inbound message's webhook is sent `copies` times at once
    "drop-webhook",  # an inbound message's webhook is never sent
    "reorder-webhooks",  # two inbound webhooks change places
]
Where = Literal["create", "fetch", "list", "media", "delivery", "inbound"]

_PLACES: dict[str, Where] = {
    "undelivered": "delivery",
    "failed": "delivery",
    "silent": "delivery",
    "callbacks-reversed": "delivery",
    "duplicate-webhook": "inbound",
    "drop-webhook": "inbound",
    "reorder-webhooks": "inbound",
}


@dataclass
class Fault:
    """One thing to do wrong, `times` times."""

    kind: FaultKind
    times: int = 1
    where: Where = "create"
    code: int = 30003
    seconds: float = 30.0
    copies: int = 5
    number: str | None = None  # only messages to or from this phone


class Faults:
    """The faults still to be done, oldest first."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def add(self, fault: Fault) -> None:
        fault.where = _PLACES.get(fault.kind, fault.where)
        self._waiting.append(fault)

    def clear(self) -> None:
        self._waiting.clear()

    def take(self, where: Where, number: str | None = None) -> Fault | None:
        """The next fault meant for this place and phone, counted down."""
        for fault in self._waiting:
            if fault.where == where and fault.number in (None, number):
                fault.times -= 1
                if fault.times <= 0:
                    self._waiting.remove(fault)
                return fault
        return None

    def waiting(self) -> list[Fault]:
        return list(self._waiting)

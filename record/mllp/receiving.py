"""One message from the wire: stored whole or not at all, and then, never before, answered."""

import re
from dataclasses import dataclass, field

import structlog
from sqlalchemy import Engine

from clinical.catalogue import Catalogue
from record.formats import text_of
from record.hl7v2 import split
from record.hl7v2.acknowledging import TAKEN, Answer, acknowledgement, refusal
from record.ids import new_id, now
from record.incoming import Malformed
from record.intake import take_in
from record.release_rules import Policy

log = structlog.get_logger()

AGENT = "kith mllp"
TOO_LONG = Answer("AR", "207", "", "the message is longer than is taken here")
NOT_STORED = Answer("AR", "207", "", "it could not be stored just now: send it again")


@dataclass(frozen=True)
class Receiver:
    """What messages are taken in with."""

    engine: Engine
    catalogue: Catalogue
    policy: Policy
    name: str = field(default="mllp")

    def receive(self, raw: bytes) -> bytes:
        """The acknowledgement of a message: AA means that it is committed, however often it was sent."""
        text, answer = self._settle(raw)
        log.info("hl7_message", state=answer.code, code=answer.error, where=answer.where)
        return self._acknowledge(text, answer)

    def refuse(self, head: bytes) -> bytes:
        """The answer to a message too long to be taken, of which only the beginning is known."""
        log.warning("hl7_message", state=TOO_LONG.code, reason="too-long")
        return self._acknowledge(head.decode("utf-8", "replace"), TOO_LONG)

    def _settle(self, raw: bytes) -> tuple[str, Answer]:
        text = raw.decode("utf-8", "replace")
        try:
            text = text_of(raw)
            self._take(text)
        except Malformed as error:
            return text, refusal(error)
        except Exception as error:  # whatever it is: the sender must not take silence or AA from it
            log.error("hl7_message_failed", error=type(error).__name__)
            return text, NOT_STORED
        return text, TAKEN

    def _take(self, text: str) -> None:
        messages = split(text)
        if len(messages) != 1:
            raise Malformed("MSH", f"a frame holds one message, this one holds {len(messages)}")
        take_in(
            self.engine,
            messages[0],
            "hl7v2",
            name=self.name,
            at=now(),
            policy=self.policy,
            catalogue=self.catalogue,
            agent=AGENT,
        )

    def _acknowledge(self, text: str, answer: Answer) -> bytes:
        lines = re.sub(r"[\r\n]+", "\r", text.strip("\r\n\x0b "))
        control = new_id().replace("-", "")[:20]
        return acknowledgement(lines, answer, control_id=control, at=now()).encode("utf-8", "replace")

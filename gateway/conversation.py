"""Writing into a conversation: the next line of it, and the delivery of what Kith says."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, update

from gateway import sms
from record.ids import new_id
from record.tables import conversation, message, outbox

SAFETY, OPT_OUT = "safety", "opt-out"  # last part of the effect key of what may be sent after a STOP
PATIENT, NETWORK = "patient", "network"  # who ended the texts


@dataclass(frozen=True)
class Thread:
    """One conversation, seen from one way of reaching the person."""

    patient_id: str
    conversation_id: str
    contact_point_id: str
    channel: str  # sms | web


@dataclass(frozen=True)
class Line:
    """A message as it now stands in the conversation."""

    message_id: str
    seq: int


@dataclass(frozen=True)
class Saying:
    """Something Kith says, with what it explains and why it says so."""

    text: str
    about: list[str] | None = None
    why: list[dict[str, Any]] | None = None
    card: Any = None


def next_seq(connection: Connection, conversation_id: str, at: str) -> int:
    """The conversation's next number; its row stays locked until the transaction ends."""
    seq: int = connection.execute(_NEXT, {"this": conversation_id, "at": at}).scalar_one()
    return seq


def hear(
    connection: Connection,
    thread: Thread,
    text: str,
    *,
    seq: int,
    at: str,
    effect_key: str,
    author: str = "patient",
    card: Any = None,
) -> Line:
    """The person's own words become a line of the conversation."""
    return _line(connection, thread, "in", author, Saying(text, card=card), seq, at, effect_key)


def say(
    connection: Connection,
    thread: Thread,
    saying: Saying,
    *,
    at: str,
    effect_key: str,
    author: str = "kith",
    author_name: str | None = None,
) -> list[Line]:
    """Kith's words become a line, and on SMS a text to be sent; a long text becomes several."""
    if thread.channel != "sms":
        seq = next_seq(connection, thread.conversation_id, at)
        return [_line(connection, thread, "out", author, saying, seq, at, effect_key, author_name)]
    lines = []
    for part, text in enumerate(sms.cut(sms.plain(saying.text))):
        piece = Saying(text, saying.about, saying.why, saying.card) if part == 0 else Saying(text)
        key = effect_key if part == 0 else f"{effect_key}.{part}"
        seq = next_seq(connection, thread.conversation_id, at)
        line = _line(connection, thread, "out", author, piece, seq, at, key, author_name)
        _queue(connection, thread, line, at, kind_of(key))
        lines.append(line)
    return lines


def _line(
    connection: Connection,
    thread: Thread,
    direction: str,
    author: str,
    saying: Saying,
    seq: int,
    at: str,
    effect_key: str,
    author_name: str | None = None,
) -> Line:
    line = Line(new_id(), seq)
    extras = {"author_name": author_name, "about": saying.about, "why": saying.why, "card": saying.card}
    row = {
        "id": line.message_id,
        "patient_id": thread.patient_id,
        "conversation_id": thread.conversation_id,
        "seq": seq,
        "direction": direction,
        "channel": thread.channel,
        "author": author,
        "text": saying.text,
        "at": at,
        "effect_key": effect_key,
        # None would be stored as JSON's null, which is not the same as nothing.
        **{name: value for name, value in extras.items() if value is not None},
    }
    connection.execute(_INSERT_LINE, row)
    return line


def kind_of(effect_key: str | None) -> str:
    """What a line is, by the last part of its effect key: "safety", "new-result", or a reply's number."""
    return (effect_key or "").rpartition(":")[2].partition(".")[0]


def _queue(connection: Connection, thread: Thread, line: Line, at: str, kind: str) -> None:
    row = {
        "id": new_id(),
        "message_id": line.message_id,
        "conversation_id": thread.conversation_id,
        "contact_point_id": thread.contact_point_id,
        "seq": line.seq,
        "kind": kind[:32],
        "state": "queued",
        "next_attempt_at": at,
        "created_at": at,
        "updated_at": at,
    }
    connection.execute(_INSERT_TEXT, row)


# Built once: putting a statement together costs more than running it.
_NEXT = (
    update(conversation)
    .where(conversation.c.id == bindparam("this"))
    .values(last_seq=conversation.c.last_seq + 1, last_message_at=bindparam("at"))
    .returning(conversation.c.last_seq)
)
_INSERT_LINE = insert(message)
_INSERT_TEXT = insert(outbox)

"""The conversation as people wrote it, both directions, and what became of each message that was sent."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from careteam.who import Who
from record.tables import attachment, message, outbox

PAGE = 60
WORST_FIRST = ("failed", "undelivered", "cancelled", "queued", "later", "sending", "sent", "delivered")


@dataclass(frozen=True)
class Attached:
    """A photo or a PDF that came with a message."""

    id: str
    kind: str  # photo | pdf
    state: str  # wanted kept read refused lost
    kilobytes: int | None
    problem: str | None  # why Kith could not read it

    @property
    def here(self) -> bool:
        """Whether there is a file to open."""
        return self.kilobytes is not None


@dataclass(frozen=True)
class Bubble:
    """One message."""

    seq: int
    direction: str
    author: str  # patient | caregiver | kith | clinician
    author_name: str | None
    channel: str
    text: str
    at: str
    why: tuple[dict[str, Any], ...]
    delivery: str | None  # None: nothing to deliver
    attached: tuple[Attached, ...] = ()
    kept: bool = False  # kept from this reader, or taken back: that it was written is all that is shown


@dataclass(frozen=True)
class Thread:
    """A stretch of the conversation, oldest first."""

    bubbles: tuple[Bubble, ...]
    earlier: int | None  # from which message on the stretch before this one begins
    later: bool  # there is more after it

    @property
    def first(self) -> int:
        return self.bubbles[0].seq if self.bubbles else 0


def read(connection: Connection, who: Who, start: int | None = None) -> Thread:
    """The newest messages, or those from number `start` on.

    Where the person has not agreed to share, only what was written to or by a clinician: the words
    since one took the conversation over, which were meant for them, and the clinicians' own.
    """
    if who.conversation_id is None:
        return Thread((), None, later=False)
    query = select(message).where(message.c.conversation_id == who.conversation_id)
    if not who.shared:
        query = query.where((message.c.at >= _seen_since(who)) | (message.c.author == "clinician"))
    if start is None:
        rows = list(reversed(connection.execute(query.order_by(message.c.seq.desc()).limit(PAGE)).all()))
        later = False
    else:
        window = query.where(message.c.seq >= start).order_by(message.c.seq).limit(PAGE + 1)
        found = connection.execute(window).all()
        rows, later = list(found[:PAGE]), len(found) > PAGE
    delivery = _delivery(connection, [row.id for row in rows if row.direction == "out"])
    attached = _attached(connection, [row.id for row in rows if row.direction == "in" and row.card])
    bubbles = tuple(
        _kept(row)
        if row.id in who.kept.messages
        else _bubble(row, delivery.get(row.id), attached.get(row.id, ()))
        for row in rows
        if row.direction == "in" or row.id not in who.kept.messages  # an answer would give the words back
    )
    first = rows[0].seq if rows else 1
    return Thread(bubbles, max(1, first - PAGE) if first > 1 and who.shared else None, later)


def may_see(who: Who, at: str) -> bool:
    """Whether what the person wrote at this instant may be shown."""
    return who.shared or at >= _seen_since(who)


def _seen_since(who: Who) -> str:
    return who.taken_over.since if who.taken_over else "9"


def _attached(connection: Connection, messages: list[str]) -> dict[str, tuple[Attached, ...]]:
    """The files of each message, without their bytes."""
    columns = attachment.c
    found: dict[str, tuple[Attached, ...]] = {}
    if not messages:
        return found
    chosen = select(
        columns.id, columns.message_id, columns.kind, columns.state, columns.size, columns.reading
    )
    rows = connection.execute(chosen.where(columns.message_id.in_(messages)).order_by(columns.ordinal))
    for row in rows:
        kilobytes = None if row.size is None else max(1, row.size // 1024)
        kind = "pdf" if row.kind == "pdf" else "photo"
        file = Attached(row.id, kind, row.state, kilobytes, (row.reading or {}).get("problem"))
        found[row.message_id] = (*found.get(row.message_id, ()), file)
    return found


def _delivery(connection: Connection, messages: list[str]) -> dict[str, str]:
    """The state of each message; where it went two ways, one that arrived is enough."""
    rows = connection.execute(
        select(outbox.c.message_id, outbox.c.state).where(outbox.c.message_id.in_(messages))
    )
    best: dict[str, str] = {}
    for row in rows:
        before = best.get(row.message_id)
        if before is None or WORST_FIRST.index(row.state) > WORST_FIRST.index(before):
            best[row.message_id] = row.state
    return best


def _kept(row: Row[Any]) -> Bubble:
    return Bubble(
        seq=row.seq,
        direction=row.direction,
        author=row.author,
        author_name=row.author_name,
        channel=row.channel,
        text="",
        at=row.at,
        why=(),
        delivery=None,
        kept=True,
    )


def _bubble(row: Row[Any], delivery: str | None, attached: tuple[Attached, ...]) -> Bubble:
    return Bubble(
        seq=row.seq,
        direction=row.direction,
        author=row.author,
        author_name=row.author_name,
        channel=row.channel,
        text=row.text,
        at=row.at,
        why=tuple(row.why or ()),
        delivery=delivery,
        attached=attached,
    )

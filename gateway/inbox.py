"""What waits to be answered: one message of a conversation at a time, in order, leased to one worker."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Select, and_, bindparam, or_, select, update

from gateway.conversation import Thread
from gateway.heads import heads
from gateway.screening import DUE
from record.ids import stamp
from record.tables import contact_point, conversation, inbox, message


@dataclass(frozen=True)
class Waiting:
    """One message whose turn it is, with what is known of its conversation."""

    inbox_id: str
    message_id: str
    thread: Thread
    text: str
    author: str
    received_at: str
    attempts: int
    screen: dict[str, Any]
    taken_over: bool
    opted_out: bool
    media: bool = False  # photos or PDFs came with it
    late_screen: dict[str, Any] | None = None  # what the model said of it after the door, to be kept


def later(seconds: float) -> str:
    """The instant so many seconds from now, as the tables write it."""
    return stamp(datetime.now(UTC) + timedelta(seconds=seconds))


def lease(connection: Connection, owner: str, *, limit: int, at: str, until: str) -> list[Waiting]:
    """Lease up to `limit` conversations whose oldest waiting message is due, and return those messages."""
    chosen = _DUE.limit(limit)
    if connection.dialect.name == "postgresql":
        chosen = chosen.with_for_update(of=conversation, skip_locked=True)
    lease_to = {"at": at, "leased_by": owner, "leased_until": until}
    return [
        read(row)
        for row in connection.execute(chosen, {"at": at}).all()
        if connection.execute(_TAKE, {"this": row.conversation_id, **lease_to}).rowcount
    ]


def due(connection: Connection, at: str, limit: int) -> list[Waiting]:
    """The oldest waiting message of up to `limit` free conversations, where it is due."""
    return [read(row) for row in connection.execute(_DUE.limit(limit), {"at": at})]


def finish(connection: Connection, waiting: Waiting, at: str) -> bool:
    """Mark a message handled; False when another worker already did: then nothing may be written."""
    done: dict[str, Any] = {"this": waiting.inbox_id, "state": "done", "done_at": at, "error": None}
    if waiting.late_screen is not None:
        done["screen"] = waiting.late_screen
    return connection.execute(_IF_PENDING, done).rowcount == 1


def put_back(connection: Connection, waiting: Waiting, *, owner: str, error: str, due: str) -> None:
    """A turn failed: the message keeps its place and is tried again when due."""
    again = {"attempts": waiting.attempts + 1, "next_attempt_at": due, "error": error[:200]}
    connection.execute(_IF_PENDING, {"this": waiting.inbox_id, **again})
    release(connection, waiting.thread.conversation_id, owner)


def release(connection: Connection, conversation_id: str, owner: str) -> None:
    """Give the conversation back, if it is still ours."""
    free = {"leased_by": None, "leased_until": None}
    connection.execute(_RELEASE, {"this": conversation_id, "owner": owner, **free})


def release_all(connection: Connection) -> None:
    """Drop every lease. Only for a process that knows it is the only worker there is."""
    held = conversation.c.leased_by.is_not(None)
    connection.execute(update(conversation).where(held).values(leased_by=None, leased_until=None))


def one(connection: Connection, inbox_id: str) -> Any:
    """A row of `first`'s shape, whether or not its turn has come; nobody else changes it meanwhile."""
    return connection.execute(_ONE, {"this": inbox_id}).one_or_none()


def screened(connection: Connection, inbox_id: str, screen: dict[str, Any]) -> None:
    """Keep what the screen made of a message in the end."""
    connection.execute(_SCREENED, {"this": inbox_id, "screen": screen})


def unheard(connection: Connection) -> list[tuple[str, str, str]]:
    """Waiting messages the model has not been asked about: id, text, conversation; as they came."""
    waiting = select(inbox.c.id, inbox.c.body, inbox.c.conversation_id, inbox.c.screen)
    rows = connection.execute(waiting.where(inbox.c.state == "pending").order_by(inbox.c.received_at))
    return [(row.id, row.body, row.conversation_id) for row in rows if (row.screen or {}).get(DUE)]


def first() -> Select[Any]:
    """The first waiting message of each conversation, with what is known of the conversation."""
    return _lines().where(inbox.c.id.in_(heads(inbox, "conversation_id", "pending")))


def _lines() -> Select[Any]:
    line = and_(message.c.conversation_id == inbox.c.conversation_id, message.c.seq == inbox.c.seq)
    return (
        select(
            inbox,
            message.c.id.label("message_id"),
            message.c.author,
            message.c.card,
            conversation.c.patient_id,
            conversation.c.taken_over_by,
            conversation.c.apologised_at,
            contact_point.c.system,
            contact_point.c.value,
            contact_point.c.opted_out_at,
            contact_point.c.opted_out_by,
        )
        .join(conversation, conversation.c.id == inbox.c.conversation_id)
        .join(contact_point, contact_point.c.id == inbox.c.contact_point_id)
        .join(message, line)
    )


def read(row: Any) -> Waiting:
    """A row of `first`."""
    return Waiting(
        inbox_id=row.id,
        message_id=row.message_id,
        thread=Thread(row.patient_id, row.conversation_id, row.contact_point_id, row.system),
        text=row.body,
        author=row.author,
        received_at=row.received_at,
        attempts=row.attempts,
        screen=row.screen or {},
        taken_over=row.taken_over_by is not None,
        opted_out=row.opted_out_at is not None and row.system == "sms",
        media=row.card is not None,
    )


def pending(connection: Connection) -> Sequence[Any]:
    """When each waiting message came in, oldest first: for metrics."""
    return connection.scalars(
        select(inbox.c.received_at).where(inbox.c.state == "pending").order_by(inbox.c.received_at)
    ).all()


# Built once: putting a statement together costs more than running it.
_FREE = or_(conversation.c.leased_until.is_(None), conversation.c.leased_until < bindparam("at"))
_DUE = first().where(inbox.c.next_attempt_at <= bindparam("at"), _FREE).order_by(inbox.c.next_attempt_at)
_ONE = _lines().where(inbox.c.id == bindparam("this")).with_for_update(of=inbox)
_SCREENED = update(inbox).where(inbox.c.id == bindparam("this"))
_TAKE = update(conversation).where(conversation.c.id == bindparam("this"), _FREE)
_RELEASE = update(conversation).where(
    conversation.c.id == bindparam("this"), conversation.c.leased_by == bindparam("owner")
)
_IF_PENDING = update(inbox).where(inbox.c.id == bindparam("this"), inbox.c.state == "pending")

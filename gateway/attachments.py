"""Photos and PDFs beside their messages: kept with them, read one by one, and the message then let go on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, bindparam, exists, select, update

from gateway.conversation import Thread
from papers.types import Outcome
from record.ids import new_id
from record.tables import attachment, inbox, message

HOLD = 120.0  # seconds a message waits for its papers to be read; then it is answered without them
MOST = 5  # of one message; a person is not kept waiting for more
UNSETTLED = ("wanted", "kept")


@dataclass(frozen=True)
class Offered:
    """A file as a channel hands it over: where it is to be fetched, or the file itself."""

    url: str | None = None
    content: bytes | None = field(default=None, repr=False)
    kind: str | None = None


@dataclass(frozen=True)
class Job:
    """A file to be fetched, if it is not here yet, and read."""

    attachment_id: str
    message_id: str
    url: str | None
    attempts: int
    here: bool


def add(connection: Connection, thread: Thread, message_id: str, offered: Sequence[Offered], at: str) -> None:
    """The files of a message, in its own transaction: what was accepted is not forgotten."""
    for ordinal, each in enumerate(offered):
        known = each.content is not None or each.url is not None
        row = {
            "id": new_id(),
            "patient_id": thread.patient_id,
            "message_id": message_id,
            "ordinal": ordinal,
            "state": "lost" if not known or ordinal >= MOST else "kept" if each.content else "wanted",
            "url": each.url,
            "kind": each.kind,
            "next_attempt_at": at,
            "created_at": at,
            **_file(each.content),
        }
        connection.execute(attachment.insert(), row)


def holds(offered: Sequence[Offered]) -> bool:
    """Whether a message waits for any of its files."""
    return any(each.content or each.url for each in offered[:MOST])


def lease(connection: Connection, limit: int, *, at: str, until: str) -> list[Job]:
    """Take up to `limit` files to be read, oldest first; a reader that dies gives them up at `until`."""
    chosen = _DUE.limit(limit)
    if connection.dialect.name == "postgresql":
        chosen = chosen.with_for_update(skip_locked=True)
    rows = connection.execute(chosen, {"at": at}).all()
    for row in rows:
        connection.execute(_THIS, {"this": row.id, "attempts": row.attempts + 1, "next_attempt_at": until})
    return [Job(row.id, row.message_id, row.url, row.attempts, row.state == "kept") for row in rows]


def any_due(connection: Connection, at: str) -> bool:
    """Whether any file may be read now."""
    return connection.execute(_DUE.limit(1), {"at": at}).first() is not None


def content(connection: Connection, attachment_id: str) -> bytes | None:
    """The file itself."""
    found: bytes | None = connection.scalar(_CONTENT, {"this": attachment_id})
    return found


def put_back(connection: Connection, job: Job, due: str) -> None:
    """It could not be had this time."""
    connection.execute(_THIS, {"this": job.attachment_id, "next_attempt_at": due})


def settle(connection: Connection, job: Job, outcome: Outcome | None, at: str) -> None:
    """What was read, or None where the file could not be had; the last of a message lets it go on."""
    connection.execute(_WAITING_ROW, {"message": job.message_id})  # two readers of one message take turns
    if outcome is None:
        settled: dict[str, Any] = {"state": "lost"}
    else:
        # A file nobody can open is of no use to the care team, and may be made to harm who opens it.
        settled = {
            "state": "read" if outcome.content is not None else "refused",
            "kind": outcome.reading.kind,
            "reading": outcome.reading.as_json(),
            **_file(outcome.content),
        }
    connection.execute(_UNSETTLED, {"this": job.attachment_id, **settled})
    if not connection.scalar(_ANY_LEFT, {"message": job.message_id}):
        connection.execute(_LET_GO, {"message": job.message_id, "next_attempt_at": at})


def papers(connection: Connection, message_id: str) -> list[dict[str, Any]]:
    """The papers of a message as the dialogue is told of them (docs/architecture.md)."""
    rows = connection.execute(_READINGS, {"message": message_id})
    return [_paper(row.state, row.kind, row.reading or {}) for row in rows]


def _paper(state: str, kind: str | None, reading: dict[str, Any]) -> dict[str, Any]:
    return {
        "kind": "pdf" if kind == "pdf" else "photo",
        "text": reading.get("text", ""),
        "doubtful": reading.get("doubtful", []),
        "pages": reading.get("pages", 0),
        "pages_read": reading.get("pages_read", 0),
        "problem": reading.get("problem") if state in ("read", "refused") else "lost",
    }


def _file(data: bytes | None) -> dict[str, Any]:
    if data is None:
        return {"content": None, "size": None, "sha256": None}
    return {"content": data, "size": len(data), "sha256": hashlib.sha256(data).hexdigest()}


# Built once: putting a statement together costs more than running it.
_DUE = (
    select(
        attachment.c.id, attachment.c.message_id, attachment.c.url, attachment.c.attempts, attachment.c.state
    )
    .where(attachment.c.state.in_(UNSETTLED), attachment.c.next_attempt_at <= bindparam("at"))
    .order_by(attachment.c.next_attempt_at)
)
_THIS = update(attachment).where(attachment.c.id == bindparam("this"))
_UNSETTLED = _THIS.where(attachment.c.state.in_(UNSETTLED))
_CONTENT = select(attachment.c.content).where(attachment.c.id == bindparam("this"))
_LINE = select(message.c.id).where(
    message.c.id == bindparam("message"),
    message.c.conversation_id == inbox.c.conversation_id,
    message.c.seq == inbox.c.seq,
)
_WAITING_ROW = select(inbox.c.id).where(exists(_LINE)).with_for_update()
_LET_GO = update(inbox).where(exists(_LINE), inbox.c.state == "pending")
_ANY_LEFT = (
    select(attachment.c.id)
    .where(attachment.c.message_id == bindparam("message"), attachment.c.state.in_(UNSETTLED))
    .limit(1)
)
_READINGS = (
    select(attachment.c.state, attachment.c.kind, attachment.c.reading)
    .where(attachment.c.message_id == bindparam("message"))
    .order_by(attachment.c.ordinal)
)

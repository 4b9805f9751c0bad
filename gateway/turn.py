"""The one transaction that ends a turn: record, replies and the inbox row together, or none of them."""

from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, select, update

from gateway import inbox
from gateway.conversation import Saying, say
from gateway.inbox import Waiting
from gateway.phrases import Phrases
from gateway.rasa import Turn
from gateway.tasks import open_task
from record import apply
from record.tables import conversation
from record.tables import inbox as inbox_table

log = structlog.get_logger()


def commit(
    connection: Connection, waiting: Waiting, turn: Turn, phrases: Phrases, owner: str, at: str
) -> bool:
    """Write what the turn decided. False: another worker ended this turn before, and nothing was written."""
    if not inbox.finish(connection, waiting, at):
        inbox.release(connection, waiting.thread.conversation_id, owner)
        return False
    _record(connection, waiting, turn.proposals, phrases, at)
    if waiting.opted_out:
        _tell_staff(connection, waiting, "wrote-after-opt-out", phrases.staff["wrote_after_opt_out"], at)
    elif not _taken_over(connection, waiting):  # someone began to write while Rasa was thinking
        _reply(connection, waiting, turn, at)
    _end(connection, waiting, owner)
    return True


def commit_silent(connection: Connection, waiting: Waiting, owner: str, at: str) -> bool:
    """End a turn without the dialogue: a clinician is speaking with this person."""
    done = inbox.finish(connection, waiting, at)
    inbox.release(connection, waiting.thread.conversation_id, owner)
    return done


def give_up(connection: Connection, waiting: Waiting, phrases: Phrases, owner: str, at: str) -> bool:
    """The dialogue cannot handle this message: a person is asked to, and the patient told so."""
    inbox.release(connection, waiting.thread.conversation_id, owner)
    if not inbox.finish(connection, waiting, at):
        return False
    _tell_staff(connection, waiting, "unanswered", phrases.staff["gave_up"], at, priority="urgent")
    if not waiting.opted_out:
        key = f"{waiting.inbox_id}:gave-up"
        say(connection, waiting.thread, Saying(phrases.patient["gave_up"]), at=at, effect_key=key)
    return True


def _record(connection: Connection, waiting: Waiting, proposals: Any, phrases: Phrases, at: str) -> None:
    """Proposals become record. Whatever is wrong with them costs neither the reply nor the others."""
    if not _applied(connection, waiting, proposals, at):
        note = phrases.staff["proposals_refused"]
        _tell_staff(connection, waiting, "proposals-refused", note, at, priority="urgent")


def _applied(connection: Connection, waiting: Waiting, proposals: Any, at: str) -> bool:
    if proposals is None:
        return True
    if not isinstance(proposals, Sequence) or isinstance(proposals, (str, bytes)):
        return False
    savepoint = connection.begin_nested()
    try:
        report = apply.apply(
            connection,
            patient_id=waiting.thread.patient_id,
            message_id=waiting.message_id,
            inbox_id=waiting.inbox_id,
            proposals=proposals,
            at=at,
        )
    except (LookupError, ValueError, TypeError) as error:
        savepoint.rollback()
        log.error("proposals_failed", inbox_id=waiting.inbox_id, error=type(error).__name__)
        return False
    savepoint.commit()
    return not report.refused


def _reply(connection: Connection, waiting: Waiting, turn: Turn, at: str) -> None:
    for ordinal, reply in enumerate(turn.replies):
        saying = Saying(reply.text, reply.about, reply.why, reply.card)
        say(connection, waiting.thread, saying, at=at, effect_key=f"{waiting.inbox_id}:{ordinal}")


def _tell_staff(
    connection: Connection,
    waiting: Waiting,
    code: str,
    description: str,
    at: str,
    priority: str = "routine",
) -> None:
    open_task(
        connection,
        patient_id=waiting.thread.patient_id,
        message_id=waiting.message_id,
        code=code,
        priority=priority,
        description=description,
        quote=waiting.text,
        effect_key=f"{waiting.inbox_id}:task:{code}",
        at=at,
    )


def _taken_over(connection: Connection, waiting: Waiting) -> bool:
    return connection.scalar(_HOLDER, {"this": waiting.thread.conversation_id}) is not None


def _end(connection: Connection, waiting: Waiting, owner: str) -> None:
    """The conversation is free again, and no longer in trouble once all are answered that waited in it."""
    inbox.release(connection, waiting.thread.conversation_id, owner)
    connection.execute(_TROUBLE_OVER, {"this": waiting.thread.conversation_id, "apologised_at": None})


_HOLDER = select(conversation.c.taken_over_by).where(conversation.c.id == bindparam("this"))
_STILL_WAITS = select(inbox_table.c.id).where(
    inbox_table.c.conversation_id == conversation.c.id,
    inbox_table.c.state == "pending",
    inbox_table.c.received_at <= conversation.c.apologised_at,
)
_TROUBLE_OVER = update(conversation).where(
    conversation.c.id == bindparam("this"),
    conversation.c.apologised_at.is_not(None),
    ~_STILL_WAITS.correlate(conversation).exists(),
)

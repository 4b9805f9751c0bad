"""What a conversation shows, and its server-sent events: each line once, in order, from where one left."""

import json
from collections.abc import AsyncIterator
from time import monotonic
from typing import Any

import structlog
from sqlalchemy import Connection, select

from gateway.parts import Parts
from record.tables import message

log = structlog.get_logger()
PAGE = 100


def lines_after(connection: Connection, conversation_id: str, after: int, limit: int) -> list[dict[str, Any]]:
    """Lines of a conversation after a number, as the widget reads them."""
    columns = message.c
    rows = connection.execute(
        select(
            columns.id,
            columns.seq,
            columns.direction,
            columns.author,
            columns.author_name,
            columns.text,
            columns.about,
            columns.why,
            columns.card,
            columns.at,
        )
        .where(columns.conversation_id == conversation_id, columns.seq > after)
        .order_by(columns.seq)
        .limit(limit)
    )
    return [dict(row) for row in rows.mappings()]


async def events(parts: Parts, conversation_id: str, after: int) -> AsyncIterator[str]:
    """The stream. It asks the table, and the bell only says when: a lost ring costs a moment, no message."""
    bell = parts.bells.watch(conversation_id)
    quiet_since = monotonic()
    yield "retry: 2000\n\n"
    try:
        while True:
            for line in await _read(parts, conversation_id, after):
                after = line["seq"]
                quiet_since = monotonic()
                yield f"id: {after}\nevent: message\ndata: {json.dumps(line)}\n\n"
            if monotonic() - quiet_since >= parts.config.timing.heartbeat:
                quiet_since = monotonic()
                yield ": still here\n\n"
            await bell.wait(min(parts.config.timing.stream_poll, parts.config.timing.heartbeat))
    finally:
        parts.bells.unwatch(conversation_id, bell)


async def _read(parts: Parts, conversation_id: str, after: int) -> list[dict[str, Any]]:
    try:
        return await parts.store.read(lambda c: lines_after(c, conversation_id, after, PAGE))
    except Exception as error:
        log.error("stream_read_failed", error=type(error).__name__)
        return []

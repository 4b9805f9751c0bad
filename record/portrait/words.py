"""What was told, the newest few of each topic: found as fast in a long story as in a short one."""

from collections import Counter
from functools import cache
from typing import Any

from sqlalchemy import CTE, Connection, Row, Select, bindparam, func, select, true

from record.portrait.audience import Seen
from record.portrait.parts import Quote
from record.series import PATIENT
from record.tables import message, statement

NEWEST = 8  # of each topic: what is told again and again stands in the conversation


def read(connection: Connection, patient_id: str, seen: Seen) -> tuple[tuple[Quote, ...], tuple[str, ...]]:
    """The newest words of each topic, newest first, and the topics that have older ones."""
    if not seen.words:
        return (), ()
    chosen = _newest(connection.dialect.name)
    found = connection.execute(chosen, {"patient_id": patient_id, "hidden": list(seen.hidden)})
    rows = [row for row in found if seen.since is None or row.created_at >= seen.since]
    each = Counter(row.topic for row in rows)
    older = tuple(sorted(topic for topic, count in each.items() if count > NEWEST))
    taken: Counter[str] = Counter()
    quotes = []
    for row in rows:
        taken[row.topic] += 1
        if taken[row.topic] <= NEWEST:
            quotes.append(_quote(row))
    return tuple(sorted(quotes, key=lambda quote: quote.at, reverse=True)), older


def _quote(row: Row[Any]) -> Quote:
    return Quote(
        id=row.id,
        text=row.quote,
        category=row.category,
        code=row.code,
        at=row.created_at,
        said_at=row.said_at,
        origin=row.origin,
        by=row.author_name if row.author == "caregiver" else None,
        subject=row.subject,
        temporality=row.temporality,
        polarity=row.polarity,
        message_id=row.message_id,
        seq=row.seq,
    )


@cache
def _newest(dialect: str) -> Select[Any]:
    """The same rows asked for in the way each database walks its index (see record.series)."""
    topics = _topics()
    of_topic = (
        select(statement)
        .where(
            statement.c.patient_id == PATIENT,
            statement.c.status == "active",
            statement.c.topic == topics.c.topic,
            statement.c.id.not_in(bindparam("hidden", expanding=True)),
        )
        .order_by(statement.c.created_at.desc())
        .limit(NEWEST + 1)
        .correlate(topics)
    )
    if dialect == "postgresql":
        kept: Any = of_topic.lateral("newest")
        found = topics.join(kept, true())
    else:
        kept = statement.alias("kept")
        found = topics.join(kept, kept.c.id.in_(of_topic.with_only_columns(statement.c.id)))
    return (
        select(kept, message.c.seq, message.c.author, message.c.author_name, message.c.at.label("said_at"))
        .select_from(found.join(message, message.c.id == kept.c.message_id))
        .order_by(kept.c.topic, kept.c.created_at.desc(), kept.c.start)
    )


def _topics() -> CTE:
    """Each topic a patient told of, found by stepping from one to the next."""
    mine = (statement.c.patient_id == PATIENT, statement.c.status == "active")
    topics = select(func.min(statement.c.topic).label("topic")).where(*mine).cte("topics", recursive=True)
    following = select(func.min(statement.c.topic)).where(*mine, statement.c.topic > topics.c.topic)
    return topics.union_all(
        select(following.correlate(topics).scalar_subquery()).where(topics.c.topic.is_not(None))
    )

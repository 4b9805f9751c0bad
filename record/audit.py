"""Who saw or changed what: an append-only log in which each line seals the one before it."""

import hashlib
import json
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from record.tables import audit_event

BEGINNING = "0" * 64
APPEND_LOCK = 5_484_002


@dataclass(frozen=True)
class Verdict:
    """Whether the log is whole: how many lines hold, and the first that does not."""

    lines: int
    broken_at: int | None = None

    @property
    def whole(self) -> bool:
        return self.broken_at is None


def append(
    connection: Connection, *, at: str, agent: str, action: str, entity: str, outcome: str = "success"
) -> str:
    """Add a line and return its digest; it stands or falls with the caller's transaction.

    `agent` is a user id or a part of Kith, `action` is C R U D or E with a subtype after a colon
    ("E:sign-in"), `entity` names what it was done to ("Patient/<id>"), never with its content.
    """
    if connection.dialect.name == "postgresql":  # SQLite has one writer already
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": APPEND_LOCK})
    last = connection.execute(
        select(audit_event.c.seq, audit_event.c.digest).order_by(audit_event.c.seq.desc()).limit(1)
    ).one_or_none()
    seq, previous = (last.seq + 1, last.digest) if last else (1, BEGINNING)
    sealed = digest_of(previous, seq, at, agent, action, entity, outcome)
    connection.execute(
        audit_event.insert().values(
            seq=seq,
            at=at,
            agent=agent,
            action=action,
            entity=entity,
            outcome=outcome,
            previous=previous,
            digest=sealed,
        )
    )
    return sealed


def verify(connection: Connection) -> Verdict:
    """Recompute every seal. A line changed, removed or slipped in breaks it there.

    Cutting off the end leaves a whole shorter log: compare `lines` and the last digest with what
    was noted elsewhere to see that.
    """
    previous, count = BEGINNING, 0
    in_order = select(audit_event).order_by(audit_event.c.seq).execution_options(yield_per=1000)
    rows = connection.execute(in_order)
    for row in rows:
        sealed = digest_of(previous, count + 1, row.at, row.agent, row.action, row.entity, row.outcome)
        if (row.seq, row.previous, row.digest) != (count + 1, previous, sealed):
            return Verdict(count, broken_at=row.seq)
        previous, count = row.digest, count + 1
    return Verdict(count)


def digest_of(previous: str, seq: int, *values: str) -> str:
    """The seal of one line: SHA-256 over the seal before it and every field, as a JSON list."""
    return hashlib.sha256(json.dumps([previous, seq, *values]).encode()).hexdigest()

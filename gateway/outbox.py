"""What waits to be delivered by SMS: one text of a conversation at a time, its status only ever forward."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BindParameter,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    case,
    exists,
    or_,
    select,
    update,
)

from gateway.conversation import OPT_OUT, SAFETY, Thread, kind_of
from gateway.heads import heads
from record.tables import contact_point, message, outbox, patient

# Twilio's statuses as ours, with how far each is along. An end is an end.
STATES = {
    "accepted": "sending",
    "scheduled": "sending",
    "queued": "sending",
    "sending": "sending",
    "sent": "sent",
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "undelivered",
    "failed": "failed",
    "canceled": "cancelled",
}
# "later": not in line, so that those behind it need not wait: for the morning, or for another try.
RANK = {
    "queued": 0,
    "later": 0,
    "sending": 1,
    "sent": 2,
    "delivered": 3,
    "undelivered": 3,
    "failed": 3,
    "cancelled": 3,
}


@dataclass(frozen=True)
class Text:
    """One text whose turn it is. `look`: an earlier attempt may have arrived."""

    outbox_id: str
    message_id: str
    patient_id: str
    conversation_id: str
    to: str
    body: str
    attempts: int
    created_at: str
    look: bool
    allowed: bool  # the person has not opted out, or it is one of the texts that may follow a STOP
    kind: str  # last part of the effect key
    tries: int = 0  # deliveries that failed before this one
    zone: str | None = None  # the patient's time zone, where it is known


def lease(
    connection: Connection, *, limit: int, at: str, until: str, stale: str, urgent: bool = False
) -> list[Text]:
    """Take up to `limit` texts to send: the oldest of each conversation, when the one before it is sent.

    A safety reply waits for none of them; `urgent` takes these alone.
    """
    chosen = (_DUE.where(_URGENT) if urgent else _DUE).limit(limit)
    if connection.dialect.name == "postgresql":
        chosen = chosen.with_for_update(of=outbox, skip_locked=True)
    rows = connection.execute(chosen, {"at": at, "stale": stale}).all()
    for row in rows:
        taken = {"state": "sending", "attempts": row.attempts + 1, "next_attempt_at": until}
        connection.execute(_THIS, {"this": row.id, "updated_at": at, **taken})
    return [_text(row) for row in rows]


def any_due(connection: Connection, at: str, stale: str) -> bool:
    """Whether any text may go now."""
    return connection.execute(_DUE.limit(1), {"at": at, "stale": stale}).first() is not None


def _due() -> Select[Any]:
    """Texts that may go now. Before `stale`, a text handed over no longer holds back the next."""
    at: BindParameter[str] = bindparam("at")
    stale: BindParameter[str] = bindparam("stale")
    before = outbox.alias("before")
    on_its_way = exists().where(
        before.c.state == "sending",
        before.c.contact_point_id == outbox.c.contact_point_id,
        before.c.seq < outbox.c.seq,
        or_(before.c.provider_message_id.is_(None), before.c.updated_at > stale),
    )
    unsent = or_(
        and_(outbox.c.state == "queued", _URGENT),
        outbox.c.state == "later",
        outbox.c.id.in_(heads(outbox, "contact_point_id", "queued")),
        and_(outbox.c.state == "sending", outbox.c.provider_message_id.is_(None)),
    )
    return (
        select(
            outbox,
            message.c.text,
            message.c.patient_id,
            message.c.effect_key,
            contact_point.c.value,
            contact_point.c.opted_out_at,
            patient.c.timezone,
        )
        .join(message, message.c.id == outbox.c.message_id)
        .join(contact_point, contact_point.c.id == outbox.c.contact_point_id)
        .join(patient, patient.c.id == message.c.patient_id)
        .where(
            contact_point.c.system == "sms",
            unsent,
            outbox.c.next_attempt_at <= at,
            or_(_URGENT, ~on_its_way),
        )
        .order_by(case((_URGENT, 0), else_=1), outbox.c.next_attempt_at, outbox.c.seq)
    )


def _text(row: Row[Any]) -> Text:
    kind = kind_of(row.effect_key)
    return Text(
        outbox_id=row.id,
        message_id=row.message_id,
        patient_id=row.patient_id,
        conversation_id=row.conversation_id,
        to=row.value,
        body=row.text,
        attempts=row.attempts,
        created_at=row.created_at,
        look=row.state == "sending",
        allowed=row.opted_out_at is None or kind in (OPT_OUT, SAFETY),
        kind=kind,
        tries=row.tries,
        zone=row.timezone,
    )


def handed_over(connection: Connection, outbox_id: str, sid: str, at: str) -> None:
    """Twilio has it. A status callback may have been faster; then only the id is new."""
    taken = {"provider_message_id": sid, "sent_at": at, "updated_at": at}
    connection.execute(_HANDED_OVER, {"this": outbox_id, **taken})


def already_sent(connection: Connection, message_id: str, outbox_id: str, at: str) -> None:
    """A text that went out before its row could be written: it takes its id, and Twilio is asked for it."""
    known = {"id": outbox_id, "state": "sending", "attempts": 1, "created_at": at}
    connection.execute(update(outbox).where(outbox.c.message_id == message_id).values(**known))


def last_said(connection: Connection, thread: Thread) -> str | None:
    """What kind of text was the last to this phone, if any was."""
    here = {"conversation": thread.conversation_id, "point": thread.contact_point_id}
    kind: str | None = connection.scalar(_LAST_SAID, here)
    return kind


def put_back(connection: Connection, outbox_id: str, *, due: str, at: str, ambiguous: bool) -> None:
    """Not sent, or nobody knows: try again when due. An ambiguous one keeps its state and is looked for."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == outbox_id, outbox.c.provider_message_id.is_(None))
        .values(state="sending" if ambiguous else "queued", next_attempt_at=due, updated_at=at)
    )


def look_sooner(connection: Connection, due: str) -> None:
    """What a killed process was sending is looked for when due, not when its lease would have run out. Only
    for a process that knows it is the only sender there is."""
    in_between = and_(outbox.c.state == "sending", outbox.c.provider_message_id.is_(None))
    late = outbox.c.next_attempt_at > due
    connection.execute(update(outbox).where(in_between, late).values(next_attempt_at=due))


def keep_for_later(connection: Connection, outbox_id: str, due: str, at: str) -> None:
    """Not now; and nothing behind it has to wait for it. Not where a callback says meanwhile that it went."""
    connection.execute(
        _HANDED_OVER, {"this": outbox_id, "state": "later", "next_attempt_at": due, "updated_at": at}
    )


def try_again(connection: Connection, outbox_id: str, due: str, at: str) -> None:
    """It did not arrive: it is sent once more as a text of its own, the old one's statuses count no more."""
    again = {"state": "later", "provider_message_id": None, "next_attempt_at": due, "updated_at": at}
    connection.execute(_THIS.values(tries=outbox.c.tries + 1), {"this": outbox_id, **again})


def move(connection: Connection, outbox_id: str, state: str, at: str, error_code: str | None = None) -> bool:
    """The next state, if it is further along than the one there is. Whether anything changed."""
    reached = {"state": state, "updated_at": at, **({"error_code": error_code} if error_code else {})}
    return connection.execute(_FORWARD, {"this": outbox_id, "rank": RANK[state], **reached}).rowcount == 1


def find(connection: Connection, outbox_id: str, sid: str, tries: int | None = 0) -> tuple[str, str] | None:
    """The row a status callback means, by the id in its address or by Twilio's; and its conversation.

    None where it speaks of an earlier delivery of a text that was sent again. `tries` None: of the last one.
    """
    row = connection.execute(_BY_ID, {"this": outbox_id}).first()
    if row is not None and tries is not None and row.tries != tries:
        return None
    row = row or (connection.execute(_BY_SID, {"sid": sid}).first() if sid else None)
    return row and (row.id, row.conversation_id)


def known_sids(connection: Connection, text: Text) -> tuple[str | None, set[str]]:
    """Twilio's id of this text, had its callback come meanwhile, and of all others to this number."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.provider_message_id)
        .join(contact_point, contact_point.c.id == outbox.c.contact_point_id)
        .where(contact_point.c.value == text.to, outbox.c.provider_message_id.is_not(None))
    )
    known: dict[str, str] = {row.id: row.provider_message_id for row in rows}
    return known.pop(text.outbox_id, None), set(known.values())


def unheard(connection: Connection, before: str) -> list[tuple[str, str]]:
    """Texts handed over some time ago of which no status came: (outbox id, Twilio's id)."""
    rows = connection.execute(
        select(outbox.c.id, outbox.c.provider_message_id)
        .where(
            outbox.c.state == "sending",
            outbox.c.provider_message_id.is_not(None),
            outbox.c.updated_at <= before,
        )
        .limit(50)
    )
    return [(row[0], row[1]) for row in rows]


def waiting(connection: Connection) -> list[str]:
    """When each text not yet handed over was written, oldest first: for metrics."""
    return list(
        connection.scalars(
            select(outbox.c.created_at)
            .join(contact_point, contact_point.c.id == outbox.c.contact_point_id)
            .where(contact_point.c.system == "sms", outbox.c.provider_message_id.is_(None))
            .where(outbox.c.state.in_(("queued", "later", "sending")))
            .order_by(outbox.c.created_at)
        )
    )


# Built once: putting a statement together costs more than running it.
_URGENT = outbox.c.kind == SAFETY
_DUE = _due()
_THIS = update(outbox).where(outbox.c.id == bindparam("this"))
_FORWARD = _THIS.where(case(RANK, value=outbox.c.state, else_=0) < bindparam("rank"))
_HANDED_OVER = _THIS.where(outbox.c.provider_message_id.is_(None))
_ROW = select(outbox.c.id, outbox.c.conversation_id, outbox.c.tries)
_BY_ID = _ROW.where(outbox.c.id == bindparam("this"))
_BY_SID = _ROW.where(outbox.c.provider_message_id == bindparam("sid")).limit(1)
_LAST_SAID = (
    select(outbox.c.kind)
    .where(
        outbox.c.conversation_id == bindparam("conversation"),
        outbox.c.contact_point_id == bindparam("point"),
        outbox.c.state != "cancelled",
    )
    .order_by(outbox.c.seq.desc())
    .limit(1)
)

"""What a patient in danger hears of a page: honest words behind the fixed reply, and never a promise."""

from typing import Any

from sqlalchemy import Connection, Row, and_, or_, select, update

from gateway.clinician import last_way
from gateway.conversation import Saying, say
from gateway.paging.rota import Rota
from gateway.paging.words import Words
from record.tables import contact_point, conversation, message, oncall_page, patient

# What may still be said after what: nothing is said twice, and nothing goes back.
AFTER: dict[str, tuple[str | None, ...]] = {
    "nobody": (None,),
    "paged": (None, "nobody"),
    "no-answer": (None, "paged"),
    "seen": (None, "nobody", "paged", "no-answer"),
}


def tell(connection: Connection, page_id: str, what: str, rota: Rota, words: Words, at: str) -> str | None:
    """Say `paged`, `nobody` or `no-answer` once; the conversation it was said in, None where nothing was."""
    page = connection.execute(select(oncall_page).where(oncall_page.c.id == page_id)).one()
    spoken = _spoken_with(connection, page, rota)
    if spoken is None or not _first(connection, page.id, what):
        return None
    if what == "nobody":
        text = words.nobody(spoken.language, page.risk, rota.opens(at), rota.local(at))
    else:
        text = words.patient(what, spoken.language, page.risk)
    return _say(connection, spoken.id, text, f"{page.id}:{what}", at)


def tell_seen(connection: Connection, page: Row[Any], rota: Rota, words: Words, at: str) -> str | None:
    """Who has it: by a text they know of the message, on the page they have seen it."""
    if page.acknowledged_how not in ("sms", "page"):
        return None
    spoken = _spoken_with(connection, page, rota)
    if spoken is None or not _first(connection, page.id, "seen"):
        return None
    who = words.who(page.acknowledged_by, page.acknowledged_role, spoken.language)
    name = "seen" if page.acknowledged_how == "page" else "known"
    return _say(
        connection, spoken.id, words.patient(name, spoken.language, page.risk, who=who), f"{page.id}:seen", at
    )


def _spoken_with(connection: Connection, page: Row[Any], rota: Rota) -> Any:
    """The conversation a page is about, and its language; None where the patient is not to hear of it."""
    if not rota.tell_patient or page.message_id is None or not rota.policy.rule_of(page.risk).tell:
        return None
    row = connection.execute(
        select(conversation.c.id, conversation.c.taken_over_by, patient.c.language)
        .join(message, message.c.conversation_id == conversation.c.id)
        .join(patient, patient.c.id == conversation.c.patient_id)
        .where(message.c.id == page.message_id)
    ).first()
    return (
        None if row is None or row.taken_over_by is not None else row
    )  # someone is there and speaks themselves


def _first(connection: Connection, page_id: str, what: str) -> bool:
    """Whether this is said now for the first time, and by this gateway."""
    before = [each for each in AFTER[what] if each is not None]
    may = or_(oncall_page.c.told.is_(None), oncall_page.c.told.in_(before))
    told = update(oncall_page).where(and_(oncall_page.c.id == page_id, may)).values(told=what)
    return connection.execute(told).rowcount == 1


def _say(connection: Connection, conversation_id: str, text: str, key: str, at: str) -> str | None:
    try:
        way = last_way(connection, conversation_id)
    except LookupError:
        return None
    opted_out = select(contact_point.c.opted_out_at).where(contact_point.c.id == way.contact_point_id)
    if way.channel == "sms" and connection.scalar(opted_out) is not None:
        return None
    say(connection, way, Saying(text), at=at, effect_key=key)
    return conversation_id

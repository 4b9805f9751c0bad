"""Conversations a clinician has taken over: both sides know who speaks, and nobody is left in silence."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

import structlog
from sqlalchemy import Connection, and_, func, select, update

from gateway.bells import Bells
from gateway.clinician import last_way
from gateway.conversation import Saying, say
from gateway.paging.desk import Desk
from gateway.paging.pages import queue
from gateway.paging.words import called_of
from gateway.store import Store
from gateway.tasks import open_task
from record import audit
from record.ids import new_id, now
from record.oncall import GATEWAY
from record.tables import contact_point, conversation, message, patient, user

log = structlog.get_logger()

CODE = "left-waiting"


class Holder(Protocol):
    """Whoever took a conversation over."""

    @property
    def display_name(self) -> str: ...
    @property
    def role(self) -> str: ...


@dataclass(frozen=True)
class Held:
    """One conversation in a clinician's hands, and since when its patient waits for words of theirs."""

    conversation_id: str
    patient_id: str
    language: str
    user_id: str
    username: str
    name: str
    taken_at: str
    waiting_since: str | None  # None: nobody waits
    words: str | None  # what the patient wrote first of what was not answered
    message_id: str | None


def announcer(desk: Desk) -> Callable[[Connection, str, Holder, str, str], None]:
    """`announce` of the care-team pages: one line to the patient, in the transaction that changes hands."""

    def announce(connection: Connection, conversation_id: str, by: Holder, what: str, at: str) -> None:
        words, language = desk.words, _language(connection, conversation_id)
        if what == "taken-over":
            text = words.patient(what, language, who=words.who(by.display_name, by.role, language))
        else:
            held = next(
                (each for each in held_now(connection, desk) if each.conversation_id == conversation_id), None
            )
            left = held is not None and held.waiting_since is not None and held.words is not None
            text = words.patient("back-open" if left else "back", language, name=called_of(by.display_name))
        _say(connection, conversation_id, text, what, at)

    return announce


class HoldWatch:
    """Looks every few seconds for patients who wait while a clinician has their conversation."""

    def __init__(self, store: Store, bells: Bells, desk: Desk) -> None:
        self._store, self._bells, self._desk = store, bells, desk

    async def run(self) -> None:
        """Until cancelled; a failure of the database is waited out."""
        while True:
            try:
                await self.round(now())
            except Exception as error:
                log.error("hold_watch_failed", error=type(error).__name__)
            await asyncio.sleep(self._desk.pace.hold_poll)

    async def round(self, at: str) -> None:
        """Remind whoever is slow; after that Kith is back, and a person is asked to read."""
        held = await self._store.read(lambda c: held_now(c, self._desk))
        waits = [(each, _waited(each, at)) for each in held if each.waiting_since]
        self._desk.metrics.held.set(max((seconds for _, seconds in waits), default=0))
        policy = self._desk.policy
        for each, seconds in waits:
            if seconds >= policy.hand_back.total_seconds():
                if await self._store.write(lambda c, h=each: give_back(c, h, self._desk, at)):  # type: ignore[misc]
                    self._desk.metrics.handed_back.inc()
                    self._bells.said(each.conversation_id)
            elif seconds >= policy.remind.total_seconds() and self._desk.rota is not None:
                await self._store.write(lambda c, h=each: remind(c, h, self._desk, at))  # type: ignore[misc]


def held_now(connection: Connection, desk: Desk) -> list[Held]:
    """Every conversation that is taken over."""
    rows = connection.execute(
        select(
            conversation.c.id,
            conversation.c.patient_id,
            conversation.c.taken_over_by,
            conversation.c.taken_over_at,
            user.c.username,
            user.c.display_name,
            patient.c.language,
        )
        .join(patient, patient.c.id == conversation.c.patient_id)
        .outerjoin(user, user.c.id == conversation.c.taken_over_by)
        .where(conversation.c.taken_over_by.is_not(None), conversation.c.taken_over_at.is_not(None))
    ).all()
    return [_held(connection, row, desk) for row in rows]


def _held(connection: Connection, row: Any, desk: Desk) -> Held:
    since, first = _waiting(connection, row.id, row.taken_over_at, desk.policy.closers)
    return Held(
        conversation_id=row.id,
        patient_id=row.patient_id,
        language=row.language,
        user_id=row.taken_over_by,
        username=row.username or "",
        name=row.display_name or "A colleague",
        taken_at=row.taken_over_at,
        waiting_since=since,
        words=first.text if first else None,
        message_id=first.id if first else None,
    )


def _waiting(
    connection: Connection, conversation_id: str, taken_at: str, closers: frozenset[str]
) -> tuple[str | None, Any]:
    """Since when the patient waits: since they wrote, or since they were told that someone is writing now."""
    here = message.c.conversation_id == conversation_id
    answered = connection.execute(
        select(func.max(message.c.seq), func.max(message.c.at)).where(here, message.c.author == "clinician")
    ).one()
    wrote = connection.execute(
        select(message.c.id, message.c.text, message.c.at)
        .where(
            here, message.c.direction == "in", message.c.at >= taken_at, message.c.seq > (answered[0] or 0)
        )
        .order_by(message.c.seq)
    ).all()
    first = next((each for each in wrote if not _closes(each.text, closers)), None)
    silent_since_taken = answered[1] is None or answered[1] < taken_at
    if first is None:
        return (taken_at, None) if silent_since_taken else (None, None)
    return first.at, first


def _closes(text: str, closers: frozenset[str]) -> bool:
    """ "Thanks!" waits for nothing."""
    return text.strip(" .!?,").casefold() in closers


def remind(connection: Connection, held: Held, desk: Desk, at: str) -> bool:
    """Tell whoever has it, once a wait; only those on the on-call list have a way we know of."""
    person = desk.rota().by_username(held.username) if desk.rota else None
    if person is None:
        return False
    minutes = round(desk.policy.remind.total_seconds() / 60)
    told = [
        queue(
            connection,
            page_id=None,
            kind="reminder",
            person=person,
            way=way,
            subject=desk.words.staff("reminder_subject"),
            text=desk.words.staff("reminder", minutes=minutes, link=f"{desk.words.link_base}/?show=mine"),
            effect_key=f"hold:{held.conversation_id}:{held.waiting_since}:{way[0]}",
            at=at,
        )
        for way in person.ways
    ]
    return any(told)


def give_back(connection: Connection, held: Held, desk: Desk, at: str) -> bool:
    """Kith answers again and says so; a person is asked to read. False when it changed hands meanwhile."""
    mine = and_(
        conversation.c.id == held.conversation_id,
        conversation.c.taken_over_by == held.user_id,
        conversation.c.taken_over_at == held.taken_at,
    )
    free = {"taken_over_by": None, "taken_over_at": None}
    if connection.execute(update(conversation).where(mine).values(**free)).rowcount != 1:
        return False
    _, newest = _waiting(connection, held.conversation_id, held.taken_at, desk.policy.closers)
    minutes = round(desk.policy.hand_back.total_seconds() / 60)
    text = desk.words.patient("back-unanswered", held.language, name=called_of(held.name))
    _say(connection, held.conversation_id, text, "back", at)
    open_task(
        connection,
        patient_id=held.patient_id,
        message_id=newest.id if newest else None,
        code=CODE,
        priority="asap",
        description=desk.words.staff("left_waiting", name=held.name, minutes=minutes),
        quote=newest.text if newest else None,
        effect_key=f"hold:{held.conversation_id}:{held.taken_at}:{CODE}",
        at=at,
    )
    entity = f"Conversation/{held.conversation_id}"
    audit.append(connection, at=at, agent=GATEWAY, action="U:hand-back-idle", entity=entity)
    return True


def _say(connection: Connection, conversation_id: str, text: str, what: str, at: str) -> None:
    """Where there is a way to them, and they have not asked for silence."""
    try:
        way = last_way(connection, conversation_id)
    except LookupError:
        return
    opted_out = select(contact_point.c.opted_out_at).where(contact_point.c.id == way.contact_point_id)
    if way.channel != "sms" or connection.scalar(opted_out) is None:
        say(connection, way, Saying(text), at=at, effect_key=f"hold:{new_id()}:{what}")


def _language(connection: Connection, conversation_id: str) -> str:
    found = connection.scalar(
        select(patient.c.language)
        .join(conversation, conversation.c.patient_id == patient.c.id)
        .where(conversation.c.id == conversation_id)
    )
    return found or "en"


def _waited(held: Held, at: str) -> float:
    since = datetime.fromisoformat(held.waiting_since or at)
    return (datetime.fromisoformat(at) - since).total_seconds()

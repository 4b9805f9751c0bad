"""Texts nobody asked for: a new result is in, did a number help. Once, at a decent hour, to the right one."""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import Connection, Row, case, or_, select

from gateway.bells import Bells
from gateway.config import Timing
from gateway.conversation import Saying, Thread, say
from gateway.phrases import Phrases
from gateway.store import Store
from gateway.tasks import open_task
from record import people, referrals, release
from record.ids import now, stamp
from record.release_rules import Policy, zone_or
from record.tables import contact_point, conversation, flag, inbox, patient, statement

log = structlog.get_logger()

KIND = "new-result"  # last part of the effect key
WORDS = {KIND: "new_result", referrals.KIND: "resource_check"}  # lines of phrases.toml
BUSY = timedelta(minutes=15)  # while someone of the care team is talking with them
DANGER = ("emergency", "crisis")


@dataclass(frozen=True)
class Verdict:
    """What is to become of one text. Exactly one of them is set, or none: then nobody is to be told."""

    thread: Thread | None = None  # say it here
    later: str | None = None  # not before this instant
    reason: str | None = None  # not at all: a person is asked to tell them


class Herald:
    """Looks every few seconds for results to release by themselves and texts whose time has come."""

    def __init__(
        self, store: Store, bells: Bells, phrases: Phrases, timing: Timing, policy: Policy, zone: str
    ) -> None:
        self._store, self._bells, self._phrases = store, bells, phrases
        self._timing, self._policy, self._zone = timing, policy, zone

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self.round(now())
            await asyncio.sleep(self._timing.herald)

    async def round(self, at: str) -> None:
        """Everything that is due at this instant."""
        if not await self._store.read(lambda connection: release.anything_due(connection, at)):
            return
        told = await self._store.write(lambda connection: self.tell_due(connection, at))
        for conversation_id in told:
            self._bells.said(conversation_id)

    def tell_due(self, connection: Connection, at: str) -> list[str]:
        """Release what nobody decided on in time, then send what may be sent: the conversations spoken in."""
        released = release.release_due(connection, at)
        threads = [self._settle(connection, text, at) for text in release.texts_due(connection, at)]
        told = [thread.conversation_id for thread in threads if thread]
        log.info("new_results_told", count=len(told), released=released)
        return told

    def _settle(self, connection: Connection, text: Row[Any], at: str) -> Thread | None:
        # A result is told to nobody whose phone it may not be; "did you reach them?" tells of nobody.
        sure = text.kind != referrals.KIND
        verdict = judge(connection, text.patient_id, at, self._policy, self._zone, identity=sure)
        if verdict.later:
            release.put_off(connection, text.id, verdict.later)
        elif verdict.thread and release.close_text(connection, text.id, "sent", at):
            words = self._phrases.patient[WORDS[text.kind]]
            say(connection, verdict.thread, Saying(words), at=at, effect_key=f"{text.id}:{text.kind}")
            self._note(connection, text, "asked", at)
        elif not verdict.thread and release.close_text(connection, text.id, "not-sent", at, verdict.reason):
            self._note(connection, text, "not-asked", at)
            self._ask_someone(connection, text, verdict.reason, at)
        return verdict.thread

    def _note(self, connection: Connection, text: Row[Any], status: str, at: str) -> None:
        """Whether someone was asked about a number stands beside the number."""
        if text.kind == referrals.KIND:
            referrals.mark(connection, text.patient_id, status, at)

    def _ask_someone(self, connection: Connection, text: Row[Any], reason: str | None, at: str) -> None:
        """Somebody who was not told of a result by Kith is told by a person."""
        if reason and text.kind == KIND:
            open_task(
                connection,
                patient_id=text.patient_id,
                code="tell-of-result",
                priority="routine",
                description=self._phrases.staff[f"result_{reason}"],
                effect_key=f"{text.id}:task",
                at=at,
            )


def judge(
    connection: Connection,
    patient_id: str,
    at: str,
    policy: Policy,
    clinic_zone: str,
    *,
    identity: bool = True,
) -> Verdict:
    """Whether a patient may get a text they did not ask for, where, and from when on.

    With `identity` only once it was checked whose phone it is.
    """
    who = connection.execute(
        select(patient.c.timezone, patient.c.identity_verified_at, patient.c.deleted_at).where(
            patient.c.id == patient_id
        )
    ).one()
    points = connection.execute(_points(patient_id)).all()
    if who.deleted_at is not None or not points:
        return Verdict()
    if reason := _reason_not_to(connection, patient_id, who, points, at, policy, identity):
        return Verdict(reason=reason)
    opens = policy.may_text_from(at, zone_or(who.timezone, clinic_zone))
    if opens > at:
        return Verdict(later=opens)
    point = next(point for point in points if point.opted_out_at is None)
    if point.taken_over_by is not None:
        return Verdict(later=stamp(datetime.fromisoformat(at) + BUSY))
    return Verdict(thread=Thread(patient_id, point.conversation_id, point.id, point.system))


def _reason_not_to(
    connection: Connection, patient_id: str, who: Any, points: Any, at: str, policy: Policy, identity: bool
) -> str | None:
    if all(point.opted_out_at is not None for point in points):
        return "opted_out"
    if people.consent_status(connection, patient_id) != "active":
        return "no_consent"
    if identity and who.identity_verified_at is None:
        return "not_verified"
    since = stamp(datetime.fromisoformat(at) - policy.loss)
    return "fragile" if _in_danger_or_grief(connection, patient_id, since) else None


def _in_danger_or_grief(connection: Connection, patient_id: str, since: str) -> bool:
    """After a loss, or while a danger is open, a cheerful machine is the wrong one to knock."""
    danger = select(flag.c.id).where(
        flag.c.patient_id == patient_id, flag.c.status == "active", flag.c.level.in_(DANGER)
    )
    loss = select(statement.c.id).where(
        statement.c.patient_id == patient_id,
        or_(statement.c.category == "loss", statement.c.code == "grief"),
        statement.c.status == "active",
        statement.c.subject == "patient",
        statement.c.polarity == "affirmed",
        statement.c.created_at >= since,
    )
    return any(connection.scalar(each.limit(1)) is not None for each in (danger, loss))


def _points(patient_id: str) -> Any:
    """Ways to reach someone: a phone before the website, then where they wrote last."""
    newest = (
        select(inbox.c.received_at)
        .where(inbox.c.contact_point_id == contact_point.c.id)
        .order_by(inbox.c.received_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    return (
        select(contact_point, conversation.c.taken_over_by)
        .join(conversation, conversation.c.id == contact_point.c.conversation_id)
        .where(contact_point.c.patient_id == patient_id)
        .order_by(
            case((contact_point.c.system == "sms", 0), else_=1),
            newest.desc().nulls_last(),
            contact_point.c.created_at.desc(),
        )
    )

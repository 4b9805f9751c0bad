"""Numbers a person asked for: when to ask whether they were of use, and what came of it."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Row, and_, bindparam, select, update

from record import sharing
from record.database import insert_new
from record.ids import new_id, stamp
from record.series import PATIENT
from record.tables import message, notice, referral, task

KIND = "resource-check"  # of the notice, and last part of the effect key of its text
TASK = "resource-not-reached"
WAITS = ("given", "asked")
NEWEST = 20


@dataclass(frozen=True)
class Referral:
    """One number given. `status`: given asked reached not-reached not-needed not-asked."""

    id: str
    message_id: str
    resource: str
    name: str
    phone: str
    need: str
    status: str
    at: str
    asked_at: str | None
    answered_at: str | None
    quote: str | None


@dataclass(frozen=True)
class Told:
    """An answer, and the message it stands in."""

    patient_id: str
    message_id: str
    quote: str
    at: str


@cache
def policy() -> Mapping[str, Any]:
    """The tables of referrals.toml."""
    return tomllib.loads(Path(__file__).with_name("referrals.toml").read_text("utf-8"))


def silent(need: str) -> bool:
    """Whether nothing about this need may be offered or asked after by itself: another may hold the phone."""
    return need in policy()["never"]["needs"]


def given(connection: Connection, patient_id: str) -> tuple[Referral, ...]:
    """The newest numbers given to a patient, newest first."""
    return tuple(_referral(row) for row in connection.execute(_given(), {"patient_id": patient_id}))


def plan_check(connection: Connection, patient_id: str, message_id: str, at: str) -> bool:
    """One text a few days on, however many numbers were given by then. True, for what was written before."""
    waiting = select(notice.c.id).where(
        notice.c.patient_id == patient_id, notice.c.kind == KIND, notice.c.status == "waiting"
    )
    if connection.scalar(waiting.limit(1)) is None and _may_be_asked(connection, patient_id):
        due = datetime.fromisoformat(at) + timedelta(days=policy()["check"]["days"])
        row = {
            "id": new_id(), "patient_id": patient_id, "kind": KIND, "status": "waiting",
            "not_before": stamp(due), "created_at": at, "effect_key": f"{message_id}:{KIND}",
        }  # fmt: skip
        insert_new(connection, notice, [row], "effect_key")
    return True


def _may_be_asked(connection: Connection, patient_id: str) -> bool:
    """Not after a number for a need nobody else may read of: nothing is texted at all then."""
    needs = connection.scalars(
        select(referral.c.need).where(referral.c.patient_id == patient_id, referral.c.status == "given")
    )
    return not any(silent(need) for need in needs)


def drop_check(connection: Connection, patient_id: str, at: str) -> None:
    """The text that waits is not needed any more."""
    connection.execute(
        update(notice)
        .where(notice.c.patient_id == patient_id, notice.c.kind == KIND, notice.c.status == "waiting")
        .values(status="not-sent", reason="answered", done_at=at)
    )


def mark(connection: Connection, patient_id: str, status: str, at: str) -> int:
    """The numbers given become `asked` (the text went out) or `not-asked` (nobody may text them)."""
    changed = connection.execute(
        update(referral)
        .where(referral.c.patient_id == patient_id, referral.c.status == "given")
        .values(status=status, **({"asked_at": at} if status == "asked" else {}))
    )
    return changed.rowcount


def settle(connection: Connection, told: Told, status: str) -> bool:
    """What they answered, in their words; a number that did not help becomes a task. False: none was open."""
    rows = connection.execute(
        select(referral).where(referral.c.patient_id == told.patient_id, referral.c.status.in_(WAITS))
    ).all()
    if not rows:
        return False
    connection.execute(
        update(referral)
        .where(referral.c.id.in_([row.id for row in rows]))
        .values(status=status, answered_at=told.at, answer_message_id=told.message_id, quote=told.quote)
    )
    drop_check(connection, told.patient_id, told.at)
    # What was told is shown to the care team only after a yes; without one they tell no more than they did.
    if status == "not-reached" and told.patient_id in sharing.shared(connection, [told.patient_id]):
        _ask_someone(connection, told, rows)
    return True


def _ask_someone(connection: Connection, told: Told, rows: Sequence[Row[Any]]) -> None:
    names = " and ".join(dict.fromkeys(f"{row.name} ({row.phone})" for row in rows))
    row = {
        "id": new_id(), "patient_id": told.patient_id, "message_id": told.message_id, "code": TASK,
        "priority": "routine", "description": f"They wanted help and did not reach {names}.",
        "quote": told.quote, "status": "requested", "effect_key": f"{told.message_id}:{TASK}",
        "created_at": told.at,
    }  # fmt: skip
    insert_new(connection, task, [row], "effect_key")


def asked_last(connection: Connection, conversation_id: str) -> bool:
    """Whether "did you reach them?" is the last thing Kith said: then a bare yes is about it."""
    newest = connection.execute(_last_said(), {"conversation_id": conversation_id}).first()
    return newest is not None and (newest.effect_key or "").endswith(f":{KIND}")


def open_of(referrals: Sequence[Referral], at: str) -> tuple[Referral, ...]:
    """Those that were asked after, lately enough for an answer to be about them."""
    since = stamp(datetime.fromisoformat(at) - timedelta(days=policy()["check"]["answer_days"]))
    return tuple(each for each in referrals if each.status == "asked" and (each.asked_at or "") >= since)


def _referral(row: Row[Any]) -> Referral:
    return Referral(
        row.id, row.message_id, row.resource, row.name, row.phone, row.need, row.status, row.created_at,
        row.asked_at, row.answered_at, row.quote,
    )  # fmt: skip


@cache
def _given() -> Any:
    return (
        select(referral)
        .where(referral.c.patient_id == PATIENT)
        .order_by(referral.c.created_at.desc(), referral.c.id)
        .limit(NEWEST)
    )


@cache
def _last_said() -> Any:
    here = and_(message.c.conversation_id == bindparam("conversation_id"), message.c.direction == "out")
    return select(message.c.effect_key).where(here).order_by(message.c.seq.desc()).limit(1)

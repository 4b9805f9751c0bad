"""What an action may know of a patient when it decides what to say: read once, small, and safe to use."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cache
from typing import Any, cast

from sqlalchemy import Connection, Row, Select, and_, bindparam, or_, select

from clinical.screeners import Screener
from clinical.types import Person, Sex
from record import clinic_forms, people, referrals, sharing
from record.referrals import Referral as Referral
from record.series import PATIENT, tellable, told_only
from record.series import Earlier as Earlier
from record.series import newest as newest
from record.series import standing as standing
from record.sharing import SHOWN, Answer
from record.tables import (
    condition,
    conversation,
    flag,
    kept_result,
    medication,
    message,
    observation,
    patient,
    related_person,
    statement,
    story_item,
    task,
)

STATEMENTS = 60  # the newest; what was ever told stands in `told`, all of it in `everything_told`
PAST_CONDITIONS = ("inactive", "remission", "resolved")
CURRENT_MEDICINES = ("active", "intended", "unknown", "on-hold", "draft")


@dataclass(frozen=True)
class Told:
    """Something heard in the person's own words."""

    id: str
    category: str
    code: str | None
    quote: str
    subject: str
    temporality: str
    polarity: str
    origin: str
    item: str | None
    at: str


@dataclass(frozen=True)
class StoryItem:
    """A question of the story and what became of it."""

    item: str
    status: str  # asked answered declined not-now
    at: str


@dataclass(frozen=True)
class Open:
    """A flag or a task someone still has to see to."""

    code: str
    urgency: str  # a flag's level or a task's priority
    at: str
    message_id: str | None


@dataclass(frozen=True)
class PatientView:
    """One patient as one conversation may know them. Unknown is None or empty, never "no"."""

    patient_id: str
    conversation_id: str
    at: str
    given: str | None
    family: str | None
    person: Person
    language: str
    timezone: str | None
    identity_verified: bool
    consent: str | None  # active | rejected | None: never asked
    withheld: bool  # measured results exist that may not be told before the identity check
    observations: Mapping[
        str, tuple[Earlier, ...]
    ]  # by series, which is the analyte where known; newest first
    statements: tuple[Told, ...]  # the newest, newest first
    story: Mapping[str, StoryItem]
    open_question: StoryItem | None  # the question asked last and not answered yet
    taken_over: bool
    flags: tuple[Open, ...]
    tasks: tuple[Open, ...]
    kept_back: Mapping[str, str] = field(default_factory=dict)  # series -> after_review | never_by_bot
    told: frozenset[str] = frozenset()  # every category and code ever told and not taken back
    referrals: tuple[Referral, ...] = ()  # numbers given, newest first
    reached_asked: bool = False  # "did you reach them?" was the last thing Kith said
    sharing: Answer | None = None  # the newest word on showing all this to the care team
    last_heard: str | None = None  # when they wrote before this message
    caregiver: str | None = None  # the name of who writes for the patient, where they gave it
    caregiver_for: str | None = None  # what the patient is to them: "mother"
    forms: tuple[Screener, ...] = ()  # screening forms the clinic supplies

    @property
    def shared(self) -> bool:
        """Whether the care team may read what is told."""
        return self.sharing is not None and self.sharing.status in SHOWN

    def results(self, analyte: str) -> tuple[Earlier, ...]:
        """The newest results of one test, newest first."""
        return self.observations.get(analyte, ())


def load(
    connection: Connection, conversation_id: str, *, at: str, message_id: str | None = None
) -> PatientView:
    """Read the view of the patient a conversation belongs to; LookupError when there is none.

    `message_id` is the message being answered. Measured results are in it only once released, and only
    after the identity check: what an action does not know it cannot tell the wrong person.
    """
    who = connection.execute(_who(), {"conversation_id": conversation_id}).one_or_none()
    if who is None:
        raise LookupError("no such conversation")
    verified = who.identity_verified_at is not None
    story = _story(connection, who.patient_id)
    asked = [item for item in story.values() if item.status == "asked"]
    given = referrals.given(connection, who.patient_id)
    waits = any(each.status == "asked" for each in given)
    carer = connection.execute(_caregiver(), {"patient_id": who.patient_id}).one_or_none()
    return PatientView(
        patient_id=who.patient_id,
        conversation_id=conversation_id,
        at=at,
        given=who.given,
        family=who.family,
        person=_person(connection, who.patient_id, who),
        language=who.language,
        timezone=who.timezone,
        identity_verified=verified,
        consent=people.consent_status(connection, who.patient_id),
        withheld=not verified and _has_measured(connection, who.patient_id),
        observations=newest(connection, who.patient_id, tellable if verified else told_only),
        statements=_statements(connection, _told(STATEMENTS), who.patient_id),
        told=_kinds_told(connection, who.patient_id),
        story=story,
        open_question=max(asked, key=lambda item: item.at, default=None),
        taken_over=who.taken_over_by is not None,
        flags=_open(connection, _flags(), who.patient_id),
        tasks=_open(connection, _tasks(), who.patient_id),
        kept_back=_kept_back(connection, who.patient_id) if verified else {},
        sharing=sharing.answer(connection, who.patient_id),
        last_heard=_last_heard(connection, conversation_id, message_id),
        caregiver=carer.name if carer else None,
        caregiver_for=carer.patient_is if carer else None,
        referrals=given,
        forms=clinic_forms.in_use(connection),
        reached_asked=waits and referrals.asked_last(connection, conversation_id),
    )


def _last_heard(connection: Connection, conversation_id: str, message_id: str | None) -> str | None:
    """When the person wrote before this message: two steps back along the conversation's index."""
    rows = connection.execute(_heard(), {"conversation_id": conversation_id}).all()
    this = next((place for place, row in enumerate(rows) if message_id in (row.id, _inbox_of(row))), None)
    if message_id is not None and this is None:
        return None
    before = rows if this is None else rows[this + 1 :]
    return before[0].at if before else None


def person_of(connection: Connection, patient_id: str) -> Person:
    """What a result's meaning depends on: sex, age, pregnancy, conditions and medicines that still hold."""
    who = connection.execute(select(patient).where(patient.c.id == patient_id)).one()
    return _person(connection, patient_id, who)


def _person(connection: Connection, patient_id: str, who: Row[Any]) -> Person:
    mine = {"patient_id": patient_id}
    return Person(
        sex=cast(Sex | None, who.sex),
        birth_date=whole_date(who.birth_date),
        pregnant=who.pregnant,
        conditions=tuple(dict.fromkeys(connection.scalars(_conditions(), mine))),
        medicines=tuple(dict.fromkeys(connection.scalars(_medicines(), mine))),
    )


def whole_date(text: str | None) -> date | None:
    """A full ISO date, None where only the year or month is known: half a date gives no age."""
    try:
        return date.fromisoformat(text) if text and len(text) == 10 else None
    except ValueError:
        return None


def _has_measured(connection: Connection, patient_id: str) -> bool:
    return connection.scalar(_measured(), {"patient_id": patient_id}) is not None


def _kept_back(connection: Connection, patient_id: str) -> dict[str, str]:
    """Tests with a result the patient may not hear of from Kith, or not yet; never its value."""
    rows = connection.execute(_kept(), {"patient_id": patient_id})
    return {row.series: row.policy for row in rows}


def everything_told(connection: Connection, patient_id: str) -> tuple[Told, ...]:
    """Every statement that stands, newest first: for a person who asks what was written down.

    Without what was told before their number may have gone to someone else.
    """
    since = people.doubted_since(connection, patient_id) or ""
    told = _statements(connection, _told(None), patient_id)
    return tuple(each for each in told if each.at >= since)


def _statements(connection: Connection, chosen: Select[Any], patient_id: str) -> tuple[Told, ...]:
    return tuple(Told(*row) for row in connection.execute(chosen, {"patient_id": patient_id}).all())


def _kinds_told(connection: Connection, patient_id: str) -> frozenset[str]:
    rows = connection.execute(_kinds(), {"patient_id": patient_id})
    return frozenset(each for row in rows for each in row if each)


def _story(connection: Connection, patient_id: str) -> dict[str, StoryItem]:
    rows = connection.execute(_items(), {"patient_id": patient_id})
    return {row.item: StoryItem(row.item, row.status, row.updated_at) for row in rows}


def _open(connection: Connection, statement: Select[Any], patient_id: str) -> tuple[Open, ...]:
    rows = connection.execute(statement, {"patient_id": patient_id})
    return tuple(Open(row[0], row[1], row[2], row[3]) for row in rows)


# Each statement is put together once a process: that costs more than the database takes to answer it.


@cache
def _who() -> Select[Any]:
    columns = [column for column in patient.c if column.name != "id"]
    return (
        select(conversation.c.patient_id, conversation.c.taken_over_by, *columns)
        .join(patient, patient.c.id == conversation.c.patient_id)
        .where(conversation.c.id == bindparam("conversation_id"))
    )


@cache
def _conditions() -> Select[Any]:
    status = condition.c.clinical_status
    holds = or_(status.is_(None), status.not_in(PAST_CONDITIONS))
    return select(condition.c.text).where(condition.c.patient_id == PATIENT, holds).order_by(condition.c.text)


@cache
def _medicines() -> Select[Any]:
    holds = or_(medication.c.status.is_(None), medication.c.status.in_(CURRENT_MEDICINES))
    return (
        select(medication.c.text).where(medication.c.patient_id == PATIENT, holds).order_by(medication.c.text)
    )


@cache
def _measured() -> Select[Any]:
    measured = and_(observation.c.origin == "measured", tellable(observation))
    return select(observation.c.id).where(observation.c.patient_id == PATIENT, measured).limit(1)


@cache
def _kept() -> Select[Any]:
    kept = kept_result.c
    return (
        select(observation.c.series, kept.policy)
        .join(observation, observation.c.id == kept.observation_id)
        .where(kept.patient_id == PATIENT, kept.status != "released", standing(observation))
        .order_by(kept.policy)  # the stricter of two stands last, and stays
    )


@cache
def _told(limit: int | None) -> Select[Any]:
    columns = [statement.c["created_at" if each.name == "at" else each.name] for each in fields(Told)]
    return (
        select(*columns)
        .where(statement.c.patient_id == PATIENT, statement.c.status == "active")
        .order_by(statement.c.created_at.desc(), statement.c.start.desc(), statement.c.id)
        .limit(limit)
    )


@cache
def _kinds() -> Select[Any]:
    kinds = select(statement.c.category, statement.c.code).distinct()
    return kinds.where(statement.c.patient_id == PATIENT, statement.c.status == "active")


def _inbox_of(row: Row[Any]) -> str:
    """The id under which the gateway hands a message on: its inbox row's."""
    return str(row.effect_key or "").removesuffix(":in")


@cache
def _heard() -> Select[Any]:
    """The newest they wrote: a few more may have come in while this one waited."""
    mine = (message.c.conversation_id == bindparam("conversation_id"), message.c.direction == "in")
    return (
        select(message.c.id, message.c.at, message.c.effect_key)
        .where(*mine)
        .order_by(message.c.seq.desc())
        .limit(8)
    )


@cache
def _caregiver() -> Select[Any]:
    named = (related_person.c.patient_id == PATIENT, related_person.c.name.is_not(None))
    columns = (related_person.c.name, related_person.c.patient_is)
    return select(*columns).where(*named).order_by(related_person.c.created_at.desc()).limit(1)


@cache
def _items() -> Select[Any]:
    return select(story_item).where(story_item.c.patient_id == PATIENT)


@cache
def _flags() -> Select[Any]:
    return (
        select(flag.c.code, flag.c.level, flag.c.created_at, flag.c.message_id)
        .where(flag.c.patient_id == PATIENT, flag.c.status == "active")
        .order_by(flag.c.created_at.desc())
    )


@cache
def _tasks() -> Select[Any]:
    return (
        select(task.c.code, task.c.priority, task.c.created_at, task.c.message_id)
        .where(task.c.patient_id == PATIENT, task.c.status == "requested")
        .order_by(task.c.created_at.desc())
    )

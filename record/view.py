"""What an action may know of a patient when it decides what to say: read once, small, and safe to use."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any, cast

from sqlalchemy import CTE, ColumnElement, Connection, FromClause, Row, Table, and_, func, or_, select, true

from clinical.types import Interpretation, Person, Sex, Tier
from record import people
from record.tables import (
    condition,
    conversation,
    flag,
    medication,
    observation,
    patient,
    statement,
    story_item,
    task,
)

NEWEST = 12  # of each test: enough for a trend, and the same work for a long record as for a short one
STATEMENTS = 200
UNUSABLE = ("entered-in-error", "cancelled")
PAST_CONDITIONS = ("inactive", "remission", "resolved")
CURRENT_MEDICINES = ("active", "intended", "unknown", "on-hold", "draft")


@dataclass(frozen=True)
class Earlier:
    """One result already in the record, with what was judged of it."""

    id: str
    series: str
    analyte: str | None
    code: str | None
    text: str
    value: str | None
    comparator: str | None
    unit: str | None
    unit_inferred: bool
    low: str | None
    high: str | None
    range_text: str | None
    interpretation: Interpretation | None
    tier: Tier | None
    rule: str | None
    effective: str | None  # when it was measured, as far as known
    at: str  # when it came into the record
    origin: str  # measured | told | told-by-caregiver
    status: str
    released_at: str | None = None  # None: the patient has not been told of it


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
    statements: tuple[Told, ...]  # newest first
    story: Mapping[str, StoryItem]
    open_question: StoryItem | None  # the question asked last and not answered yet
    taken_over: bool
    flags: tuple[Open, ...]
    tasks: tuple[Open, ...]

    def results(self, analyte: str) -> tuple[Earlier, ...]:
        """The newest results of one test, newest first."""
        return self.observations.get(analyte, ())


def load(connection: Connection, conversation_id: str, *, at: str) -> PatientView:
    """Read the view of the patient a conversation belongs to; LookupError when there is none.

    Measured results are in it only once released, and only after the identity check: what an
    action does not know it cannot tell the wrong person.
    """
    columns = [column for column in patient.c if column.name != "id"]
    who = connection.execute(
        select(conversation.c.patient_id, conversation.c.taken_over_by, *columns)
        .join(patient, patient.c.id == conversation.c.patient_id)
        .where(conversation.c.id == conversation_id)
    ).one_or_none()
    if who is None:
        raise LookupError("no such conversation")
    verified = who.identity_verified_at is not None
    story = _story(connection, who.patient_id)
    asked = [item for item in story.values() if item.status == "asked"]
    return PatientView(
        patient_id=who.patient_id,
        conversation_id=conversation_id,
        at=at,
        given=who.given,
        family=who.family,
        person=person_of(connection, who.patient_id),
        language=who.language,
        timezone=who.timezone,
        identity_verified=verified,
        consent=people.consent_status(connection, who.patient_id),
        withheld=not verified and _has_measured(connection, who.patient_id),
        observations=newest(connection, who.patient_id, tellable if verified else told_only),
        statements=_statements(connection, who.patient_id),
        story=story,
        open_question=max(asked, key=lambda item: item.at, default=None),
        taken_over=who.taken_over_by is not None,
        flags=_open(connection, flag, flag.c.level, who.patient_id, "active"),
        tasks=_open(connection, task, task.c.priority, who.patient_id, "requested"),
    )


def person_of(connection: Connection, patient_id: str) -> Person:
    """What a result's meaning depends on: sex, age, pregnancy, conditions and medicines that still hold."""
    who = connection.execute(select(patient).where(patient.c.id == patient_id)).one()
    return Person(
        sex=cast(Sex | None, who.sex),
        birth_date=whole_date(who.birth_date),
        pregnant=who.pregnant,
        conditions=_texts(
            connection,
            condition,
            patient_id,
            or_(condition.c.clinical_status.is_(None), condition.c.clinical_status.not_in(PAST_CONDITIONS)),
        ),
        medicines=_texts(
            connection,
            medication,
            patient_id,
            or_(medication.c.status.is_(None), medication.c.status.in_(CURRENT_MEDICINES)),
        ),
    )


def whole_date(text: str | None) -> date | None:
    """A full ISO date, None where only the year or month is known: half a date gives no age."""
    try:
        return date.fromisoformat(text) if text and len(text) == 10 else None
    except ValueError:
        return None


def tellable(rows: FromClause) -> ColumnElement[bool]:
    """Standing results a verified person may be told: their own words, and what has been released."""
    return and_(standing(rows), or_(rows.c.origin != "measured", rows.c.released_at.is_not(None)))


def told_only(rows: FromClause) -> ColumnElement[bool]:
    """Standing results that came from the conversation itself."""
    return and_(standing(rows), rows.c.origin != "measured")


def standing(rows: FromClause) -> ColumnElement[bool]:
    """Laboratory results that were not taken back."""
    return and_(rows.c.category == "laboratory", rows.c.status.not_in(UNUSABLE))


def newest(
    connection: Connection,
    patient_id: str,
    chosen: Callable[[FromClause], ColumnElement[bool]],
    limit: int = NEWEST,
) -> Mapping[str, tuple[Earlier, ...]]:
    """The newest `limit` results of each series, newest first, by one walk through the index.

    Ranking every row instead would make a long record slower to answer than a short one.
    """
    series = _series_of(patient_id)
    of_series = (
        select(observation)
        .where(observation.c.patient_id == patient_id, observation.c.series == series.c.series)
        .where(chosen(observation))
        .order_by(observation.c.sort_key.desc())
        .limit(limit)
        .correlate(series)
    )
    # The same rows asked for in the way each database walks its index whatever it guesses of sizes.
    if connection.dialect.name == "postgresql":
        each = of_series.lateral("newest")
        rows: FromClause = each
        found = select(each).select_from(series.join(each, true()))
    else:
        rows = observation.alias("kept")
        wanted = rows.c.id.in_(of_series.with_only_columns(observation.c.id))
        found = select(rows).select_from(series.join(rows, wanted))
    ordered = connection.execute(found.order_by(rows.c.series, rows.c.sort_key.desc())).all()
    return {
        name: tuple(earlier(row) for row in group)
        for name, group in groupby(ordered, key=lambda row: row.series)
    }


def _series_of(patient_id: str) -> CTE:
    """Each series a patient has results in, found by stepping from one to the next."""
    mine = observation.c.patient_id == patient_id
    first = select(func.min(observation.c.series).label("series")).where(mine)
    series = first.cte("series_of_patient", recursive=True)
    following = select(func.min(observation.c.series)).where(mine, observation.c.series > series.c.series)
    return series.union_all(
        select(following.correlate(series).scalar_subquery()).where(series.c.series.is_not(None))
    )


def earlier(row: Row[Any]) -> Earlier:
    """An observation row as an action reads it."""
    return Earlier(
        id=row.id,
        series=row.series,
        analyte=row.analyte,
        code=row.code,
        text=row.text,
        value=row.value,
        comparator=row.comparator,
        unit=row.unit,
        unit_inferred=row.unit_inferred,
        low=row.low,
        high=row.high,
        range_text=row.range_text,
        interpretation=cast(Interpretation | None, row.interpretation),
        tier=cast(Tier | None, row.tier),
        rule=row.rule,
        effective=row.effective_at,
        at=row.created_at,
        origin=row.origin,
        status=row.status,
        released_at=row.released_at,
    )


def _has_measured(connection: Connection, patient_id: str) -> bool:
    found = connection.scalar(
        select(observation.c.id)
        .where(observation.c.patient_id == patient_id, observation.c.origin == "measured")
        .where(tellable(observation))
        .limit(1)
    )
    return found is not None


def _texts(
    connection: Connection, table: Table, patient_id: str, chosen: ColumnElement[bool]
) -> tuple[str, ...]:
    rows = connection.scalars(
        select(table.c.text).where(table.c.patient_id == patient_id, chosen).order_by(table.c.text)
    )
    return tuple(dict.fromkeys(rows))


def _statements(connection: Connection, patient_id: str) -> tuple[Told, ...]:
    rows = connection.execute(
        select(statement)
        .where(statement.c.patient_id == patient_id, statement.c.status == "active")
        .order_by(statement.c.created_at.desc(), statement.c.id)
        .limit(STATEMENTS)
    )
    return tuple(told(row) for row in rows)


def told(row: Row[Any]) -> Told:
    """A statement row as an action or a page reads it."""
    return Told(
        id=row.id,
        category=row.category,
        code=row.code,
        quote=row.quote,
        subject=row.subject,
        temporality=row.temporality,
        polarity=row.polarity,
        origin=row.origin,
        item=row.item,
        at=row.created_at,
    )


def _story(connection: Connection, patient_id: str) -> dict[str, StoryItem]:
    rows = connection.execute(select(story_item).where(story_item.c.patient_id == patient_id))
    return {row.item: StoryItem(row.item, row.status, row.updated_at) for row in rows}


def _open(
    connection: Connection, table: Table, urgency: ColumnElement[str], patient_id: str, status: str
) -> tuple[Open, ...]:
    rows = connection.execute(
        select(table.c.code, urgency, table.c.created_at, table.c.message_id)
        .where(table.c.patient_id == patient_id, table.c.status == status)
        .order_by(table.c.created_at.desc())
    )
    return tuple(Open(row[0], row[1], row[2], row[3]) for row in rows)

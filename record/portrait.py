"""One true page of a patient: their strengths and words first, then what was measured, then what is open."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, case, select

from clinical.types import Person
from clinical.urgency import RISK
from record import people, sharing
from record.series import Earlier, newest, standing
from record.sharing import Kept, Reader
from record.tables import conversation, flag, message, patient, statement, story_item, task
from record.values import number
from record.view import person_of

POINTS = 24  # of each test: what a small chart can show
MATTERS = ("goal", "worry")
NEEDS = ("stressor", "barrier", "loss")


@dataclass(frozen=True)
class Quote:
    """The person's own words, and how they are to be read."""

    id: str
    text: str
    category: str
    code: str | None
    at: str
    origin: str  # told | told-by-caregiver | inferred
    author_name: str | None  # the caregiver's name, where it is known
    subject: str  # patient | other
    temporality: str  # now | past | feared
    polarity: str  # affirmed | negated
    message_id: str

    @property
    def counts(self) -> bool:
        """True of the person now: their own, present, not denied."""
        return (self.subject, self.temporality, self.polarity) == ("patient", "now", "affirmed")


@dataclass(frozen=True)
class Point:
    """One value of a trend."""

    at: str
    value: float
    interpretation: str | None


@dataclass(frozen=True)
class ResultLine:
    """One test: the newest result, those before it, and the trend in the newest one's unit, oldest first."""

    series: str
    newest: Earlier
    earlier: tuple[Earlier, ...]
    trend: tuple[Point, ...]
    awaiting_release: bool  # the patient has not been told of the newest one


@dataclass(frozen=True)
class OpenFlag:
    """A danger someone must see."""

    id: str
    level: str
    code: str
    quote: str | None
    at: str


@dataclass(frozen=True)
class OpenTask:
    """Something a person of the care team is to do."""

    id: str
    code: str
    priority: str
    description: str
    quote: str | None
    at: str


@dataclass(frozen=True)
class Portrait:
    """Who this is, as far as anyone has said. What nobody has said stands in `unknown`, never as "none"."""

    patient_id: str
    conversation_id: str | None
    given: str | None
    family: str | None
    birth_date: str | None
    language: str
    person: Person
    consent: str | None
    identity_verified: bool
    strengths: tuple[Quote, ...]
    matters: tuple[Quote, ...]  # goals and worries
    needs: tuple[Quote, ...]  # what is hard now, theirs and present
    other_words: tuple[Quote, ...]  # past, denied, feared, other people's, feelings, symptoms
    results: tuple[ResultLine, ...]  # the most recently measured first
    flags: tuple[OpenFlag, ...]  # the most dangerous first
    tasks: tuple[OpenTask, ...]  # the most pressing first
    declined: tuple[str, ...]  # questions the person did not want to answer
    unknown: tuple[str, ...]  # what nobody has asked or said


def assemble(connection: Connection, patient_id: str, *, reader: Reader | None = None) -> Portrait:
    """Put the page together; LookupError when there is no such patient.

    `reader` is who of the care team reads: they see no words before the patient shares them, and none
    that are kept from them. Without a reader it is the patient's own reading: everything.

    For the care team: it holds results not yet released to the patient, marked so. What was
    retracted is not on it.
    """
    who = connection.execute(select(patient).where(patient.c.id == patient_id)).one_or_none()
    if who is None:
        raise LookupError("there is no such patient")
    person = person_of(connection, patient_id)
    quotes = _quotes(connection, patient_id, reader)
    consent = people.consent_status(connection, patient_id)
    story = _story(connection, patient_id)
    sorted_words = {
        "strengths": tuple(quote for quote in quotes if quote.category == "strength" and quote.counts),
        "matters": tuple(quote for quote in quotes if quote.category in MATTERS and _own(quote)),
        "needs": tuple(quote for quote in quotes if quote.category in NEEDS and quote.counts),
    }
    placed = {quote.id for group in sorted_words.values() for quote in group}
    return Portrait(
        patient_id=patient_id,
        conversation_id=connection.scalar(
            select(conversation.c.id).where(conversation.c.patient_id == patient_id).limit(1)
        ),
        given=who.given,
        family=who.family,
        birth_date=who.birth_date,
        language=who.language,
        person=person,
        consent=consent,
        identity_verified=who.identity_verified_at is not None,
        **sorted_words,
        other_words=tuple(quote for quote in quotes if quote.id not in placed),
        results=_results(connection, patient_id),
        flags=tuple(_flag(row) for row in _open(connection, flag, "level", patient_id, "active")),
        tasks=tuple(_task(row) for row in _open(connection, task, "priority", patient_id, "requested")),
        declined=tuple(item for item, status in story.items() if status == "declined"),
        unknown=_unknown(who, person, consent, quotes),
    )


def _own(quote: Quote) -> bool:
    """A worry is about what may come, so only whose it is and whether it is denied count."""
    return (quote.subject, quote.polarity) == ("patient", "affirmed")


def _quotes(connection: Connection, patient_id: str, reader: Reader | None) -> tuple[Quote, ...]:
    if reader and patient_id not in sharing.shared(connection, [patient_id]):
        return ()
    kept = sharing.kept_from(connection, [patient_id], reader) if reader else Kept()
    rows = connection.execute(
        select(statement, message.c.author_name)
        .join(message, message.c.id == statement.c.message_id)
        .where(statement.c.patient_id == patient_id, statement.c.status == "active")
        .order_by(statement.c.created_at.desc(), statement.c.start)
    )
    return tuple(_quote(row) for row in rows if row.id not in kept.statements)


def _quote(row: Row[Any]) -> Quote:
    return Quote(
        id=row.id,
        text=row.quote,
        category=row.category,
        code=row.code,
        at=row.created_at,
        origin=row.origin,
        author_name=row.author_name,
        subject=row.subject,
        temporality=row.temporality,
        polarity=row.polarity,
        message_id=row.message_id,
    )


def _results(connection: Connection, patient_id: str) -> tuple[ResultLine, ...]:
    found = newest(connection, patient_id, standing, POINTS)
    lines = [_line(series, rows) for series, rows in found.items()]
    return tuple(sorted(lines, key=lambda line: line.newest.effective or line.newest.at, reverse=True))


def _line(series: str, rows: tuple[Earlier, ...]) -> ResultLine:
    last = rows[0]
    trend = [
        Point(row.effective or row.at, amount, row.interpretation)
        for row in reversed(rows)
        if row.unit == last.unit and row.comparator is None and (amount := number(row.value)) is not None
    ]
    waiting = last.origin == "measured" and last.released_at is None
    return ResultLine(series, last, rows[1:], tuple(trend), waiting)


def _open(
    connection: Connection, table: Any, urgency: str, patient_id: str, status: str
) -> Sequence[Row[Any]]:
    rank = case(dict(RISK), value=table.c[urgency], else_=9)
    return connection.execute(
        select(table)
        .where(table.c.patient_id == patient_id, table.c.status == status)
        .order_by(rank, table.c.created_at)
    ).all()


def _flag(row: Row[Any]) -> OpenFlag:
    return OpenFlag(row.id, row.level, row.code, row.quote, row.created_at)


def _task(row: Row[Any]) -> OpenTask:
    return OpenTask(row.id, row.code, row.priority, row.description, row.quote, row.created_at)


def _story(connection: Connection, patient_id: str) -> dict[str, str]:
    rows = connection.execute(
        select(story_item.c.item, story_item.c.status)
        .where(story_item.c.patient_id == patient_id)
        .order_by(story_item.c.item)
    )
    return {row.item: row.status for row in rows}


def _unknown(who: Row[Any], person: Person, consent: str | None, quotes: Sequence[Quote]) -> tuple[str, ...]:
    """What nobody has said. A page without conditions does not mean a person without any."""
    questions = {
        "name": who.given or who.family,
        "birth date": who.birth_date,
        "sex": who.sex if who.sex != "unknown" else None,
        "pregnancy": True if person.sex == "male" else person.pregnant is not None,
        "conditions": person.conditions,
        "medicines": person.medicines,
        "consent": consent,
        "strengths": any(quote.category == "strength" for quote in quotes),
        "what matters": any(quote.category in MATTERS for quote in quotes),
        "needs": any(quote.category in NEEDS for quote in quotes),
    }
    return tuple(name for name, known in questions.items() if not known)

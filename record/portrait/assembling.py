"""Puts the portrait together: a fixed number of questions to the record, each bounded however long it is."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, or_, select

from clinical import catalogue as catalogues
from clinical.catalogue import Catalogue
from clinical.types import Person
from record import ids, people
from record.portrait import changes, disagreeing, discussing, forms, gaps, results, waiting, words
from record.portrait.audience import Audience, seen_by
from record.portrait.parts import ChartFact, Portrait, Quote
from record.release import OPEN
from record.tables import condition, conversation, kept_result, medication, patient, story_item
from record.view import CURRENT_MEDICINES, PAST_CONDITIONS, person_of

MATTERS = ("goal", "worry")
NEEDS = ("stressor", "barrier", "loss")


def assemble(
    connection: Connection,
    patient_id: str,
    *,
    reader: Audience = None,
    since: str | None = None,
    at: str | None = None,
    catalogue: Catalogue | None = None,
) -> Portrait:
    """Put the page together for a reader, as of `at` (now); LookupError when there is no such patient.

    What came in after `since` (this viewer's last look, an instant as the record writes it) is marked as
    changed. For the care team it holds results not yet released to the patient, marked so. What was taken
    back is not on it.
    """
    who = connection.execute(select(patient).where(patient.c.id == patient_id)).one_or_none()
    if who is None:
        raise LookupError("there is no such patient")
    at, known = at or ids.now(), catalogue or catalogues.load()
    seen = seen_by(connection, patient_id, reader)
    person, story = person_of(connection, patient_id), _story(connection, patient_id)
    quotes, older = words.read(connection, patient_id, seen)
    lines = results.read(connection, patient_id, seen, known)
    chart = _chart(connection, patient_id) if seen.chart else ()
    discuss = discussing.read(quotes, lines.results, chart, at)
    flags, tasks = waiting.flags(connection, patient_id), waiting.tasks(connection, patient_id)
    answered = forms.read(connection, patient_id, seen)
    files = waiting.files(connection, patient_id, seen)
    consent = people.consent_status(connection, patient_id)
    discussed = frozenset(each.result.series for each in discuss if each.result)
    kept = _kept(connection, patient_id)
    return Portrait(
        patient_id=patient_id,
        conversation_id=connection.scalar(
            select(conversation.c.id)
            .where(conversation.c.patient_id == patient_id)
            .order_by(conversation.c.created_at)
            .limit(1)
        ),
        assembled_at=at,
        since=since,
        given=who.given,
        family=who.family,
        birth_date=who.birth_date,
        language=who.language,
        person=person,
        consent=consent,
        identity_verified=who.identity_verified_at is not None,
        **_placed(quotes),
        older=older,
        discuss=discuss,
        disagreements=disagreeing.read(connection, patient_id, seen, quotes, lines.results, chart, known),
        changes=changes.read(since, (*lines.results, *lines.vitals), quotes, flags, tasks, files),
        results=results.sorted_by_weight(lines.results, discussed, kept, since),
        vitals=lines.vitals,
        chart=chart,
        flags=flags,
        tasks=tasks,
        attachments=files,
        forms=answered,
        gaps=gaps.read(quotes, story, person, answered),
        declined=tuple(item for item, status in story.items() if status == "declined"),
        unknown=_unknown(who, person, consent, quotes),
    )


def _placed(quotes: Sequence[Quote]) -> dict[str, tuple[Quote, ...]]:
    """Each quote in one place, what helps them first."""
    found = {
        "strengths": tuple(quote for quote in quotes if quote.category == "strength" and quote.counts),
        "matters": tuple(quote for quote in quotes if quote.category in MATTERS and quote.own),
        "needs": tuple(quote for quote in quotes if quote.category in NEEDS and _still_hard(quote)),
        "questions": tuple(quote for quote in quotes if quote.category == "question" and quote.own),
    }
    placed = {quote.id for group in found.values() for quote in group}
    return {**found, "other_words": tuple(quote for quote in quotes if quote.id not in placed)}


def _still_hard(quote: Quote) -> bool:
    """A loss stays one however long ago it was."""
    return quote.counts or (quote.own and quote.category == "loss" and quote.temporality == "past")


def _chart(connection: Connection, patient_id: str) -> tuple[ChartFact, ...]:
    """Conditions and medicines that still hold, each text once."""
    holds = {
        condition: (
            condition.c.clinical_status,
            or_(condition.c.clinical_status.is_(None), condition.c.clinical_status.not_in(PAST_CONDITIONS)),
        ),
        medication: (
            medication.c.status,
            or_(medication.c.status.is_(None), medication.c.status.in_(CURRENT_MEDICINES)),
        ),
    }
    found: dict[tuple[str, str], ChartFact] = {}
    for table, (status, current) in holds.items():
        chosen = select(table.c.id, table.c.text, status.label("status"))
        for row in connection.execute(
            chosen.where(table.c.patient_id == patient_id, current).order_by(table.c.text, table.c.id)
        ):
            fact = ChartFact(row.id, table.name, row.text, row.status)
            found.setdefault((table.name, row.text), fact)
    return tuple(found.values())


def _kept(connection: Connection, patient_id: str) -> frozenset[str]:
    """Results that wait for someone, or are held: the patient has not been told them."""
    chosen = select(kept_result.c.observation_id)
    waits = chosen.where(kept_result.c.patient_id == patient_id, kept_result.c.status.in_(OPEN))
    return frozenset(connection.scalars(waits))


def _story(connection: Connection, patient_id: str) -> Mapping[str, str]:
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

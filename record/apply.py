"""Turns what an action proposed into record, once, however often the message is handled."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from record import referrals
from record.database import insert_new
from record.ids import new_id
from record.proposals import (
    CaregiverProposal,
    ConsentProposal,
    FlagProposal,
    ObservationProposal,
    Proposal,
    QuestionProposal,
    ReferralOutcomeProposal,
    ReferralProposal,
    Refused,
    RestrictProposal,
    RetractProposal,
    ScreeningProposal,
    StatementProposal,
    StoryItemProposal,
    TaskProposal,
    read,
)
from record.sharing import WISH
from record.source import TOLD, WITHDRAWN, Source, Unsaid, insert, origin, quoted
from record.tables import (
    consent,
    flag,
    message,
    observation,
    referral,
    related_person,
    screening_answer,
    statement,
    story_item,
    task,
)
from record.told_results import observe
from record.words import find_quote

log = logging.getLogger(__name__)


@dataclass
class ApplyReport:
    """What became of each proposal, for logs and metrics: ordinals, kinds and reasons, never words."""

    applied: list[int] = field(default_factory=list)
    already_known: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)


def apply(
    connection: Connection,
    *,
    patient_id: str,
    message_id: str,
    inbox_id: str,
    proposals: Sequence[Any],
    at: str,
) -> ApplyReport:
    """Write each proposal as a row under "<inbox id>:<ordinal>", inside the caller's transaction.

    A proposal that is malformed, or that quotes words the message does not hold, is refused and
    loses only itself. Applying the same list again changes nothing. Raises LookupError when the
    message is not this patient's.
    """
    source = _source(connection, patient_id, message_id, at)
    understood, refused = read(proposals)
    report = ApplyReport(refused=refused)
    if any(isinstance(each, CaregiverProposal) for _, each in understood):
        source = replace(source, author="caregiver")
    for ordinal, proposal in understood:
        try:
            new = _write(connection, source, f"{inbox_id}:{ordinal}", proposal)
        except Unsaid:
            report.refused.append(Refused(ordinal, f"{proposal.kind}: the quote is not in the message"))
            continue
        (report.applied if new else report.already_known).append(ordinal)
    for refusal in report.refused:
        log.warning("proposal refused: inbox=%s ordinal=%d %s", inbox_id, refusal.ordinal, refusal.reason)
    return report


def _source(connection: Connection, patient_id: str, message_id: str, at: str) -> Source:
    row = connection.execute(
        select(message.c.conversation_id, message.c.text, message.c.author).where(
            message.c.id == message_id, message.c.patient_id == patient_id
        )
    ).one_or_none()
    if row is None:
        raise LookupError("no such message of this patient")
    return Source(patient_id, message_id, row.conversation_id, row.text, row.author, at)


def _write(connection: Connection, source: Source, effect_key: str, proposal: Proposal) -> bool:
    match proposal:
        case ObservationProposal():
            return observe(connection, source, effect_key, proposal)
        case StatementProposal():
            return _state(connection, source, effect_key, proposal)
        case QuestionProposal():
            return _ask(connection, source, effect_key, proposal)
        case FlagProposal():
            row = {**proposal.model_dump(exclude={"kind"}), "status": "active"}
            return insert(connection, source, flag, effect_key, row)
        case TaskProposal():
            row = {**proposal.model_dump(exclude={"kind"}), "status": "requested"}
            return insert(connection, source, task, effect_key, row)
        case ConsentProposal():
            return insert(connection, source, consent, effect_key, proposal.model_dump(exclude={"kind"}))
        case StoryItemProposal():
            return _story(connection, source, proposal)
        case CaregiverProposal():
            return _attribute(connection, source, effect_key, proposal)
        case RestrictProposal():
            return _restrict(connection, source, effect_key, proposal)
        case ScreeningProposal():
            return _screen(connection, source, effect_key, proposal)
        case ReferralProposal():
            row = {**proposal.model_dump(exclude={"kind"}), "status": "given"}
            new = insert(connection, source, referral, effect_key, row)
            return new and referrals.plan_check(connection, source.patient_id, source.message_id, source.at)
        case ReferralOutcomeProposal():
            quoted = find_quote(source.text, proposal.quote)
            if quoted is None:
                raise Unsaid
            told = referrals.Told(source.patient_id, source.message_id, quoted.quote, source.at)
            return referrals.settle(connection, told, proposal.status)
        case RetractProposal():
            return _retract(connection, source, proposal)


def _state(connection: Connection, source: Source, effect_key: str, proposal: StatementProposal) -> bool:
    span = quoted(source, proposal)
    assert span is not None, "a statement always carries a quote"  # noqa: S101
    row = proposal.model_dump(exclude={"kind"}) | span._asdict() | {"status": "active"}
    if proposal.origin == "told":
        row["origin"] = origin(source)
    new = insert(connection, source, statement, effect_key, row)
    if new and proposal.replaces is not None:
        _supersede(connection, source, proposal.replaces)
    return new


def _supersede(connection: Connection, source: Source, statement_id: str) -> None:
    """The line that was wrong stays in the record as what was said first; it is shown no more."""
    connection.execute(
        update(statement)
        .where(
            statement.c.id == statement_id,
            statement.c.patient_id == source.patient_id,
            statement.c.status == "active",
        )
        .values(status="superseded")
    )


def _attribute(connection: Connection, source: Source, effect_key: str, proposal: CaregiverProposal) -> bool:
    """The message is the caregiver's, by name where it is known; each caregiver stands once."""
    connection.execute(
        update(message)
        .where(message.c.id == source.message_id)
        .values(author="caregiver", author_name=proposal.name)
    )
    columns = related_person.c
    known = connection.execute(
        select(columns.id, columns.name).where(
            columns.patient_id == source.patient_id, columns.patient_is == proposal.patient_is
        )
    ).all()
    if any(proposal.name in (None, row.name) for row in known):
        return False
    nameless = next((row.id for row in known if row.name is None), None)
    if nameless is not None:
        connection.execute(update(related_person).where(columns.id == nameless).values(name=proposal.name))
        return True
    row = {
        "id": new_id(),
        "patient_id": source.patient_id,
        "effect_key": effect_key,
        "created_at": source.at,
        **proposal.model_dump(exclude={"kind"}),
    }
    return insert_new(connection, related_person, [row], "effect_key") == 1


def _restrict(connection: Connection, source: Source, effect_key: str, proposal: RestrictProposal) -> bool:
    """Keep a line from someone. The wish names it too ("about my drinking"): which message it was is kept."""
    chosen = (statement.c.id == proposal.id, statement.c.patient_id == source.patient_id)
    changed = connection.execute(
        update(statement).where(*chosen).values(withheld_from=proposal.withheld_from)
    )
    if changed.rowcount and proposal.withheld_from is not None:
        row = {
            "category": WISH, "quote": "", "subject": "patient", "temporality": "now",
            "polarity": "affirmed", "origin": origin(source), "status": WISH, "replaces": proposal.id,
        }  # fmt: skip
        insert(connection, source, statement, effect_key, row)
    return changed.rowcount > 0


def _screen(connection: Connection, source: Source, effect_key: str, proposal: ScreeningProposal) -> bool:
    """An answer to a published form. Its words, where it has any, must be the person's own."""
    row = {**proposal.model_dump(exclude={"kind"}), "origin": origin(source), "status": "active"}
    if proposal.quote is not None:
        span = find_quote(source.text, proposal.quote)
        if span is None:
            raise Unsaid
        row["quote"] = span.quote
    return insert(connection, source, screening_answer, effect_key, row)


def _ask(connection: Connection, source: Source, effect_key: str, proposal: QuestionProposal) -> bool:
    """A proposed question they said yes to: not their own words, and its origin says so."""
    columns = statement.c
    same = (columns.patient_id == source.patient_id, columns.quote == proposal.text)
    kept = select(columns.id).where(*same, columns.category == "question", columns.status == "active")
    if connection.scalar(kept.limit(1)) is not None:
        return False
    row = {
        "category": "question",
        "quote": proposal.text,
        "item": proposal.about,
        "rule": proposal.rule,
        "subject": "patient",
        "temporality": "now",
        "polarity": "affirmed",
        "origin": "agreed",
        "status": "active",
    }
    return insert(connection, source, statement, effect_key, row)


def _story(connection: Connection, source: Source, proposal: StoryItemProposal) -> bool:
    """What became of a question: the newest word on it stands."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    row = {"status": proposal.status, "updated_at": source.at}
    insert = dialect.insert(story_item).values(
        id=new_id(), patient_id=source.patient_id, item=proposal.item, **row
    )
    connection.execute(
        insert.on_conflict_do_update(
            index_elements=["patient_id", "item"], set_=row, where=story_item.c.updated_at <= source.at
        )
    )
    return True


def _retract(connection: Connection, source: Source, proposal: RetractProposal) -> bool:
    """Take back what was told. What a laboratory measured is not the person's to withdraw."""
    changed = 0
    if proposal.what in ("statement", "all"):
        changed += _retract_from(connection, source, proposal, statement, "retracted", statement.c.quote)
        words = screening_answer.c.quote
        changed += _retract_from(connection, source, proposal, screening_answer, "retracted", words)
    if proposal.what in ("observation", "all"):
        names = (observation.c.text, observation.c.analyte, observation.c.quote)
        changed += _retract_from(connection, source, proposal, observation, WITHDRAWN, *names)
    return changed > 0


def _retract_from(
    connection: Connection,
    source: Source,
    proposal: RetractProposal,
    table: Any,
    status: str,
    *words: ColumnElement[str],
) -> int:
    chosen = [
        table.c.patient_id == source.patient_id,
        table.c.status != status,
        table.c.created_at <= source.at,
    ]
    if table is observation:
        chosen.append(table.c.origin.in_(TOLD))
    if proposal.id is not None:
        chosen.append(table.c.id == proposal.id)
    if proposal.match is not None:
        chosen.append(or_(*(column.icontains(proposal.match, autoescape=True) for column in words)))
    elif proposal.id is None and proposal.what != "all":
        return 0  # "delete that", with no saying what: taking back everything would be a guess
    return connection.execute(update(table).where(*chosen).values(status=status)).rowcount

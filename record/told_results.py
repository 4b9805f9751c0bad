"""A told result becomes an observation: once, beside what was told of the same test before."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, select, update

from record import values
from record.proposals import ObservationProposal
from record.source import TOLD, WITHDRAWN, Source, insert, origin, quoted
from record.tables import apart, message, observation

NOT_COLUMNS = {"kind", "replaces", "loinc", "effective", "quote", "start", "end", "paper"}
PAPERS = {
    "photo": "from a photo, confirmed by the patient",
    "pdf": "from a PDF, confirmed by the patient",
}


def observe(connection: Connection, source: Source, effect_key: str, proposal: ObservationProposal) -> bool:
    span = quoted(source, proposal)
    if _already_written(connection, effect_key):
        return False
    earlier = _same_test(connection, source, proposal)
    if proposal.replaces is not None:
        _withdraw(
            connection,
            [
                row.id
                for row in earlier
                if row.conversation_id == source.conversation_id
                and row.origin in TOLD
                and values.same(_written(row), proposal.replaces)
            ],
        )
    elif any(_same_result(row, proposal) for row in earlier):
        return False
    comparator, value = values.split(_value(proposal))
    row = proposal.model_dump(exclude=NOT_COLUMNS)
    row |= {
        "category": "laboratory",
        "origin": origin(source),
        "status": "final",
        "system": "http://loinc.org" if proposal.loinc else None,
        "code": proposal.loinc,
        "effective_at": proposal.effective,
        "released_at": source.at,  # the person already has it
        "value": value,
        "comparator": comparator,
        "value_num": values.number(value),
        "source_system": PAPERS[proposal.paper] if proposal.paper else None,
        **(span._asdict() if span else {}),
    }
    return insert(connection, source, observation, effect_key, row)


def _value(proposal: ObservationProposal) -> str:
    """The value with its comparator, wherever the proposal carries it."""
    return (
        values.joined(proposal.comparator, values.split(proposal.value)[1])
        if proposal.comparator
        else proposal.value
    )


def _written(row: Row[Any]) -> str | None:
    return None if row.value is None else values.joined(row.comparator, row.value)


def _already_written(connection: Connection, effect_key: str) -> bool:
    found = connection.scalar(select(observation.c.id).where(observation.c.effect_key == effect_key))
    return found is not None


def _same_test(connection: Connection, source: Source, proposal: ObservationProposal) -> Sequence[Row[Any]]:
    """The newest standing results of the same test, with the conversation they were told in."""
    columns = observation.c
    same: ColumnElement[bool] = (
        # The series is what the index knows: a long record is not read through.
        columns.series == apart(proposal.subject) + proposal.analyte
        if proposal.analyte
        else and_(columns.code == proposal.loinc, columns.text == proposal.text)
        if proposal.loinc
        else columns.text == proposal.text
    )
    return connection.execute(
        select(observation, message.c.conversation_id)
        .outerjoin(message, message.c.id == columns.message_id)
        .where(
            columns.patient_id == source.patient_id,
            columns.subject == proposal.subject,
            same,
            columns.status != WITHDRAWN,
        )
        .order_by(columns.sort_key.desc())
        .limit(200)
    ).all()


def _same_result(row: Row[Any], proposal: ObservationProposal) -> bool:
    """Told twice is one result: the same value of the same test, on the same day or on no day said."""
    if row.released_at is None or not values.same(_written(row), _value(proposal)):
        return False
    if row.unit and proposal.unit and row.unit != proposal.unit:
        return False
    if row.origin in TOLD:
        return _day(row.effective_at) == _day(proposal.effective)
    return proposal.effective is not None and _day(row.effective_at) == _day(proposal.effective)


def _day(when: str | None) -> str | None:
    return when[:10] if when else None


def _withdraw(connection: Connection, ids: list[str]) -> bool:
    if not ids:
        return False
    connection.execute(update(observation).where(observation.c.id.in_(ids)).values(status=WITHDRAWN))
    return True

"""The message a proposal came from, and how a row is written under its key, once."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from record.database import insert_new
from record.ids import new_id
from record.proposals import ObservationProposal, StatementProposal
from record.words import Span, find_quote

TOLD = ("told", "told-by-caregiver")
WITHDRAWN = "entered-in-error"


@dataclass(frozen=True)
class Source:
    """The message the proposals came from."""

    patient_id: str
    message_id: str
    conversation_id: str
    text: str
    author: str
    at: str


class Unsaid(Exception):
    """Words were put in the person's mouth: nothing is recorded as theirs that they did not say."""


def insert(
    connection: Connection, source: Source, table: Any, effect_key: str, fields: dict[str, Any]
) -> bool:
    row = {
        "id": new_id(),
        "patient_id": source.patient_id,
        "message_id": source.message_id,
        "effect_key": effect_key,
        "created_at": source.at,
        **fields,
    }
    return insert_new(connection, table, [row], "effect_key") == 1


def quoted(source: Source, proposal: ObservationProposal | StatementProposal) -> Span | None:
    if proposal.quote is None:
        return None
    span = find_quote(source.text, proposal.quote, proposal.start, proposal.end)
    if span is None:
        raise Unsaid
    return span


def origin(source: Source) -> str:
    return "told-by-caregiver" if source.author == "caregiver" else "told"

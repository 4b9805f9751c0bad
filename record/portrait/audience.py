"""The one place that decides what a reader may see of a person: every reading asks here first."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection, FromClause, select
from sqlalchemy.sql.elements import ColumnElement

from record import people, sharing
from record.series import UNUSABLE, Chooser, tellable, told_only
from record.sharing import Reader
from record.tables import patient

Audience = Reader | Literal["patient"] | None
"""Someone of the care team; the patient themself, for what may be told to them; None: all of it."""


@dataclass(frozen=True)
class Seen:
    """What may be read of one record."""

    words: bool  # what was told and said, and the files sent
    results: Chooser  # which results
    hidden: frozenset[str] = frozenset()  # statements kept from this reader
    hidden_messages: frozenset[str] = frozenset()
    told_beside: frozenset[str] = frozenset()  # messages whose told values are kept from this reader too
    chart: bool = True  # conditions and medicines of the chart
    since: str | None = None  # what was told before is another person's, for all anyone knows


def seen_by(connection: Connection, patient_id: str, reader: Audience) -> Seen:
    """What this reader may see. Flags and tasks need no asking: they are for safety and always shown."""
    if reader == "patient":
        return _as_patient(connection, patient_id)
    if reader is None:
        return Seen(words=True, results=usable)
    if patient_id not in sharing.shared(connection, [patient_id]):
        return Seen(words=False, results=usable)
    kept = sharing.kept_from(connection, [patient_id], reader)
    return Seen(True, usable, kept.statements, kept.messages, kept.told_beside)


def _as_patient(connection: Connection, patient_id: str) -> Seen:
    """Before the identity check whoever writes reads their own words alone; a number can change hands."""
    verified = select(patient.c.identity_verified_at).where(patient.c.id == patient_id)
    if connection.scalar(verified):
        return Seen(words=True, results=tellable)
    since = people.doubted_since(connection, patient_id)
    return Seen(words=True, results=told_only, chart=False, since=since)


def usable(rows: FromClause) -> ColumnElement[bool]:
    """Laboratory results and vital signs that were not taken back.

    Not asked by category: a walk for the newest few of a kind a test never has would read all of that test.
    """
    return rows.c.status.not_in(UNUSABLE)

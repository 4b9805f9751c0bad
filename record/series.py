"""Results test by test: the newest few of each, found as fast in a long record as in a short one."""

from collections.abc import Callable, Mapping
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    FromClause,
    Select,
    String,
    and_,
    bindparam,
    func,
    or_,
    select,
    true,
)

from clinical.types import Interpretation, Tier
from record.tables import observation

NEWEST = 12  # of each test: enough for a trend
UNUSABLE = ("entered-in-error", "cancelled")
PATIENT: BindParameter[str] = bindparam("patient_id", type_=String())
Chooser = Callable[[FromClause], ColumnElement[bool]]


class Earlier(NamedTuple):
    """One result already in the record, with what was judged of it.

    A named tuple, as hundreds of them are made for every message: a frozen dataclass takes ten times as long.
    """

    id: str
    series: str
    analyte: str | None
    code: str | None
    text: str
    subject: str  # "patient", or whose it is, as told
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


COLUMN_OF = {"effective": "effective_at", "at": "created_at"}
SERIES = itemgetter(1)


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
    connection: Connection, patient_id: str, chosen: Chooser, limit: int = NEWEST
) -> Mapping[str, tuple[Earlier, ...]]:
    """The newest `limit` results of each series, newest first, by one walk through the index.

    Ranking every row instead would make a long record slower to answer than a short one.
    """
    statement = _newest(connection.dialect.name, chosen, limit)
    rows = connection.execute(statement, {"patient_id": patient_id}).all()
    return {name: tuple(map(Earlier._make, group)) for name, group in groupby(rows, key=SERIES)}


@cache
def _newest(dialect: str, chosen: Chooser, limit: int) -> Select[Any]:
    """The same rows asked for in the way each database walks its index whatever it guesses of sizes."""
    series = _series()
    of_series = (
        select(observation)
        .where(observation.c.patient_id == PATIENT, observation.c.series == series.c.series)
        .where(chosen(observation))
        .order_by(observation.c.sort_key.desc())
        .limit(limit)
        .correlate(series)
    )
    if dialect == "postgresql":
        each = of_series.lateral("newest")
        return (
            select(*columns(each))
            .select_from(series.join(each, true()))
            .order_by(each.c.series, each.c.sort_key.desc())
        )
    kept = observation.alias("kept")
    wanted = kept.c.id.in_(of_series.with_only_columns(observation.c.id))
    return (
        select(*columns(kept))
        .select_from(series.join(kept, wanted))
        .order_by(kept.c.series, kept.c.sort_key.desc())
    )


def _series() -> CTE:
    """Each series a patient has results in, found by stepping from one to the next."""
    mine = observation.c.patient_id == PATIENT
    first = select(func.min(observation.c.series).label("series")).where(mine)
    series = first.cte("series_of_patient", recursive=True)
    following = select(func.min(observation.c.series)).where(mine, observation.c.series > series.c.series)
    return series.union_all(
        select(following.correlate(series).scalar_subquery()).where(series.c.series.is_not(None))
    )


def columns(rows: FromClause) -> list[ColumnElement[Any]]:
    """What an `Earlier` is made of, in its order: read so, a row is one without a look at any name."""
    return [rows.c[COLUMN_OF.get(name, name)] for name in Earlier._fields]

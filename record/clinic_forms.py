"""A clinic's own screening forms: kept with the answers to them, so that no answer loses its question."""

import json
from collections.abc import Sequence
from functools import cache, lru_cache

from sqlalchemy import Connection, Select, delete, insert, select, update

from clinical.screeners import Screener, screener
from clinical.screeners.clinic import Form
from record.tables import clinic_form


def keep(connection: Connection, forms: Sequence[Form], *, at: str) -> None:
    """These are the forms that may be asked from now on; earlier ones stay readable and are asked no more."""
    connection.execute(update(clinic_form).values(in_use=False))
    for form in forms:
        row = {"definition": json.dumps(form, sort_keys=True), "in_use": True, "noted_at": at}
        connection.execute(delete(clinic_form).where(clinic_form.c.id == form["id"]))
        connection.execute(insert(clinic_form).values(id=form["id"], **row))


def in_use(connection: Connection) -> tuple[Screener, ...]:
    """What may be asked, in the order of their ids."""
    return tuple(_made(each) for each in connection.scalars(_in_use()))


def find(connection: Connection, form_id: str) -> Screener | None:
    """A form that was ever supplied, asked or not."""
    found = connection.scalar(select(clinic_form.c.definition).where(clinic_form.c.id == form_id))
    return _made(found) if found else None


@cache
def _in_use() -> Select[tuple[str]]:
    return select(clinic_form.c.definition).where(clinic_form.c.in_use).order_by(clinic_form.c.id)


@lru_cache(maxsize=32)
def _made(definition: str) -> Screener:
    return screener(json.loads(definition))

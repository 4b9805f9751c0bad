"""Published forms a person answered: each asking with its answers, its score, and what was not answered."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, select

from clinical import screeners
from clinical.screeners import Item, Option, Screener, Total
from record import clinic_forms
from record.tables import screening_answer


@dataclass(frozen=True)
class Answer:
    """One item and what was answered: options, or why there is none."""

    item: Item
    options: tuple[Option, ...]
    absent: str | None  # asked-declined | asked-unknown
    quote: str | None
    origin: str
    at: str
    message_id: str
    id: str


@dataclass(frozen=True)
class Screening:
    """One asking of one form, newest answers last."""

    screener: Screener
    round: str
    answers: tuple[Answer, ...]

    @property
    def at(self) -> str:
        return self.answers[-1].at

    @property
    def whole(self) -> bool:
        """Whether every item of the form has a code."""
        coded = {answer.item.id for answer in self.answers if answer.options}
        return coded == {item.id for item in self.screener.items}

    @property
    def codes(self) -> dict[str, str]:
        """Item id -> answer codes."""
        return {
            answer.item.id: " ".join(option.code for option in answer.options)
            for answer in self.answers
            if answer.options
        }

    @property
    def total(self) -> Total | None:
        return screeners.total(self.screener, self.codes)

    @property
    def needs(self) -> tuple[str, ...]:
        """The domains the answers tell of."""
        return screeners.needs(self.screener, self.codes)


def read(
    connection: Connection, patient_id: str, without: Collection[str] = (), since: str | None = None
) -> tuple[Screening, ...]:
    """Every asking of a patient, the newest first; what was taken back is not in it.

    `without` are ids of messages a reader may not see; nor may they see what was answered before `since`.
    """
    rows = connection.execute(
        select(screening_answer)
        .where(screening_answer.c.patient_id == patient_id, screening_answer.c.status == "active")
        .order_by(screening_answer.c.created_at, screening_answer.c.id)
    )
    rounds: dict[tuple[str, str], list[Row[Any]]] = {}
    for row in (each for each in rows if each.message_id not in without and each.created_at >= (since or "")):
        rounds.setdefault((row.screener, row.round), []).append(row)
    forms = {name: screeners.find(name) or clinic_forms.find(connection, name) for name, _ in rounds}
    found = [_screening(forms[name], which, each) for (name, which), each in rounds.items()]
    return tuple(sorted((each for each in found if each), key=lambda each: each.at, reverse=True))


def _screening(form: Screener | None, which: str, rows: Sequence[Row[Any]]) -> Screening | None:
    """None for a form that this release no longer knows: it is kept, and cannot be named."""
    if form is None:
        return None
    answers = tuple(answer for row in rows if (answer := _answer(form, row)))
    return Screening(form, which, answers) if answers else None


def _answer(form: Screener, row: Row[Any]) -> Answer | None:
    item = form.item(row.item)
    if item is None:
        return None
    options = tuple(option for code in row.codes.split() if (option := item.option(code)))
    return Answer(
        item, options, row.absent, row.quote, row.origin, row.created_at, row.message_id, row.id
    )  # fmt: skip

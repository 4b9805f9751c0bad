"""A person's own page: what stands in their record, in plain words, and only what may be told to them."""

from typing import Any

from sqlalchemy import Connection, select

from record import screening
from record.people import doubted_since
from record.portrait import assemble, plain
from record.tables import patient

PASSED = {"asked-declined": "passed", "asked-unknown": "own-words"}


def page(connection: Connection, patient_id: str) -> dict[str, Any]:
    """`lines` of the portrait as its patient may read it; `answers` to published questions, newest first."""
    language = connection.scalar(select(patient.c.language).where(patient.c.id == patient_id))
    return {
        "lines": plain.lines(assemble(connection, patient_id, reader="patient"), language),
        "answers": [
            {
                "question": answer.item.text,
                "answer": "; ".join(option.text for option in answer.options) or answer.quote,
                "status": "answered" if answer.options else PASSED.get(answer.absent or "", "passed"),
            }
            for asked in screening.read(connection, patient_id, since=doubted_since(connection, patient_id))
            for answer in asked.answers
        ],
    }

"""Messages that give back words a reader may not see: a list of notes read out, "shall I take this out?"."""

import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, select

from clinical.folding import fold
from record.tables import conversation, message, observation, statement

WORD = re.compile(r"\w+")
CUT = 40  # letters of a long quote that are enough to know it by: lists and pages show it cut
LEAST = 10  # letters, and two words: what is shorter ("no", "4 hours") is in many a message by chance


def of(
    connection: Connection, quotes: Mapping[str, Collection[str]], hidden: Collection[str]
) -> frozenset[str]:
    """Messages that hold one of these quotes, by patient, and what such an answer of Kith's was said to.

    Left in sight: what a clinician wrote, and a message in which the patient told the words again and
    lets them stand (`hidden` are the lines that do not).
    """
    if not quotes:
        return frozenset()
    needles = {patient: tuple(map(_plain, each)) for patient, each in quotes.items()}
    rows = _messages(connection, list(needles))
    giving = [row for row in rows if _gives(row.text, row.direction, needles[row.patient_id])]
    answered = {_begins(row.effect_key) + "in" for row in giving if row.direction == "out"} - {"in"}
    asking = {row.id for row in rows if row.effect_key in answered} if answered else set()
    chosen = {row.id for row in giving} - _told_anew(connection, needles, hidden)
    return frozenset(chosen | (asking - _telling(connection, needles)))


def _messages(connection: Connection, patients: Sequence[str]) -> list[Row[Any]]:
    columns = message.c
    theirs = select(conversation.c.id).where(conversation.c.patient_id.in_(patients))
    chosen = select(columns.id, columns.patient_id, columns.direction, columns.text, columns.effect_key)
    by_others = columns.author != "clinician"
    return list(connection.execute(chosen.where(columns.conversation_id.in_(theirs), by_others)))


def _plain(text: str) -> str:
    """The words alone, as far as they are looked at: spacing, case, accents and marks may differ."""
    words = _words(text)
    return words if len(words) <= CUT else words[:CUT].rsplit(" ", 1)[0] + " "


def _words(text: str) -> str:
    return f" {' '.join(WORD.findall(fold(text)))} "


def _gives(text: str, direction: str, needles: Collection[str]) -> bool:
    words = _words(text)
    held = [each for each in needles if each.strip() and each in words]
    return any(_telling_enough(each) for each in held) or (
        direction == "out" and any(each in _marked(text) for each in held)
    )


def _telling_enough(needle: str) -> bool:
    return len(needle.strip()) >= LEAST and " " in needle.strip()


def _marked(text: str) -> frozenset[str]:
    """What stands between quotation marks: there even one word is a quote."""
    return frozenset(_plain(each) for each in re.findall(r'"([^"\n]+)"', fold(text)))


def _begins(effect_key: str | None) -> str:
    """ "<inbox id>:" of an answer, "" of what answers nothing."""
    begins, colon, ordinal = (effect_key or "").rpartition(":")
    return begins + colon if ordinal[:1].isdigit() else ""


def _told_anew(
    connection: Connection, needles: Mapping[str, Collection[str]], hidden: Collection[str]
) -> frozenset[str]:
    """Those in which the same words were told as a line that stands."""
    columns = statement.c
    chosen = select(columns.id, columns.patient_id, columns.message_id, columns.quote)
    lines = connection.execute(chosen.where(columns.patient_id.in_(needles), columns.status == "active"))
    return frozenset(
        row.message_id
        for row in lines
        if row.id not in hidden and any(each in _words(row.quote) for each in needles[row.patient_id])
    )


def _telling(connection: Connection, patients: Collection[str]) -> frozenset[str]:
    """Those that tell something of their own: an answer that quotes other words does not hide it."""
    found: set[str] = set()
    for table in (statement, observation):
        told = table.c.message_id.is_not(None), table.c.patient_id.in_(patients)
        found |= set(connection.scalars(select(table.c.message_id).where(*told)))
    return frozenset(found)

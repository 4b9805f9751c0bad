"""What the care team may see of what a patient told: nothing before a yes, but for signs of danger.

Two questions stand apart. May Kith keep what is told (`record`)? May the care team see it (`share-story`:
asked, active, rejected, or `policy` where the clinic shows it to its team and the patient was told so)? A yes
given once to both, by staff or at set-up, is `record-and-share`. The patient's own reading, the export of the
clinic's engineer and the evaluation need none of this; every reader of the care team does.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, or_, select

from record import repeats
from record.tables import consent, message, statement, user

RECORD, SHARE, BOTH = "record", "share-story", "record-and-share"
SHOWN = ("active", "policy")
EVERYONE = "everyone"
ROLES = ("nurse", "physician", "social-worker")
TITLES = frozenset({"dr", "doctor", "doc", "nurse", "mr", "mrs", "ms", "miss", "prof"})
TAKEN_BACK = "retracted"
WISH = "wish"  # a row beside the words: the message that asks to keep a line from someone


@dataclass(frozen=True)
class Reader:
    """Who of the care team reads. Without a name and a role (a clinic's system): nobody in particular."""

    name: str | None = None  # as patients call them: "Susan Lee, MD"
    role: str | None = None  # nurse physician social-worker


@dataclass(frozen=True)
class Kept:
    """Ids a reader may not see: words kept from them, messages with such words or with ones taken back.

    A value told in a message with words kept from this reader (`told_beside`) is kept from them too.
    """

    statements: frozenset[str] = frozenset()
    messages: frozenset[str] = frozenset()
    told_beside: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Answer:
    """The newest word on sharing."""

    status: str  # asked active rejected policy
    at: str


def answer(connection: Connection, patient_id: str) -> Answer | None:
    """What a patient last said of sharing, or was last asked or told; None: nothing yet."""
    row = connection.execute(_newest(), {"patient_id": patient_id}).first()
    return Answer(row.status, row.created_at) if row else None


@cache
def _newest() -> Select[Any]:
    return (
        select(consent.c.status, consent.c.created_at)
        .where(consent.c.patient_id == bindparam("patient_id"), consent.c.scope.in_((SHARE, BOTH)))
        .order_by(consent.c.created_at.desc(), consent.c.id.desc())
        .limit(1)
    )


def shared(connection: Connection, patients: Sequence[str]) -> frozenset[str]:
    """Those of the patients whose words the care team may see."""
    found = _answers(connection, patients)
    return frozenset(patient_id for patient_id, newest in found.items() if newest.status in SHOWN)


def _answers(connection: Connection, patients: Sequence[str]) -> dict[str, Answer]:
    rows = connection.execute(
        select(consent.c.patient_id, consent.c.status, consent.c.created_at)
        .where(consent.c.patient_id.in_(patients), consent.c.scope.in_((SHARE, BOTH)))
        .order_by(consent.c.created_at, consent.c.id)
    )
    return {row.patient_id: Answer(row.status, row.created_at) for row in rows}


def kept_from(connection: Connection, patients: Sequence[str], reader: Reader) -> Kept:
    """What of these patients a reader may not see although they share their words with the team."""
    columns = statement.c
    rows = connection.execute(
        select(statement).where(
            columns.patient_id.in_(patients),
            or_(columns.withheld_from.is_not(None), columns.status == TAKEN_BACK, columns.category == WISH),
        )
    ).all()
    if not rows:
        return Kept()
    known = tuple(connection.scalars(select(user.c.display_name).where(user.c.disabled_at.is_(None))))
    lines = [row for row in rows if row.category != WISH]
    withheld = [row for row in lines if row.withheld_from and withholds(row.withheld_from, reader, known)]
    unseen = [row for row in lines if row.status == TAKEN_BACK or row in withheld]
    ids = frozenset(row.id for row in unseen)
    hidden = {row.message_id for row in unseen}
    hidden |= {row.message_id for row in rows if row.category == WISH and row.replaces in ids}
    quotes: dict[str, set[str]] = {}
    for row in unseen:
        quotes.setdefault(row.patient_id, set()).add(row.quote)
    return Kept(
        statements=frozenset(row.id for row in withheld),
        messages=frozenset(_with_answers(connection, hidden)) | repeats.of(connection, quotes, ids),
        told_beside=frozenset(row.message_id for row in withheld),
    )


def withholds(whom: str, reader: Reader, known: Iterable[str]) -> bool:
    """Whether words kept from `whom` ("Dr. Lee", a role, everyone) are kept from this reader.

    Where nobody of the clinic has that name they are kept from all, not shown to the one who was meant.
    """
    if whom == EVERYONE or reader == Reader():
        return True
    if whom in ROLES:
        return reader.role == whom
    if _named(whom, reader.name or ""):
        return True
    return not any(_named(whom, name) for name in known)


def is_known(connection: Connection, whom: str) -> bool:
    """Whether someone of the clinic goes by this name or has this role."""
    if whom == EVERYONE or whom in ROLES:
        return True
    names = connection.scalars(select(user.c.display_name).where(user.c.disabled_at.is_(None)))
    return any(_named(whom, name) for name in names)


def _named(whom: str, name: str) -> bool:
    """ "dr. lee" is in "Susan Lee, MD": every word of the name but the title."""
    wanted = set(re.findall(r"\w+", whom.casefold())) - TITLES
    return bool(wanted) and wanted <= set(re.findall(r"\w+", name.casefold()))


def _with_answers(connection: Connection, messages: set[str]) -> Iterable[str]:
    """A message and what Kith answered to it, which gives its words back; safety words stay in sight."""
    keys = connection.execute(select(message.c.id, message.c.effect_key).where(message.c.id.in_(messages)))
    for found in keys.all():
        yield found.id
        if not (found.effect_key or "").endswith(":in"):
            continue
        begins = found.effect_key.removesuffix("in")
        answers = select(message.c.id, message.c.effect_key).where(
            message.c.effect_key.startswith(begins, autoescape=True)
        )
        for answer in connection.execute(answers):
            if answer.effect_key.removeprefix(begins)[0].isdigit():
                yield answer.id

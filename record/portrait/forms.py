"""Published forms that were answered: what they tell of, what they deny, and what was left open."""

from collections.abc import Sequence

from sqlalchemy import Connection

from record import screening
from record.portrait.audience import Seen
from record.portrait.parts import Form
from record.screening import Answer, Screening

NEWEST = 6


def read(connection: Connection, patient_id: str, seen: Seen) -> tuple[Form, ...]:
    """The newest askings, newest first."""
    if not seen.words:
        return ()
    asked = screening.read(connection, patient_id, seen.hidden_messages, seen.since)
    return tuple(_form(each) for each in asked[:NEWEST])


def _form(asked: Screening) -> Form:
    told = frozenset(asked.needs)
    given = [each for each in asked.answers if each.options]
    left = [each for each in asked.answers if not each.options]
    total, score = asked.total, asked.screener.score
    return Form(
        id=asked.round,
        title=asked.screener.title,
        at=asked.at,
        score=f"{total.points} of {score.highest}" if total and score else None,
        told=tuple(sorted(told)),
        denied=tuple(sorted(_about(given) - told)),
        declined=tuple(sorted(_about(left) - _about(given))),
        message_id=asked.answers[-1].message_id,
    )


def _about(answers: Sequence[Answer]) -> frozenset[str]:
    """The needs these questions ask about."""
    return frozenset(option.need for answer in answers for option in answer.item.options if option.need)

"""What is still open as a message comes: yesterday's question is over, and so is one put to somebody else."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from record.view import PatientView

Slots = Mapping[str, Any]
LAPSES = timedelta(hours=20)  # what someone writes a day later answers nothing that was asked the day before


def standing(slots: Slots, known: PatientView) -> Slots:
    """What is still open: a "yes" of today takes nothing out that yesterday's question was about."""
    if known.last_heard is None:
        return slots
    away = datetime.fromisoformat(known.at) - datetime.fromisoformat(known.last_heard)
    if away < LAPSES:
        return slots
    return {**slots, "question": _consent(slots), "offered": None, "pending": None, "quiet": None}


def handed_over(slots: Slots) -> Slots:
    """Someone else writes now: what one of them was asked is not for the other to answer.

    That a few questions may be asked was offered to whoever writes.
    """
    offered = "story" if slots.get("offered") == "story" else None
    return {**slots, "question": _consent(slots), "offered": offered, "pending": None, "screening": None}


def _consent(slots: Slots) -> str | None:
    return "consent" if slots.get("question") == "consent" else None

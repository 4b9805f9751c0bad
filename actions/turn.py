"""One message as an action sees it: the words, what was heard in them, and what is known of the person."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from actions.voice import Voice
from clinical.patterns import Match
from clinical.types import Judgement, LabMention, Result, Triage
from listening.stories.types import Hearing
from record.view import PatientView


@dataclass(frozen=True)
class Judged:
    """One result of a message, with what it means."""

    mention: LabMention
    result: Result
    judgement: Judgement
    triage: Triage


@dataclass(frozen=True)
class Turn:
    """Everything an action may look at. Nothing in it can be written to."""

    text: str
    message_id: str
    channel: str  # sms | web
    author: str  # patient | caregiver
    screen_level: str  # none | soon | ask | emergency | crisis
    intent: str
    today: date
    slots: Mapping[str, Any]
    view: PatientView
    hearing: Hearing
    results: tuple[Judged, ...]
    named: tuple[str, ...]  # analytes named without a value
    speaks_for: str | None  # "mother", where a caregiver writes for someone
    voice: Voice
    screen_kinds: tuple[str, ...] = ()  # what the screen heard: "soon-lab", "chest-pain"
    papers: tuple[Mapping[str, Any], ...] = ()  # photos and PDFs that came with it, as they were read
    patterns: tuple[Match, ...] = ()  # what the results mean together, and beside the record

    @property
    def urgent(self) -> bool:
        """The gateway has already answered with the safety words; nothing else may follow them."""
        return self.screen_level in ("emergency", "crisis")

    @property
    def question(self) -> str | None:
        """The open question: "consent", or an item of the story."""
        return self.slots.get("question")

    @property
    def away(self) -> timedelta:
        """How long they had not written before this message."""
        if self.view.last_heard is None:
            return timedelta(0)
        return datetime.fromisoformat(self.view.at) - datetime.fromisoformat(self.view.last_heard)

    @property
    def phone(self) -> str:
        return self.voice.clinic.phone

    @property
    def symptoms(self) -> frozenset[str]:
        """Symptoms the person has now, by code."""
        return frozenset(
            item.code for item in self.hearing.items if item.category == "symptom" and item.counts
        )

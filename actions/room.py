"""What every action is given: the record to read, the articles, the catalogue, the clinic, a clock."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from sqlalchemy import Engine

from actions import phrasebook, reading, standing
from actions.explaining import Explainer
from actions.reading import Reading, Words
from actions.rephrasing.rephraser import Rephraser
from actions.reply import Reply
from actions.resources import directory as resources
from actions.resources.directory import Directory
from actions.together import together
from actions.turn import Judged, Turn
from actions.voice import Clinic, Voice
from clinical import extract, interpret, told, triage
from clinical.catalogue import Catalogue
from clinical.extract_people import kin_in
from clinical.types import LabMention, NamedTest, Person, Result
from knowledge.library import Library
from listening import stories
from listening.stories import Head


@dataclass(frozen=True)
class Room:
    """The dependencies of the actions, made once by `python -m actions`."""

    engine: Engine
    catalogue: Catalogue
    library: Library
    clinic: Clinic
    now: Callable[[], str]
    rephraser: Rephraser | None = None  # a language model, where one is set
    head: Head | None = None  # a second opinion on needs; rules hear alone without it
    directory: Directory = field(default_factory=resources.load)  # whom to call for help nearby

    @property
    def explainer(self) -> Explainer:
        return Explainer(self.catalogue, self.library)

    def read(self, words: Words) -> Reading:
        """What the words say and what is known of the person; raises when the record cannot be read."""
        return reading.read(words, self.now(), self.engine, self.catalogue, self.head)

    def read_turn(self, tracker: Any, read: Callable[[Words], Reading] | None = None) -> Turn:
        """Everything one message brings; raises when the record cannot be read.

        `read`: where the reading comes from, should it have been begun already.
        """
        message: Mapping[str, Any] = tracker.latest_message
        metadata = message.get("metadata") or {}
        words = Words.of(tracker.sender_id, metadata, message.get("text") or "", tracker.slots)
        found = (read or self.read)(words)
        today = date.fromisoformat(found.at[:10])
        slots = standing.standing(tracker.slots, found.known)
        if bool(found.speaks_for) != bool(words.spoke_for):
            slots = standing.handed_over(slots)
        known = found.known
        if found.author == "patient":  # a carer's own age says nothing of whom they write for
            known = replace(known, person=told.adding(words.text, known.person, today))
        symptoms = frozenset(i.code for i in found.hearing.items if i.category == "symptom" and i.counts)
        alone = tuple(self.judge(each, known.person, today, symptoms, words.text) for each in found.mentions)
        results, matches = together(alone, known, symptoms, self.catalogue, today, words.text)
        measured = {each.analyte for each in found.mentions}
        return Turn(
            text=words.text,
            message_id=words.message_id,
            channel=metadata.get("channel", "web"),
            author=found.author,
            screen_level=(metadata.get("screen") or {}).get("level", "none"),
            screen_kinds=tuple((metadata.get("screen") or {}).get("kinds") or ()),
            intent=(message.get("intent") or {}).get("name") or "tell",
            today=today,
            slots=slots,
            view=known,
            hearing=found.hearing,
            results=results,
            named=_names(found.tests, measured, {stories.introduced(words.text), known.caregiver}),
            speaks_for=found.speaks_for,
            voice=Voice(self.clinic, int(slots.get("turn") or 0), frozenset(slots.get("said") or ())),
            papers=tuple(metadata.get("papers") or ()),
            patterns=matches,
        )

    def rephrased(self, turn: Turn, reply: Reply) -> Reply:
        """The plain answer, or the same in words for this person where a language model is set."""
        return self.rephraser.rephrase(turn, reply) if self.rephraser else reply

    def warm(self) -> None:
        """Load now what the first patient would otherwise wait for: patterns, rules, the embedding model."""
        extract.read("potassium 4.1 mmol/L", self.catalogue)
        extract.named("what is sodium", self.catalogue)
        stories.hear("the bus stopped running", head=self.head)
        phrasebook.says("lab_words", "blood test")
        self.library.search("what is the test for sugar over three months", k=1)

    def judge(
        self,
        mention: LabMention,
        person: Person,
        today: date,
        symptoms: frozenset[str] = frozenset(),
        text: str = "",
    ) -> Judged:
        """What one told result means for this person; another person's by what `text` tells of them alone."""
        whose = person if mention.subject == "patient" else kin_in(text, mention.subject, today)
        on = _day(mention.effective) or today
        result = Result(
            mention.analyte, mention.value, mention.unit, mention.range, mention.flag,
            _day(mention.effective), likely_unit=mention.likely_unit,
        )  # fmt: skip
        judgement = interpret.judge(result, whose, on, self.catalogue)
        tier = triage.triage(judgement, result, whose, symptoms, catalogue=self.catalogue)
        return Judged(mention, result, judgement, tier)


def _names(named: Sequence[NamedTest], measured: set[str], people: set[str | None]) -> tuple[str, ...]:
    """Tests named without a value, each once; "this is Ana" names nobody's antibodies."""
    tests = (each for each in named if each.text not in people)
    return tuple(dict.fromkeys(each.analyte for each in tests if each.analyte not in measured))


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None

"""What a message says by itself, and what is known of the person: all of a turn that needs no intent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from actions import just_told, writers
from clinical import extract
from clinical.catalogue import Catalogue
from clinical.types import LabMention, NamedTest
from listening import stories
from listening.stories import Head
from listening.stories.types import Hearing
from record import view
from record.view import PatientView

Slots = Mapping[str, Any]


@dataclass(frozen=True)
class Words:
    """A message as the gateway handed it on."""

    message_id: str
    conversation_id: str
    text: str
    author: str  # patient | caregiver, as far as the gateway knows
    meaning: str | None = None  # the embedding of these very words, where the gateway's screen has made it
    spoke_for: str | None = None  # whom the writer of the message before wrote for: "mother"
    asked_who: bool = False  # it was just asked who writes

    @classmethod
    def of(cls, conversation_id: str, metadata: Mapping[str, Any], shown: str, slots: Slots) -> "Words":
        """`shown`: the text as the dialogue saw it. `slots`: what is remembered from the message before."""
        papers = metadata.get("papers")
        # A picture alone has no words; what stands for them then was never said.
        text = metadata.get("full_text") or ("" if papers else shown) or ""
        meaning = metadata.get("meaning") if text.strip() == shown else None
        return cls(
            message_id=metadata.get("message_id", ""),
            conversation_id=conversation_id,
            text=text,
            author=metadata.get("author", "patient"),
            meaning=meaning,
            spoke_for=slots.get("speaks_for"),
            asked_who=slots.get("offered") == writers.ASKED,
        )


@dataclass(frozen=True)
class Reading:
    """One message, read. Raises nothing of its own; reading it raises where the record cannot be read."""

    words: Words
    at: str
    known: PatientView
    hearing: Hearing
    mentions: tuple[LabMention, ...]
    tests: tuple[NamedTest, ...]
    speaks_for: str | None = None  # whom the writer of this message speaks for
    author: str = "patient"  # patient | caregiver


def read(words: Words, at: str, engine: Engine, catalogue: Catalogue, head: Head | None) -> Reading:
    """The record first: where it cannot be read, nothing else is worth its time."""
    with engine.connect() as connection:
        known = view.load(connection, words.conversation_id, at=at, message_id=words.message_id or None)
    person = writers.writes_for(words.text, words.spoke_for, known, asked=words.asked_who)
    results = extract.read(words.text, catalogue, just_told.spoken_of(known))
    author = "caregiver" if person else "patient" if words.spoke_for else words.author
    return Reading(
        words=words,
        at=at,
        known=known,
        hearing=stories.hear(words.text, author=author, head=head, meaning=words.meaning),
        mentions=tuple(each for each in results if each.asked_about),
        tests=tuple(extract.named(words.text, catalogue)),
        speaks_for=person,
        author=author,
    )

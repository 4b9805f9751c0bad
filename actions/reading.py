"""What a message says by itself, and what is known of the person: all of a turn that needs no intent."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine

from clinical import extract
from clinical.catalogue import Catalogue
from clinical.types import LabMention, NamedTest
from listening import stories
from listening.stories import Head
from listening.stories.types import Hearing
from record import view
from record.view import PatientView


@dataclass(frozen=True)
class Words:
    """A message as the gateway handed it on."""

    message_id: str
    conversation_id: str
    text: str
    author: str  # patient | caregiver
    meaning: str | None = None  # the embedding of these very words, where the gateway's screen has made it

    @classmethod
    def of(
        cls, conversation_id: str, metadata: Mapping[str, Any], shown: str, speaks_for: str | None
    ) -> "Words":
        """`shown`: the text as the dialogue saw it. `speaks_for`: whom this writer wrote for before."""
        papers = metadata.get("papers")
        # A picture alone has no words; what stands for them then was never said.
        text = metadata.get("full_text") or ("" if papers else shown) or ""
        named = speaks_for if (told := stories.speaks_for(text)) is None else told or "loved one"
        author = "caregiver" if named else metadata.get("author", "patient")
        meaning = metadata.get("meaning") if text.strip() == shown else None
        return cls(metadata.get("message_id", ""), conversation_id, text, author, meaning)


@dataclass(frozen=True)
class Reading:
    """One message, read. Raises nothing of its own; reading it raises where the record cannot be read."""

    words: Words
    at: str
    known: PatientView
    hearing: Hearing
    mentions: tuple[LabMention, ...]
    tests: tuple[NamedTest, ...]


def read(words: Words, at: str, engine: Engine, catalogue: Catalogue, head: Head | None) -> Reading:
    """The record first: where it cannot be read, nothing else is worth its time."""
    with engine.connect() as connection:
        known = view.load(connection, words.conversation_id, at=at, message_id=words.message_id or None)
    return Reading(
        words=words,
        at=at,
        known=known,
        hearing=stories.hear(words.text, author=words.author, head=head, meaning=words.meaning),
        mentions=tuple(each for each in extract.read(words.text, catalogue) if each.asked_about),
        tests=tuple(extract.named(words.text, catalogue)),
    )

"""What a person told, in their own words: strengths first, and what was never asked said to be unknown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from careteam import labels
from record.portrait import Portrait
from record.portrait import Quote as PortraitQuote
from record.tables import message, story_item

NEWEST = 200


@dataclass(frozen=True)
class Quote:
    """A person's exact words, what was heard in them, and where they stand."""

    category: str
    code: str | None
    text: str
    subject: str
    temporality: str
    polarity: str
    origin: str
    by: str | None  # who wrote them, where it was not the patient
    at: str  # when it was written
    noted_at: str  # when it came into the record
    seq: int


@dataclass(frozen=True)
class Topic:
    """The words about one thing, newest first."""

    label: str
    quotes: tuple[Quote, ...]


@dataclass(frozen=True)
class Section:
    """One heading of the page."""

    key: str
    heading: str
    topics: tuple[Topic, ...]


@dataclass(frozen=True)
class Story:
    """All that was told. Denied, past and other people's matters stand apart; silence is silence."""

    sections: tuple[Section, ...]
    otherwise: tuple[Quote, ...]  # past, feared, or about someone else
    denied: tuple[Quote, ...]
    not_talked_about: tuple[str, ...]
    declined: tuple[str, ...]

    @property
    def empty(self) -> bool:
        return not (self.sections or self.otherwise or self.denied)


SECTIONS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("strengths", "What helps, and who is with them", ("strength",)),
    ("matters", "What matters to them", ("goal",)),
    ("worries", "What worries them", ("worry",)),
    ("needs", "What is hard right now", ("stressor", "loss", "barrier")),
    ("body", "Symptoms and medicines, as they tell it", ("symptom", "medicine")),
    ("questions", "What they want to ask", ("question",)),
    ("understanding", "What they took from an explanation, said back", ("teach_back",)),
    ("feelings", "How it feels", ("feeling",)),
    ("happened", "What happened, and the rest of their story", ("story",)),
)


def read(connection: Connection, portrait: Portrait) -> Story:
    """A patient's story as it stands now; what they took back is not in it."""
    quotes = _quotes(connection, portrait)
    standing = [quote for quote in quotes if _is_now(quote)]
    asked = _asked(connection, portrait.patient_id)
    return Story(
        sections=tuple(_sections(standing)),
        otherwise=tuple(each for each in quotes if each.polarity != "negated" and not _is_now(each)),
        denied=tuple(each for each in quotes if each.polarity == "negated"),
        not_talked_about=tuple(_silent(quotes, asked)),
        declined=tuple(item for item, status in asked.items() if status in ("declined", "not-now")),
    )


def _quotes(connection: Connection, portrait: Portrait) -> list[Quote]:
    """The newest words of the portrait, each with the place it stands in."""
    words = (*portrait.strengths, *portrait.matters, *portrait.needs, *portrait.other_words)
    newest = sorted(words, key=lambda each: each.at, reverse=True)[:NEWEST]
    rows = connection.execute(
        select(message.c.id, message.c.seq, message.c.at, message.c.author).where(
            message.c.id.in_({each.message_id for each in newest})
        )
    )
    places = {row.id: row for row in rows}
    return [_quote(each, places[each.message_id]) for each in newest]


def _quote(words: PortraitQuote, place: Any) -> Quote:
    return Quote(
        category=words.category,
        code=words.code,
        text=words.text,
        subject=words.subject,
        temporality=words.temporality,
        polarity=words.polarity,
        origin=words.origin,
        by=words.author_name if place.author == "caregiver" else None,
        at=place.at,
        noted_at=words.at,
        seq=place.seq,
    )


def _asked(connection: Connection, patient_id: str) -> dict[str, str]:
    rows = connection.execute(
        select(story_item).where(story_item.c.patient_id == patient_id).order_by(story_item.c.item)
    )
    return {row.item: row.status for row in rows}


def _is_now(quote: Quote) -> bool:
    """True of the patient, now. A loss stays a loss however long ago it was."""
    own = quote.subject == "patient" and quote.polarity == "affirmed"
    return own and (quote.temporality == "now" or quote.category in ("loss", "story", "worry"))


def _sections(quotes: Sequence[Quote]) -> Iterable[Section]:
    for key, heading, categories in SECTIONS:
        topics: dict[str, list[Quote]] = {}
        for quote in quotes:
            if quote.category in categories:
                topics.setdefault(_topic(quote), []).append(quote)
        if topics:
            yield Section(key, heading, tuple(_merged(topics)))


def _merged(topics: dict[str, list[Quote]]) -> Iterable[Topic]:
    """The same words heard as two things stand once, under both names: "Getting around, Transport"."""
    names: dict[tuple[tuple[int, str], ...], list[str]] = {}
    words: dict[tuple[tuple[int, str], ...], tuple[Quote, ...]] = {}
    for name, quotes in topics.items():
        kept = _distinct(quotes)
        key = tuple((quote.seq, quote.text) for quote in kept)
        names.setdefault(key, []).append(name)
        words[key] = kept
    return (Topic(", ".join(name for name in names[key] if name), words[key]) for key in names)


def _topic(quote: Quote) -> str:
    if quote.category == "feeling":
        return labels.label("feeling", quote.code)
    if quote.category == "teach_back":
        return labels.label("understanding", quote.code)
    return labels.label("domain", quote.code)


def _distinct(quotes: Sequence[Quote]) -> tuple[Quote, ...]:
    """The same words heard twice in one message are shown once."""
    return tuple({(quote.seq, quote.text): quote for quote in quotes}.values())


def _silent(quotes: Sequence[Quote], asked: dict[str, str]) -> Iterable[str]:
    heard = {quote.code for quote in quotes} | {item for item, status in asked.items() if status != "asked"}
    return (words for code, words in labels.asked_about().items() if heard.isdisjoint((code, words)))

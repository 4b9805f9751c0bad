"""What a person told, in their own words, as the page groups it: strengths first, the rest apart."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from careteam import labels
from record.portrait import Portrait, Quote


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

    person: tuple[Section, ...]  # who this is: what helps, what matters, what worries, what they ask
    sections: tuple[Section, ...]
    otherwise: tuple[Quote, ...]  # past, feared, or about someone else
    denied: tuple[Quote, ...]
    older: tuple[str, ...]  # what more was said of earlier, in the conversation

    @property
    def empty(self) -> bool:
        return not (self.person or self.sections or self.otherwise or self.denied)


Headings = tuple[tuple[str, str, tuple[str, ...]], ...]
PERSON: Headings = (
    ("strengths", "What helps, and who is with them", ("strength",)),
    ("matters", "What matters to them", ("goal",)),
    ("worries", "What worries them", ("worry",)),
    ("questions", "What they want to ask", ("question",)),
)
SECTIONS: Headings = (
    ("needs", "What is hard right now", ("stressor", "loss", "barrier")),
    ("body", "Symptoms and medicines, as they tell it", ("symptom", "medicine")),
    ("understanding", "What they took from an explanation, said back", ("teach_back",)),
    ("feelings", "How it feels", ("feeling",)),
    ("happened", "What happened, and the rest of their story", ("story",)),
)


def read(portrait: Portrait) -> Story:
    """A person's story as it stands now; what they took back is not in it."""
    quotes = sorted(portrait.words, key=lambda quote: quote.at, reverse=True)
    standing = [quote for quote in quotes if _is_now(quote)]
    apart = [quote for quote in quotes if not _is_now(quote)]
    return Story(
        person=tuple(_sections(standing, PERSON)),
        sections=tuple(_sections(standing, SECTIONS)),
        otherwise=_distinct(quote for quote in apart if quote.polarity != "negated"),
        denied=_distinct(quote for quote in apart if quote.polarity == "negated"),
        older=tuple(dict.fromkeys(_name(*topic.split("/", 1)).lower() for topic in portrait.older)),
    )


def _is_now(quote: Quote) -> bool:
    """True of the patient, now. A loss stays a loss however long ago it was."""
    lasting = quote.category in ("loss", "story", "worry", "question")
    return quote.own and (quote.temporality == "now" or lasting)


def _sections(quotes: Sequence[Quote], headings: Headings) -> Iterable[Section]:
    for key, heading, categories in headings:
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
    """A goal or a question needs no other name than its heading."""
    unnamed = quote.category in ("goal", "worry", "question", "story")
    return "" if unnamed or not quote.code else _name(quote.category, quote.code)


def _name(category: str, code: str | None) -> str:
    group = {"feeling": "feeling", "teach_back": "understanding"}.get(category, "domain")
    return labels.label(group, code) or category.replace("_", " ").capitalize()


def _distinct(quotes: Iterable[Quote]) -> tuple[Quote, ...]:
    """The same words heard twice in one message are shown once."""
    return tuple({(quote.seq, quote.text): quote for quote in quotes}.values())

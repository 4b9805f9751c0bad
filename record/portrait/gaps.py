"""What is not known: denied, unknown though asked, and never asked are three different things."""

from collections.abc import Iterator, Mapping, Sequence

from clinical.types import Person
from record.portrait import rules
from record.portrait.parts import Form, Gap, Quote
from record.portrait.rules import Topic

CLOSED = ("declined", "not-now", "answered", "asked")  # the plainest reason of several first


def read(
    quotes: Sequence[Quote], story: Mapping[str, str], person: Person, forms: Sequence[Form] = ()
) -> tuple[Gap, ...]:
    """Each topic of topics.toml nothing is told of, in its order; then what the chart does not say."""
    return (*_topics(quotes, story, forms), *_chart(person))


def _topics(quotes: Sequence[Quote], story: Mapping[str, str], forms: Sequence[Form]) -> Iterator[Gap]:
    for topic in rules.topics():
        mine = [quote for quote in quotes if {quote.code, quote.category} & topic.codes and _theirs(quote)]
        if any(quote.own for quote in mine) or any(topic.codes & {*form.told} for form in forms):
            continue  # it is told: now, or of the past, or on a form
        denied = next((quote for quote in mine if quote.polarity == "negated"), None)
        if denied is not None:
            yield Gap(topic.name, "denied", None, denied)
        elif any(topic.codes & {*form.denied} for form in forms):
            yield Gap(topic.name, "denied", "form", None)
        elif any(topic.codes & {*form.declined} for form in forms):
            yield Gap(topic.name, "unknown", "declined", None)
        else:
            yield _silent(topic, story)


def _theirs(quote: Quote) -> bool:
    return quote.subject == "patient" and quote.temporality != "feared"


def _silent(topic: Topic, story: Mapping[str, str]) -> Gap:
    asked = {story[item] for item in topic.items if item in story} | (
        {story[topic.id]} if topic.id in story else set()
    )
    codes = {story[code] for code in topic.codes if code in story}
    how = next((each for each in CLOSED if each in asked | codes), None)
    return Gap(topic.name, "unknown" if how else "not-asked", how, None)


def _chart(person: Person) -> Iterator[Gap]:
    """The chart's silence is no answer either."""
    if not person.conditions:
        yield Gap("conditions", "unknown", "chart", None)
    if not person.medicines:
        yield Gap("medicines", "unknown", "chart", None)
    if person.sex == "female" and person.pregnant is None:
        yield Gap("pregnancy", "unknown", "chart", None)

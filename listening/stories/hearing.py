"""Hears a message: matches the rules, weighs what stands around each match, keeps the exact words."""

import re

from listening.stories import context, implied, people, rulebook, voices
from listening.stories.context import Frame, Place
from listening.stories.head import Head
from listening.stories.rulebook import Met, Rule
from listening.stories.types import Heard, Hearing, Subject
from listening.stories.words import Plain, plain

LONGEST_QUOTE = 280  # a sentence longer than this is cut to the clauses around what was heard
FIRST_NAMED = ("fear", "sadness", "anger", "shame", "numbness", "relief", "hope")


def hear(
    text: str, *, author: str = "patient", head: Head | None = None, meaning: str | None = None
) -> Hearing:
    """Everything a message says of needs, feelings, losses, strengths, goals, worries and symptoms.

    `author="caregiver"`: the writer speaks for the patient, in this and every message of theirs.
    `head`: a second opinion on needs; without it the rules hear alone.
    `meaning`: the whole text's embedding, where it was made before (`listening.embedding.handed_on`).

    >>> [(item.code, item.quote) for item in hear("My lights got cut off. I had to cancel").items]
    [('utility-insecurity', 'My lights got cut off')]
    """
    book = rulebook.load()
    said = plain(text, book.words)
    person = voices.speaks_for(text)
    known = people.mentioned(text, said)
    writer = people.teller(text, said) if author == "caregiver" or person is not None else None
    frame = Frame(
        author == "caregiver" or person is not None, person or "", writer.label if writer else "caregiver"
    )
    over = {need.code for need in book.met if _is_met(need, said)}
    found = [
        (place, _heard(rule, place, said, text, frame, known, rule.code in over))
        for rule, wording in book.candidates(said.text)
        for place in _places(rule, wording, said)
    ]
    opinions = head.judge(text, said, meaning) if head else []
    kept = [(place, item) for place, item in found if not implied.doubted(item, place, opinions)]
    heard = _best(_settled(kept, book.yields))
    heard += implied.implied(text, said, opinions, heard, frame, book.yields, frozenset(over))
    items = tuple(sorted(heard, key=lambda item: (item.start, item.category, item.code)))
    return Hearing(items, _feeling(items))


def stressors(hearing: Hearing) -> frozenset[str]:
    """The domain codes that are the patient's own, present and not denied."""
    return frozenset(item.code for item in hearing.items if item.category == "stressor" and item.counts)


def _is_met(need: Met, said: Plain) -> bool:
    return any(wording.search(said.text) for wording in need.say)


def _places(rule: Rule, wording: re.Pattern[str], said: Plain) -> list[Place]:
    """Where a wording stands, but for sentences in which it means something else."""
    places = [
        context.sentence_of(said, said.index(match.start()), said.index(match.end()))
        for match in wording.finditer(said.text)
    ]
    return [place for place in places if not _excused(rule, said, place)]


def _excused(rule: Rule, said: Plain, place: Place) -> bool:
    if not rule.unless:
        return False
    sentence = f" {' '.join(said.words[place.sentence_start : place.sentence_end])} "
    return any(wording.search(sentence) for wording in rule.unless)


def _heard(
    rule: Rule,
    place: Place,
    said: Plain,
    text: str,
    frame: Frame,
    known: tuple[people.Person, ...],
    over: bool,
) -> Heard:
    start, end = _quote(text, said, place)
    whose: tuple[Subject, str] = ("patient", "")
    if "other" not in rule.ignore:
        whose = context.whose(said, place, frame, rule.household)
    return Heard(
        category=rule.category,
        code=rule.code,
        quote=text[start:end],
        start=start,
        end=end,
        subject=whose[0],
        temporality="past" if over else context.temporality(said, place, rule.ignore),
        polarity="affirmed" if "negation" in rule.ignore else context.polarity(said, place),
        origin="told-by-caregiver" if frame.caregiver else "told",
        rule=rule.id,
        who=_who(whose, place, frame, known),
        teller=people.reporter(said, place.start, place.sentence_start, known)
        or (frame.teller if frame.caregiver else ""),
    )


def _who(whose: tuple[Subject, str], place: Place, frame: Frame, known: tuple[people.Person, ...]) -> str:
    """Another's name or relation; a caregiver's own matter is the caregiver's."""
    subject, word = whose
    if subject == "patient":
        return ""
    if frame.caregiver and word in context.cues().first:
        return frame.teller
    return people.antecedent(word, place.end, known)


def _quote(text: str, said: Plain, place: Place) -> tuple[int, int]:
    """The whole sentence around a match, or the nearest clauses of a very long one."""
    first, last = place.sentence_start, place.sentence_end
    start, end = said.spans[first][0], said.spans[last - 1][1]
    if end - start <= LONGEST_QUOTE:
        return start, end
    first = _clause_edge(said, place.start, place.sentence_start, -1, 12)
    last = _clause_edge(said, place.end - 1, place.sentence_end - 1, 1, 12)
    return said.spans[first][0], said.spans[last][1]


def _clause_edge(said: Plain, at: int, limit: int, step: int, least: int) -> int:
    """The nearest comma or "and" at least some words away, or the sentence's own edge."""
    walked = 0
    while at != limit:
        following = at + step
        if walked >= least and said.words[following] in (",", "and", "but", "so", "because"):
            return at
        at, walked = following, walked + 1
    return at


def _settled(found: list[tuple[Place, Heard]], yields: dict[str, frozenset[str]]) -> list[Heard]:
    """Without the needs whose very words say another need more exactly."""

    def gives_way(place: Place, item: Heard) -> bool:
        stronger = yields.get(item.code, frozenset())
        return item.category == "stressor" and any(
            other.code in stronger and other.counts and place.start < at.end and at.start < place.end
            for at, other in found
        )

    return [item for place, item in found if not gives_way(place, item)]


def _best(found: list[Heard]) -> list[Heard]:
    """One item for each code and sentence: the one that counts, else the first."""
    kept: dict[tuple[str, str, int], Heard] = {}
    for item in found:
        key = (item.category, item.code, item.start)
        if key not in kept or (item.counts and not kept[key].counts):
            kept[key] = item
    return list(kept.values())


def _feeling(items: tuple[Heard, ...]) -> str | None:
    felt = {item.code for item in items if item.category == "feeling" and item.counts}
    return next((code for code in FIRST_NAMED if code in felt), None)

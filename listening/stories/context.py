"""What stands around a matched wording: denied, past, feared, another person's, told as a story."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from listening.stories.patterns import expand
from listening.stories.types import Polarity, Subject, Temporality
from listening.stories.words import STOPS, Plain

TABLE = Path(__file__).parent / "context.toml"
REACH = 8  # words back from a wording that a "not" or an "if" can still govern
WHO = 16  # words back in which the sentence's person is looked for
OWN = frozenset({"i", "we", "me", "my", "us", "our", "yo"})
PRONOUNS = frozenset({"i", "we", "he", "she", "they", "it", "yo"})


@dataclass(frozen=True)
class Cues:
    """The tables of `context.toml`, compiled."""

    negation: frozenset[str]
    not_denials: re.Pattern[str]
    breaks: frozenset[str]
    opinion: re.Pattern[str]
    denied_after: re.Pattern[str]
    past: re.Pattern[str]
    resolved: re.Pattern[str]
    feared: re.Pattern[str]
    question: re.Pattern[str]
    persons: frozenset[str]
    first: frozenset[str]
    household: frozenset[str]
    reported: re.Pattern[str]
    relations: tuple[frozenset[str], ...]  # words for the same relation


@dataclass(frozen=True)
class Place:
    """Where a wording was matched: word numbers, and those of its sentence."""

    start: int
    end: int
    sentence_start: int
    sentence_end: int


@dataclass(frozen=True)
class Frame:
    """Who writes: a patient of themselves, or a caregiver of `person` ("mother", "" when not named)."""

    caregiver: bool = False
    person: str = ""
    teller: str = ""  # the caregiver as they named themselves


@cache
def cues() -> Cues:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    negation, past, feared, other = (table[name] for name in ("negation", "past", "feared", "other"))
    return Cues(
        negation=frozenset(negation["cues"]),
        not_denials=_any(negation["unless"]),
        breaks=frozenset(negation["breaks"]),
        opinion=re.compile(_any(negation["opinion"]).pattern + " $"),
        denied_after=_any(negation["after"]),
        past=_any(past["cues"]),
        resolved=_any(past["resolved"]),
        feared=_any(feared["before"]),
        question=re.compile(f" ?(?:{'|'.join(feared['question'])})"),
        persons=frozenset(other["persons"]),
        first=frozenset(other["first"]),
        household=frozenset(other["household"]),
        reported=_any(other["reported"]),
        relations=tuple(frozenset(group) for group in other["relations"]),
    )


def _any(written: list[Any]) -> re.Pattern[str]:
    return re.compile("|".join(expand(one, {}) for one in written))


def polarity(said: Plain, place: Place) -> Polarity:
    """ "I am not homeless" denies; "I can't pay and I'm homeless" does not."""
    before = _before(said, place)
    table = cues()
    if table.opinion.search(_joined(before)):
        return "negated"
    if table.denied_after.search(_joined(said.words[place.end : min(place.end + 7, place.sentence_end)])):
        return "negated"
    return "negated" if _governed(before, said.words[place.start], table) else "affirmed"


def _governed(before: tuple[str, ...], head: str, table: Cues) -> bool:
    """Whether a "not" in the words before reaches the wording: no conjunction or new subject between."""
    if head in PRONOUNS:
        return False
    for at in range(len(before) - 1, max(-1, len(before) - REACH - 1), -1):
        word = before[at]
        if word in table.negation:
            tail = _joined(before[max(0, at - 2) : at + 4])
            return not table.not_denials.search(tail)
        if word in table.breaks or word in PRONOUNS:
            return False
    return False


def temporality(said: Plain, place: Place, ignore: frozenset[str]) -> Temporality:
    """ "We were homeless in 2019" is past; "if I lost this house" is feared."""
    table = cues()
    sentence = _joined(said.words[place.sentence_start : place.sentence_end])
    after = _joined(said.words[place.end :])
    if "past" not in ignore and (table.past.search(sentence) or table.resolved.search(after)):
        return "past"
    if "feared" not in ignore and _is_feared(said, place, sentence, table):
        return "feared"
    return "now"


def _is_feared(said: Plain, place: Place, sentence: str, table: Cues) -> bool:
    before = _before(said, place)[-REACH:]
    cut = max((i + 1 for i, word in enumerate(before) if word in ("but", "and", "so", ",")), default=0)
    if table.feared.search(_joined(before[cut:])):
        return True
    asked = place.sentence_end < len(said.words) and said.words[place.sentence_end] == "?"
    own = {"i", "my", "we", "our", "me"} & set(said.words[place.sentence_start : place.end])
    return bool(asked and not own and table.question.match(sentence))


def subject(said: Plain, place: Place, frame: Frame, household: bool) -> Subject:
    """Whose matter it is: the nearest person named before the wording, in its sentence."""
    return whose(said, place, frame, household)[0]


def whose(said: Plain, place: Place, frame: Frame, household: bool) -> tuple[Subject, str]:
    """The patient's or another's, and the word that says so: "sister", "she", "i"; "" where none does."""
    table = cues()
    if not frame.caregiver and table.reported.search(
        _joined(said.words[place.sentence_start : place.sentence_end])
    ):
        return "other", ""
    person = _person(said, place, table)
    if person is None:
        return "patient", ""
    if frame.caregiver:
        another = person in table.first or _another(person, frame)
        return ("other" if another else "patient"), person
    if person in table.first or (household and person in table.household):
        return "patient", person
    return "other", person


def _person(said: Plain, place: Place, table: Cues) -> str | None:
    """The word for whoever the wording is about, or None when no one is named."""
    words = said.words
    inside = words[place.start : place.end]
    if not {"i", "we", "my", "our", "me", "us"} & set(inside):
        for word in inside:
            if word in ("his", "her", "he", "she"):
                return word
    first = words[place.start]
    if first in table.first or first in ("my", "our"):
        return "i"
    for at in range(place.start - 1, max(place.sentence_start, place.start - WHO) - 1, -1):
        word = words[at]
        if word in table.first:
            return "i"
        if word in table.persons or word.removesuffix("'s") in table.persons:
            return "i" if _with_me(words, at) else word.removesuffix("'s")
        if word in ("my", "our") and at + 1 < len(words) and not _names_person(words, at, table):
            return "i"
    return None


def _names_person(words: tuple[str, ...], at: int, table: Cues) -> bool:
    return any(word.removesuffix("'s") in table.persons for word in words[at + 1 : at + 4])


def _with_me(words: tuple[str, ...], at: int) -> bool:
    """ "me and my wife", "my wife and I": both of them."""
    near = words[max(0, at - 5) : at + 4]
    return (
        " me and " in _joined(near)
        or " and i " in _joined(near)
        or " and me " in _joined(near)
        or (" with " in _joined(words[max(0, at - 3) : at]))
    )


def _another(person: str, frame: Frame) -> bool:
    """Within a caregiver's message, kin who are neither the one written for nor "he" or "she"."""
    if person in ("he", "she", "him", "her", "his", "hers", "patient") or not frame.person:
        return False
    return person not in same_person(frame.person)


def same_person(person: str) -> frozenset[str]:
    """Every word for the same relation: "mother" is also "mom"."""
    groups = cues().relations
    return frozenset().union({person}, *(group for group in groups if person in group))


def unsettled(said: Plain, first: int, last: int) -> bool:
    """Words that speak of the past, of a matter settled, of a mere question, or of another person alone.

    For a need no rule heard: with no wording to stand around, the whole window is looked at.
    """
    table = cues()
    words = said.words[first:last]
    stretch, met = _joined(words), set(words)
    if table.past.search(stretch) or table.resolved.search(stretch):
        return True
    if "?" in met or table.question.match(stretch) or words[:1] == ("if",):
        return True
    return not met & OWN and any(word.removesuffix("'s") in table.persons for word in words)


def _before(said: Plain, place: Place) -> tuple[str, ...]:
    return said.words[place.sentence_start : place.start]


def _joined(words: tuple[str, ...]) -> str:
    return f" {' '.join(words)} "


def sentence_of(said: Plain, start: int, end: int) -> Place:
    """The sentence around words start to end."""
    first, last = start, end
    while first > 0 and said.words[first - 1] not in STOPS:
        first -= 1
    while last < len(said.words) and said.words[last] not in STOPS:
        last += 1
    return Place(start, end, first, last)

"""Whose result it is: "my mom's INR is 4" is the mother's."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache

from clinical.folding import fold
from clinical.tables import table
from clinical.types import Childhood, Person, Sex

SEXES: tuple[Sex, ...] = ("female", "male")
CHILDHOODS: tuple[Childhood, ...] = ("child", "unsure")
OLDEST = 110


@dataclass(frozen=True)
class People:
    """Every word of a text that says whose things are spoken of, in order."""

    starts: tuple[int, ...]
    whose: tuple[str, ...]

    def at(self, position: int) -> str:
        """Whose a result at this position is: that of the last person named before it."""
        index = bisect_right(self.starts, position) - 1
        return self.whose[index] if index >= 0 else "patient"

    def is_said(self, position: int) -> bool:
        """Whether the text had named anyone by then: "SGPT 1450, my brother is yellow" has not."""
        return bool(self.starts) and self.starts[0] <= position


@cache
def _pattern() -> re.Pattern[str]:
    relations = table("people")["relations"]
    names = "|".join(sorted((w for words in relations.values() for w in words), key=len, reverse=True))
    others = (
        rf"\b(?:my|our|his|her|mi|a|the)\s+(?:{_old()}[\s-])?(?:\w+\s)?(?P<relation>{names})\b"
        rf"|\b(?:my|our|the)\s+(?P<aged>{_old()})\b"
    )
    rules = table("people")
    bare = rf"(?:^|[.,;!?\n]\s?|\band\s)(?P<bare>{'|'.join(rules['bare'])})(?:'?s)?\b(?!{rules['not_bare']})"
    return re.compile(
        others
        + f"|{bare}"
        + r"|\b(?P<third>his|her|hers|he|she|their|they|su)\b"
        + r"|\b(?P<own>i|i'm|im|i've|my|mine|me|mi|mis|tengo)\b"
    )


@cache
def kin(subject: str) -> Person:
    """What is known of someone by the word they are called by: a husband is a man, a son may be a child."""
    rules = table("people")
    for sex in SEXES:
        if subject in rules["grown"][sex]:
            return Person(sex=sex)
    return Person(childhood=next((each for each in CHILDHOODS if subject in rules["childhood"][each]), None))


def kin_in(text: str, subject: str, on: date) -> Person:
    """The same, with the age the text tells of them: "my daughter is 9", "my 2 week old"."""
    known = kin(subject)
    born = {day for whose, day in _ages(fold(text), on) if whose == subject}
    if len(born) != 1 or (known.sex and _childhood(min(born), on)):
        return known  # no wife is a child, whatever is counted beside her
    return replace(known, birth_date=min(born), childhood=_childhood(min(born), on))


def _childhood(born: date, on: date) -> Childhood | None:
    age = Person(birth_date=born).age_on(on)
    return "child" if age is not None and age < int(table("judging")["adult_age"]) else None


def _ages(text: str, on: date) -> Iterator[tuple[str, date]]:
    """Whose age is told, with the day of birth it stands for."""
    people = find(text)
    for match in _age_pattern().finditer(text):
        person = next((m for m in _pattern().finditer(text) if m.start() <= match.start() < m.end()), None)
        whose = _named(person) if person else None
        if match["newborn"]:
            yield whose or people.at(match.start()), on
            continue
        count = int(match["old"] or match["beside"] or match["bare"])
        born = _born(count, match["old_unit"] or match["beside_unit"] or "years", on)
        if born is not None:
            yield whose or people.at(match.start()), born


def _born(count: int, unit: str, on: date) -> date | None:
    units = table("people")["ages"]
    if unit in units["days"] or unit in units["weeks"]:
        return on - timedelta(days=count * (7 if unit in units["weeks"] else 1))
    months = count if unit in units["months"] else 12 * count
    year, month = divmod(on.year * 12 + on.month - 1 - months, 12)
    return date(year, month + 1, min(on.day, 28)) if months <= OLDEST * 12 else None


@cache
def _old() -> str:
    """ "9 year old", "4yo", "2-week-old": an age in the words of a text, whatever it is the age of."""
    return rf"\d{{1,3}}[\s-]?(?:yo|y/o|(?:{_units()})[\s-]?old)"


@cache
def _units() -> str:
    ages = table("people")["ages"]
    listed = (unit for kind in ("years", "months", "weeks", "days") for unit in ages[kind])
    return "|".join(sorted(map(re.escape, listed), key=len, reverse=True))


@cache
def _age_pattern() -> re.Pattern[str]:
    names = "|".join(sorted(map(re.escape, _relations()), key=len, reverse=True))
    beside = rf"\b(?:{names}|he|she)(?:'?s)?,?\s(?:is\s|just\s|only\s|now\s|turned\s|aged?\s)*"
    ends = r"(?=\s*(?:$|[,;!?)]|\.(?!\d)|(?:and|but|with|has|whose|who|his|her|he|she)\b))"
    return re.compile(
        rf"\b(?P<old>\d{{1,3}})[\s-]?(?P<old_unit>yo|y/o|(?:{_units()})(?=[\s-]?old\b))\b"
        rf"|{beside}(?P<beside>\d{{1,3}})[\s-]?(?P<beside_unit>{_units()})\b(?!\s(?:{table('people')['ages']['not_old']}))"
        rf"|{beside}(?P<bare>\d{{1,2}})\b{ends}"
        rf"|\b(?P<newborn>{'|'.join(table('people')['ages']['newborn'])})\b"
    )


def _named(match: re.Match[str]) -> str | None:
    """Whom a match of `_pattern` names by a word of their own; "my 4yo" is a child."""
    if match["aged"]:
        return "child" if _is_young(match["aged"]) else "relative"
    relation = match["relation"] or match["bare"]
    return _relations()[relation] if relation else None


def _is_young(age: str) -> bool:
    count, unit = re.match(r"(\d+)[\s-]?([a-z/]+)", age).groups()  # type: ignore[union-attr]  # as `_old` finds it
    in_years = unit in ("yo", "y/o") or unit in table("people")["ages"]["years"]
    return not in_years or int(count) < int(table("judging")["adult_age"])


@cache
def _relations() -> dict[str, str]:
    return {word: relation for relation, words in table("people")["relations"].items() for word in words}


OPENS = re.compile(r"\W*(?:(?:and|also|but|so|ok|plus|oh)\b\W*)*(?P<third>his|hers?|theirs?)\b")
SEX_OF: dict[str, Sex] = {"his": "male", "her": "female", "hers": "female"}


def find(text: str, spoken_of: str = "patient") -> People:
    """The people of a folded text; "her" is the last other person named, "my" the writer.

    `spoken_of`: whose the results of the message before were. "And his potassium" goes on about him.
    """
    starts: list[int] = []
    whose: list[str] = []
    other = spoken_of if _goes_on(text, spoken_of) else "patient"
    for match in _pattern().finditer(text):
        named = _named(match)
        if named:
            other = named
            said = other
        else:
            said = other if match["third"] else "patient"
        starts.append(match.start())
        whose.append(said)
    return People(tuple(starts), tuple(whose))


def _goes_on(text: str, spoken_of: str) -> bool:
    """Whether a message opens with a word that may stand for this person: no "her" is a husband."""
    opening = OPENS.match(text)
    if opening is None:
        return False
    return SEX_OF.get(opening["third"]) in (None, kin(spoken_of).sex) or kin(spoken_of).sex is None

"""Whose result it is: "my mom's INR is 4" is the mother's."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cache

from clinical.tables import table
from clinical.types import Person, Sex

SEXES: tuple[Sex, ...] = ("female", "male")


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
    others = r"\b(?:my|our|his|her|mi|a|the)\s+(?:\w+\s)?(?P<relation>" + names + r")\b"
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
    """What is known of someone by the word they are called by: a husband is a man; else nothing."""
    grown = table("people")["grown"]
    return next((Person(sex=sex) for sex in SEXES if subject in grown[sex]), Person())


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
        relation = match["relation"] or match["bare"]
        if relation:
            other = _relations()[relation]
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

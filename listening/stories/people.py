"""Who is spoken of and who speaks: the wife Ana, the daughter who writes, in the words the message uses."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening.stories import rulebook
from listening.stories.words import STOPS, Plain, plain

INTRODUCED = (("this", "is"), ("i", "am"), ("name", "is"), ("it", "is"), ("me", "llamo"), ("name",), ("soy",))
NAMED = (("name", "is"), ("me", "llamo"))  # a name for sure, also without a capital
OF = frozenset({"my", "our", "his", "her", "their", "the", "mi", "su"})
APART = 60  # words; further back a "he" is no longer surely the one named last
PRONOUNS = frozenset({"he", "she", "him", "her", "his", "hers"})


@dataclass(frozen=True)
class Person:
    """Someone of the message: "wife", "Ana", and which of its words these are."""

    relation: str
    name: str
    at: int  # the relation's word; for one who introduces themselves, the name's

    @property
    def label(self) -> str:
        """ "Ana (wife)", or what is known of the two."""
        return f"{self.name} ({self.relation})" if self.name and self.relation else self.name or self.relation


@cache
def _table() -> dict[str, frozenset[str]]:
    table = tomllib.loads((Path(__file__).parent / "people.toml").read_text(encoding="utf-8"))
    return {key: frozenset(words) for key, words in table.items() if isinstance(words, list)}


def mentioned(text: str, said: Plain) -> tuple[Person, ...]:
    """Kin and carers of a message in order, each with the name that stands beside the relation.

    >>> from listening.stories.words import plain
    >>> text = "My wife Ana drives. Rosa, my sister, cooks"
    >>> [person.label for person in mentioned(text, plain(text))]
    ['Ana (wife)', 'Rosa (sister)']
    """
    relations = _table()["relations"]
    found = []
    for at, word in enumerate(said.words):
        relation = word.removesuffix("'s")
        if relation in relations and at and said.words[at - 1] in OF:
            found.append(Person(relation, _beside(text, said, at), at))
    return tuple(found)


def teller(text: str, said: Plain) -> Person | None:
    """Who says that they write: "this is Ana, his daughter", "Rosa here"; None where no name is given."""
    for at in range(len(said.words)):
        opens = any(said.words[max(0, at - len(cue)) : at] == cue for cue in INTRODUCED)
        closes = said.words[at + 1 : at + 2] == ("here",)
        alone = not at or said.words[at - 1] in STOPS or said.words[at - 1] in (",", "hi", "hello", "hola")
        named = said.words[max(0, at - 2) : at] in NAMED
        name = _name(text, said, at, sure=named or (closes and alone))
        if name and (opens or (closes and alone)):
            return Person(_relation_after(said, at), name, at)
    return None


def introduced(text: str) -> str | None:
    """The name a writer gives themselves.

    >>> introduced("this is Ana, his daughter. He can't sleep"), introduced("my brother Tom says hi")
    ('Ana', None)
    """
    found = teller(text, plain(text, rulebook.load().words))
    return found.name if found else None


def reporter(said: Plain, start: int, first: int, known: tuple[Person, ...]) -> str:
    """Whose telling a wording is: "my wife Ana says I stop breathing" is Ana's; "" where nobody is quoted."""
    says = _table()["says"]
    for at in range(start - 1, first, -1):
        if said.words[at] in says:
            near = [person for person in known if first <= person.at < at and at - person.at <= 4]
            return near[-1].label if near else ""
    return ""


def antecedent(word: str, start: int, known: tuple[Person, ...]) -> str:
    """The person a word stands for: "sister" the one with that relation, "he" the last named before."""
    before = [person for person in known if start - APART <= person.at < start]
    if word in PRONOUNS:
        fits = [person for person in before if _may_be(word, person.relation)]
        return fits[-1].label if fits else ""
    same = [person for person in before if person.relation == word]
    return same[-1].label if same else word


def _may_be(pronoun: str, relation: str) -> bool:
    men, women = _table()["men"], _table()["women"]
    return relation not in (women if pronoun in ("he", "him", "his") else men)


def _beside(text: str, said: Plain, at: int) -> str:
    """The name after a relation, or before it: "my wife, Ana,", "Ana, my wife", "Ana is my wife"."""
    after = at + 2 if said.words[at + 1 : at + 2] == (",",) else at + 1
    told = frozenset(said.words[after + 1 : after + 2]) & (_table()["says"] | _table()["does"])
    if name := _name(text, said, after, sure=bool(told)):
        return name
    before = at - 3 if said.words[max(0, at - 2) : at - 1] in ((",",), ("is",)) else -1
    return _name(text, said, before) if before >= 0 else ""


def _relation_after(said: Plain, at: int) -> str:
    near = said.words[at + 1 : at + 6]
    for place, word in enumerate(near[1:], 1):
        if word in _table()["relations"] and (near[place - 1] in OF or near[place - 1].endswith("'s")):
            return word if near[place - 1] not in ("my", "our", "mi") else ""
    return ""


def _name(text: str, said: Plain, at: int, sure: bool = False) -> str:
    """A word as a given name: written with a capital; or, `sure` by its neighbours, no word we know."""
    if not 0 <= at < len(said.words):
        return ""
    written = text[slice(*said.spans[at])].removesuffix("'s").removesuffix("’s")
    word = said.words[at].removesuffix("'s")
    if not written.isalpha() or len(written) < 2 or word in _table()["not-names"] | _table()["relations"]:
        return ""
    if written[0].isupper() and not (text.isupper() and not sure):
        return written if not written.isupper() else written.title()
    return written.title() if sure and word not in rulebook.load().words else ""

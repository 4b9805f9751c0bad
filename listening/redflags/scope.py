"""Whose matter a word is and when: denied, past, a relative's, supposed, read somewhere, or already over.

Only what is said outright silences anything: a cue must stand in the same sentence, and a denial
must reach the word without a new subject between ("no fever but my chest hurts" denies the fever only).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache

from listening.redflags.patterns import Lexicon
from listening.redflags.tables import table
from listening.redflags.tokens import Sentence

SHADES = ("denied", "unsure", "past", "kin", "supposed", "reported", "resolved")
Cues = dict[str, list[tuple[int, int]]]


@dataclass(slots=True)
class Shading:
    """For each word of a sentence, what keeps it from being true here and now."""

    shades: list[set[str]]
    idioms: list[tuple[int, int]] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    present: bool = False

    def of(self, start: int, end: int) -> frozenset[str]:
        """What is said of some words. A denial counts where it reaches the first, the head of them."""
        if not any(self.shades[start:end]):
            return frozenset()
        found = {shade for index in range(start, end) for shade in self.shades[index]} - {"denied", "unsure"}
        return frozenset(found | self.shades[start] & {"denied", "unsure"})

    def masked(self, start: int, end: int) -> bool:
        return bool(self.idioms) and any(start < stop and begin < end for begin, stop in self.idioms)

    def mark(self, name: str, where: Iterable[int]) -> None:
        for index in where:
            self.shades[index].add(name)


@cache
def _lexicon() -> Lexicon:
    return Lexicon({name: rows["cues"] for name, rows in table("scope.toml").items() if "cues" in rows})


@cache
def _words(name: str) -> frozenset[str]:
    return frozenset(table("scope.toml")["words"][name].split())


def compile_cues() -> None:
    _lexicon().compile()


def shade(sentence: Sentence) -> Shading:
    found: Cues = {}
    for name, start, end in _lexicon().find(sentence):
        found.setdefault(name, []).append((start, end))
    shading = Shading([set() for _ in sentence.tokens])
    shading.idioms = found.get("idiom", [])
    shading.others = sorted(start for start, _ in found.get("person", []))
    _deny(sentence, shading, found)
    _suppose(sentence, shading, found)
    _place_in_time(sentence, shading, found)
    everywhere = range(len(sentence.tokens))
    if "resolved" in found:
        shading.mark("resolved", everywhere)
    if "reported" in found and not _own_after(found):
        shading.mark("reported", everywhere)
    return shading


def _own_after(found: Cues) -> bool:
    """ "the paper says call for chest pain and i have it right now": then it is not only read."""
    told = max(start for start, _ in found["reported"])
    return any(start > told for start, _ in found.get("live", []))


def _deny(sentence: Sentence, shading: Shading, found: Cues) -> None:
    excused = found.get("not-denied", [])
    for start, end in found.get("denied", []):
        if not any(begin <= start < stop for begin, stop in excused):
            _deny_from(end, sentence, shading)
    for start, _ in found.get("denied-after", []):
        for index in range(start - 1, max(-1, start - 6), -1):
            if sentence.tokens[index].word in _words("clause"):
                break
            shading.shades[index].add("denied")


def _deny_from(begin: int, sentence: Sentence, shading: Shading) -> None:
    """Deny what follows, up to a new subject, a "but", or a comma after which no list goes on."""
    sure = True
    for index in range(begin, len(sentence.tokens)):
        word = sentence.tokens[index].word
        if word in _words("stops_denial"):
            return
        if word != ",":
            shading.shades[index].add("denied" if sure else "unsure")
            continue
        rest = [token.word for token in sentence.tokens[index + 1 :]]
        if not rest or rest[0] in _words("anew"):
            return
        sure = sure and _list_is_said(rest)


def _list_is_said(rest: list[str]) -> bool:
    """ "no fever, chills or chest pain" is one list; "no fever, chest pain" could be read both ways."""
    return rest[0] in _words("list_goes_on") or not _words("list_or").isdisjoint(rest[:12])


def _suppose(sentence: Sentence, shading: Shading, found: Cues) -> None:
    """What follows "what if" or "what are the signs of", up to words of one's own present."""
    live = {index for start, end in found.get("live", []) for index in range(start, end)}
    length = len(sentence.tokens)
    for _, end in found.get("supposed", []):
        shading.mark("supposed", range(end, min((index for index in live if index >= end), default=length)))
    for _, end in found.get("asking", []):
        if not any(index >= end for index in live):
            shading.mark("supposed", range(end, length))
    for start, end in found.get("supposed-whole", []):
        if live <= set(range(start + 1, end)):
            shading.mark("supposed", range(length))


def _place_in_time(sentence: Sentence, shading: Shading, found: Cues) -> None:
    present = [start for start, _ in found.get("present", [])]
    shading.present = bool(present)
    clauses = list(_clauses(sentence))
    for name in ("past", "kin"):
        for cue, _ in found.get(name, []):
            for clause in _told_with(cue, sentence, clauses):
                if cue in clause or not any(index in clause for index in present):
                    shading.mark(name, clause)
    if present and "past" in found:
        _unmark_present(shading, clauses, present, [start for start, _ in found["past"]])


def _told_with(cue: int, sentence: Sentence, clauses: list[range]) -> list[range]:
    """The clauses a cue of time speaks for: its own statement; all of them where it opens the sentence."""
    if cue <= 1:
        return clauses
    statements: list[list[range]] = []
    for clause in clauses:
        words = [sentence.tokens[index].word for index in clause]
        own_subject = len(words) > 1 and words[1] in _words("subjects")
        stands_alone = words[0] == "," and len(words) > 3
        if not statements or own_subject or stands_alone:
            statements.append([])
        statements[-1].append(clause)
    return next(group for group in statements if any(cue in clause for clause in group))


def _unmark_present(shading: Shading, clauses: list[range], present: list[int], cues: list[int]) -> None:
    """ "it went away last year and is back now": inside one clause the later word wins."""
    for clause in clauses:
        here = [index for index in present if index in clause]
        then = [index for index in cues if index in clause]
        if here and then and max(here) > max(then):
            for index in clause:
                shading.shades[index].discard("past")


def _clauses(sentence: Sentence) -> Iterator[range]:
    begin = 0
    for index, token in enumerate(sentence.tokens):
        if token.word in _words("clause") and begin < index < len(sentence.tokens) - 1:
            yield range(begin, index)
            begin = index
    yield range(begin, len(sentence.tokens))

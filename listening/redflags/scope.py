"""Whose matter a word is and when: denied, past, a relative's, supposed, read somewhere, or already over.

Only what is said outright silences anything: a cue must stand in the same sentence, and a denial
must reach the word without a new subject between ("no fever but my chest hurts" denies the fever only).
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from listening.redflags.patterns import Lexicon
from listening.redflags.tables import table
from listening.redflags.tokens import Sentence

SHADES = ("denied", "unsure", "past", "kin", "supposed", "reported", "resolved")
_CLAUSE = frozenset({",", "but", "and", "so", "because", "cause", "cuz", "then", "now", "though", "pero", "y", "ahora"})


_SUBJECTS = frozenset("i im ive my he she it its we they the hes shes theres his her you mi el ella yo".split())


@dataclass(slots=True)
class Shading:
    """For each word of a sentence, what keeps it from being true here and now."""

    shades: list[set[str]]
    idioms: list[tuple[int, int]] = field(default_factory=list)
    others: list[int] = field(default_factory=list)
    present: bool = False

    def of(self, start: int, end: int) -> frozenset[str]:
        """What is said of the words from `start`, whose first word is the head of a denial."""
        found = {shade for index in range(start, end) for shade in self.shades[index]} - {"denied", "unsure"}
        found |= self.shades[start] & {"denied", "unsure"}
        return frozenset(found)

    def masked(self, start: int, end: int) -> bool:
        return any(start < stop and begin < end for begin, stop in self.idioms)


@lru_cache(maxsize=1)
def _cues() -> tuple[Lexicon, dict[str, frozenset[str]]]:
    data = table("scope.toml")
    lists = {name: rows["cues"] for name, rows in data.items() if "cues" in rows}
    return Lexicon(lists), {name: frozenset(words.split()) for name, words in data["stops"].items()}


def compile_cues() -> None:
    _cues()[0].compile()


def shade(sentence: Sentence) -> Shading:
    lexicon, stops = _cues()
    shading = Shading([set() for _ in sentence.tokens])
    found: dict[str, list[tuple[int, int]]] = {}
    for name, start, end in lexicon.find(sentence):
        found.setdefault(name, []).append((start, end))
    shading.idioms = found.get("idiom", [])
    shading.others = sorted(start for start, _ in found.get("person", []))
    _deny(sentence, shading, found, stops)
    _suppose(sentence, shading, found)
    _place_in_time(sentence, shading, found)
    if "resolved" in found:
        _mark(shading, "resolved", range(len(sentence.tokens)))
    if "reported" in found and not _own_after(found):
        _mark(shading, "reported", range(len(sentence.tokens)))
    return shading


def _own_after(found: dict[str, list[tuple[int, int]]]) -> bool:
    """"the paper says call for chest pain and i have it right now": then it is not only read."""
    told = max(start for start, _ in found["reported"])
    return any(start > told for start, _ in found.get("live", []))


def _mark(shading: Shading, name: str, where: Iterator[int] | range) -> None:
    for index in where:
        shading.shades[index].add(name)


def _deny(
    sentence: Sentence, shading: Shading, found: dict[str, list[tuple[int, int]]], stops: dict[str, frozenset[str]]
) -> None:
    excused = found.get("not-denied", [])
    for start, end in found.get("denied", []):
        if any(begin <= start < stop for begin, stop in excused):
            continue
        sure = True
        for index in range(end, len(sentence.tokens)):
            word = sentence.tokens[index].word
            if word in stops["denied"]:
                break
            if word == ",":
                if not _list_goes_on(sentence, index):
                    break
                sure = sure and _list_is_said(sentence, index)
                continue
            shading.shades[index].add("denied" if sure else "unsure")
    for start, _ in found.get("denied-after", []):
        for index in range(start - 1, max(-1, start - 6), -1):
            if sentence.tokens[index].word in _CLAUSE:
                break
            shading.shades[index].add("denied")


def _list_goes_on(sentence: Sentence, comma: int) -> bool:
    """After "no fever," a list of bare things goes on; a new subject or verb ends the denial."""
    words = [token.word for token in sentence.tokens[comma + 1 : comma + 6]]
    starts_anew = {"i", "im", "ive", "my", "he", "she", "it", "its", "they", "we", "the", "but", "just", "only",
                   "he's", "shes", "hes", "mi", "me", "tengo", "estoy", "been", "having", "got", "have", "now"}  # fmt: skip
    return bool(words) and words[0] not in starts_anew


def _list_is_said(sentence: Sentence, comma: int) -> bool:
    """"no fever, chills or chest pain" is one list; "no fever, chest pain" could be read both ways."""
    rest = [token.word for token in sentence.tokens[comma + 1 :]]
    return rest[0] in {"no", "or", "nor", "any", "not", "ni", "without"} or bool({"or", "nor", "ni"} & set(rest[:12]))


def _suppose(sentence: Sentence, shading: Shading, found: dict[str, list[tuple[int, int]]]) -> None:
    live = [index for start, end in found.get("live", []) for index in range(start, end)]
    for name in ("supposed", "asking"):
        for _, end in found.get(name, []):
            stop = min((index for index in live if index >= end), default=len(sentence.tokens))
            if name == "asking" and stop < len(sentence.tokens):
                continue
            _mark(shading, "supposed", range(end, stop))
            # "would a ferritin of 9 make you pass out": what stands inside the cue is supposed too.
    for start, end in found.get("supposed-whole", []):
        if not [index for index in live if not start <= index < end]:
            _mark(shading, "supposed", range(len(sentence.tokens)))


def _place_in_time(sentence: Sentence, shading: Shading, found: dict[str, list[tuple[int, int]]]) -> None:
    present = [start for start, _ in found.get("present", [])]
    shading.present = bool(present)
    clauses = list(_clauses(sentence))
    for name in ("past", "kin"):
        for cue, _ in found.get(name, []):
            for clause in _told_with(cue, sentence, clauses):
                if cue in clause or not any(index in clause for index in present):
                    _mark(shading, name, clause)
    if present and "past" in found:
        _unmark_present(shading, clauses, present, [start for start, _ in found["past"]])


def _told_with(cue: int, sentence: Sentence, clauses: list[range]) -> list[range]:
    """The clauses a cue of time speaks for: its own statement; all of them where it opens the sentence."""
    if cue <= 1:
        return clauses
    statements: list[list[range]] = []
    for clause in clauses:
        words = [sentence.tokens[index].word for index in clause]
        own_subject = words[1] in _SUBJECTS if len(words) > 1 else False
        stands_alone = words[0] == "," and len(words) > 3
        if not statements or own_subject or stands_alone:
            statements.append([])
        statements[-1].append(clause)
    return next(group for group in statements if any(cue in clause for clause in group))


def _unmark_present(shading: Shading, clauses: list[range], present: list[int], cues: list[int]) -> None:
    """"it went away last year, now it is back": the newer word wins inside one clause when it comes later."""
    for clause in clauses:
        here = [index for index in present if index in clause]
        then = [index for index in cues if index in clause]
        if here and then and max(here) > max(then):
            for index in clause:
                shading.shades[index].discard("past")


def _clauses(sentence: Sentence) -> Iterator[range]:
    begin = 0
    for index, token in enumerate(sentence.tokens):
        if token.word in _CLAUSE and index > begin and index < len(sentence.tokens) - 1:
            yield range(begin, index)
            begin = index
    yield range(begin, len(sentence.tokens))

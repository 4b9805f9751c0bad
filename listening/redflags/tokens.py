"""A message as plain words with their places: spelling made regular, sentences and clauses kept apart."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache

from listening.normalise import fold
from listening.redflags.tables import table

_TOKEN = re.compile(
    r"\b(?:hb)?a1c\b|\b(?:spo|co|o)2\b|\bb(?:12|6)\b|\bf?t[34]\b|\bd3\b|\bphq9\b"
    r"|\d+(?:[.,/:]\d+)*|\.\d+|[^\W\d_][^\W\d_']*(?:'[^\W\d_]+)*'?|[.!?\n]+|[,;:()\-]|\S"
)
_YEAR = re.compile(r"(?:19[3-9]|20[0-2])\d")
_STRETCHED = re.compile(r"(.)\1{2,}")
_LONGEST_SENTENCE = 120
MARK = "~"  # on words that no gap may cross, so that a gap sees them cheaply


@dataclass(frozen=True, slots=True)
class Token:
    word: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Sentence:
    """Words of one sentence; `line` is " word word " for the patterns, `places` where each begins in it."""

    tokens: tuple[Token, ...]
    asked: bool
    line: str
    places: dict[int, int]

    def index(self, place: int) -> int:
        return self.places[place]


def sentences(text: str) -> list[Sentence]:
    """
    >>> [s.line for s in sentences("Can't BREATH!! help")]
    [' cant breath ', ' help ']
    """
    found: list[Sentence] = []
    words: list[Token] = []
    for match in _TOKEN.finditer(_plain(text)):
        piece = match.group()
        if piece[0] in ".!?\n" and not piece[-1].isdigit():
            _close(found, words, "?" in piece)
        elif len(words) >= _LONGEST_SENTENCE:
            _close(found, words, False)
            words.append(_token(match))
        elif piece in ",;:()-" or piece[0].isalnum() or piece[0] == ".":
            words.append(_token(match))
    _close(found, words, False)
    return found


def _token(match: re.Match[str]) -> Token:
    piece = match.group()
    word = "," if piece in ",;:()" else piece.replace("'", "")
    if word[0].isalpha():
        word = spell(word)
    elif _YEAR.fullmatch(word):
        word = "year4"
    return Token(word, match.start(), match.end())


def _close(found: list[Sentence], words: list[Token], asked: bool) -> None:
    kept = [word for word in words if word.word != "-"]
    words.clear()
    if kept:
        found.append(_sentence(kept, asked))


def _sentence(words: list[Token], asked: bool) -> Sentence:
    places: dict[int, int] = {}
    at = 1
    for index, token in enumerate(words):
        places[at] = index
        at += len(marked(token.word)) + 1
    places[at] = len(words)
    return Sentence(tuple(words), asked, f" {' '.join(marked(token.word) for token in words)} ", places)


@cache
def words_of(name: str) -> frozenset[str]:
    """One of the sets of spelling.toml."""
    return frozenset(table("spelling.toml")["sets"][name].split())


def marked(word: str) -> str:
    return word + MARK if word in words_of("breaks") else word


def _plain(text: str) -> str:
    """Lower case, and accents off, letter for letter: many phones leave them out of Spanish anyway."""
    if text.isascii():
        return text.lower().replace("`", "'")
    bare = (char if char.isascii() else unicodedata.normalize("NFD", char)[0] for char in fold(text))
    return "".join(bare)


@lru_cache(maxsize=8192)
def spell(word: str) -> str:
    """
    >>> spell("suger"), spell("bleedingg"), spell("soooo")
    ('sugar', 'bleeding', 'so')
    """
    known, deletions, keep = _spelling()
    if word in known:
        return known[word]
    if len(word) > 3 and _STRETCHED.search(word):
        word = _STRETCHED.sub(r"\1", word)
        word = known.get(word, word)
    if len(word) < 6 or word in keep:
        return word
    return _nearest(word, deletions)


def _nearest(word: str, deletions: dict[str, str]) -> str:
    if word in deletions:
        return deletions[word]
    for shorter in _shorter(word):
        if shorter in deletions:
            return deletions[shorter]
    return word


@lru_cache(maxsize=1)
def _spelling() -> tuple[dict[str, str], dict[str, str], frozenset[str]]:
    data = table("spelling.toml")
    known = {wrong: right for right, wrongs in data["words"].items() for wrong in wrongs.split()}
    known |= {word[:-1]: word for word in data["dropped-g"]["words"].split()}
    fuzzy: list[str] = data["near"]["words"].split()
    deletions: dict[str, str] = {}
    for word in fuzzy:
        deletions.update({shorter: word for shorter in _shorter(word)})
    deletions.update({word: word for word in fuzzy})
    return known, deletions, frozenset(data["near"]["real"].split())


def _shorter(word: str) -> Iterable[str]:
    """The word with one letter left out, the first letter excepted (people keep it)."""
    return (word[:i] + word[i + 1 :] for i in range(1, len(word)))

"""A message in plain words: short forms, slips and dialects spelled out, each word with its place."""

import re
import tomllib
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from listening.normalise import fold

_TOKEN = re.compile(r"[0-9]+(?:[.:,][0-9]+)*|[^\W\d_]+(?:'[^\W\d_]+)*|[.!?;,:]+|\n+")
_PLAIN = str.maketrans("áéíóúüñàèìòùç", "aeiouunaeiouc")
_REPEAT = re.compile(r"([a-z])\1{2,}")
_ENDS = frozenset(".!?;")
STOPS = frozenset({".", "!", "?", ";"})


@dataclass(frozen=True)
class Plain:
    """Words separated by single spaces (one before, one after), with each word's original offsets."""

    text: str
    starts: tuple[int, ...]  # where each word begins in `text`
    spans: tuple[tuple[int, int], ...]  # where each word stood in the message
    words: tuple[str, ...]

    def index(self, offset: int) -> int:
        """Which word begins at or after an offset of `text`."""
        return bisect_left(self.starts, offset)


@cache
def short_forms() -> dict[str, tuple[str, ...]]:
    """ "cant" is "can not", "hubby" is "husband": the table in `words.toml`."""
    with (Path(__file__).parent / "words.toml").open("rb") as file:
        table = tomllib.load(file)
    return {
        short: tuple(full.split())
        for section in table.values()
        if isinstance(section, dict)
        for short, full in section.items()
    }


def plain(text: str, known: frozenset[str] = frozenset()) -> Plain:
    """Spell a message out. `known` are the words rules use: a slip of one letter is read as one of them."""
    words: list[str] = []
    spans: list[tuple[int, int]] = []
    for match in _TOKEN.finditer(fold(text)):
        for word in _spell(match.group(), known):
            words.append(word)
            spans.append(match.span())
    starts, at = [], 1
    for word in words:
        starts.append(at)
        at += len(word) + 1
    return Plain(f" {' '.join(words)} ", tuple(starts), tuple(spans), tuple(words))


def _spell(token: str, known: frozenset[str]) -> tuple[str, ...]:
    first = token[0]
    if first in ".!?;":
        return ("?" if "?" in token else first,)
    if first == "\n":
        return (".",)
    if first in ",:" or first.isdigit():
        return (first if first in ",:" else token,)
    return _word(token.translate(_PLAIN), known)


def _word(word: str, known: frozenset[str]) -> tuple[str, ...]:
    forms = short_forms()
    if word in forms:
        return forms[word]
    if word in known:
        return (word,)
    word = _REPEAT.sub(r"\1", word) if _REPEAT.search(word) else word
    if word in forms:
        return forms[word]
    for ending in ("in'", "in", "n"):
        if word.endswith(ending) and (full := word[: -len(ending)] + "ing") in known and len(full) > 5:
            return (full,)
    if len(word) >= 6 and word.isascii():
        return (_slips(known).get(word) or _near(word, known),)
    return (word,)


@cache
def _slips(known: frozenset[str]) -> dict[str, str]:
    """Every known long word with one letter left out."""
    return {
        word[:i] + word[i + 1 :]: word
        for word in sorted(known)
        if len(word) >= 7 and word.isalpha()
        for i in range(1, len(word))
        if word[:i] + word[i + 1 :] not in known
    }


def _near(word: str, known: frozenset[str]) -> str:
    """A long word with one letter wrong, swapped or too many, as the known word; else as it is."""
    if len(word) < 7:
        return word
    slips = _slips(known)
    for i in range(1, len(word)):
        shorter = word[:i] + word[i + 1 :]
        if shorter in known and len(shorter) >= 7 and not word.endswith(("s", "d", "r", "y")):
            return shorter
        found = slips.get(shorter)
        if found and len(found) == len(word):
            return found
    return word

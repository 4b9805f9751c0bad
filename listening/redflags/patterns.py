"""The small language the tables are written in, compiled to regular expressions over plain words.

A pattern is words apart by spaces: `word`, `wor*` (any ending), `(one|two three)`, `{class}` from
classes.toml, `word?` (may be missing), `..` (up to 3 words between), `...` (up to 7), `#` (a number).
No gap crosses a comma or "but": "chest is fine, my arm hurts" is not a hurting chest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from listening.redflags.tables import table
from listening.redflags.tokens import Sentence, spell

_PIECE = re.compile(r"[()|?]|[^\s()|?]+")
_GAPS = {".." : 3, "...": 7}
_COMMON = frozenset(
    "a an the i im my me he she it its his her they we you your is are was be to of in on at for and or so no not "
    "do dont doesnt did cant wont with that this from up out all have has had get got go when if him them was were "
    "el la los las de mi que se un una en y lo le".split()
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pattern:
    """`anchors`: words one of which stands in every match, so that most patterns are never tried."""

    regex: re.Pattern[str]
    anchors: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    regex: str
    anchors: tuple[str, ...]


def compile_pattern(text: str) -> Pattern:
    """
    >>> bool(compile_pattern("chest .. hurt*").regex.search(" my chest really hurts "))
    True
    """
    pieces = _PIECE.findall(text)
    part = _either(pieces)
    if pieces:
        raise ValueError(f"a bracket too many in the pattern {text!r}")
    if not part.anchors:
        raise ValueError(f"a pattern needs a word that must be there: {text!r}")
    return Pattern(re.compile("(?<= )" + part.regex), part.anchors)


def _either(pieces: list[str]) -> _Part:
    """`this|that`, up to the closing bracket or the end."""
    ways = [_sequence(pieces)]
    while pieces and pieces[0] == "|":
        pieces.pop(0)
        ways.append(_sequence(pieces))
    if len(ways) == 1:
        return ways[0]
    anchors = tuple(word for way in ways for word in way.anchors) if all(way.anchors for way in ways) else ()
    return _Part("(?:" + "|".join(way.regex for way in ways) + ")", anchors)


def _sequence(pieces: list[str]) -> _Part:
    parts: list[_Part] = []
    while pieces and pieces[0] not in "|)":
        part = _item(pieces.pop(0), pieces)
        if pieces and pieces[0] == "?":
            pieces.pop(0)
            part = _Part(f"(?:{part.regex})?", ())
        parts.append(part)
    anchored = [part.anchors for part in parts if part.anchors]
    return _Part("".join(part.regex for part in parts), min(anchored, key=_commonness) if anchored else ())


def _item(piece: str, pieces: list[str]) -> _Part:
    if piece == "(":
        part = _either(pieces)
        if not pieces or pieces.pop(0) != ")":
            raise ValueError("a bracket is not closed")
        return part
    if piece in _GAPS:
        return _Part(r"(?:(?!but |, )\S++ ){0,%d}?" % _GAPS[piece], ())
    if piece == "#":
        return _Part(r"[\d./]+ ", ())
    if piece.startswith("{"):
        return _class(piece[1:-1])
    if piece.endswith("*"):
        return _Part(re.escape(piece[:-1]) + r"\S*+ ", (piece,))
    word = spell(piece)
    return _Part(re.escape(word) + " ", (word,))


@lru_cache(maxsize=64)
def _class(name: str) -> _Part:
    return _either(_PIECE.findall(table("classes.toml")["classes"][name]))


def _commonness(words: tuple[str, ...]) -> int:
    """How often a message will make us try: everyday words often, long lists more than short ones."""
    return sum(50 if word in _COMMON else 1 for word in words)


class Lexicon:
    """Named lists of patterns, found by the words a sentence holds rather than tried one by one."""

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self._exact: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        self._prefix: dict[str, list[tuple[str, re.Pattern[str]]]] = {}
        for name, patterns in lists.items():
            for text in patterns:
                self._add(name, compile_pattern(text))

    def _add(self, name: str, pattern: Pattern) -> None:
        for word in set(pattern.anchors):
            index, key = (self._prefix, word[:-1]) if word.endswith("*") else (self._exact, word)
            index.setdefault(key, []).append((name, pattern.regex))

    def find(self, sentence: Sentence) -> Iterator[tuple[str, int, int]]:
        """Name, first word and the word after the last, for every pattern found in the sentence."""
        tried: set[tuple[str, int]] = set()
        for word in {token.word for token in sentence.tokens}:
            for name, regex in self._candidates(word):
                if (name, id(regex)) not in tried:
                    tried.add((name, id(regex)))
                    for match in regex.finditer(sentence.line):
                        yield name, sentence.index(match.start()), sentence.index(match.end())

    def _candidates(self, word: str) -> Iterator[tuple[str, re.Pattern[str]]]:
        yield from self._exact.get(word, ())
        for length in range(1, len(word) + 1):
            yield from self._prefix.get(word[:length], ())

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
    """`needs`: for each part that cannot be left out, the words one of which must stand in the sentence."""

    regex: re.Pattern[str]
    needs: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class _Part:
    regex: str
    needs: tuple[tuple[str, ...], ...]
    plain: str | None = None


def compile_pattern(text: str) -> Pattern:
    """
    >>> bool(compile_pattern("chest .. hurt*").regex.search(" my chest really hurts "))
    True
    """
    pieces = _PIECE.findall(text)
    part = _either(pieces)
    if pieces:
        raise ValueError(f"a bracket too many in the pattern {text!r}")
    if not part.needs:
        raise ValueError(f"a pattern needs a word that must be there: {text!r}")
    return Pattern(re.compile("(?<= )" + part.regex), part.needs)


def _either(pieces: list[str]) -> _Part:
    """`this|that`, up to the closing bracket or the end."""
    ways = [_sequence(pieces)]
    while pieces and pieces[0] == "|":
        pieces.pop(0)
        ways.append(_sequence(pieces))
    if len(ways) == 1:
        return ways[0]
    needs = (tuple(word for way in ways for word in _rarest(way)),) if all(way.needs for way in ways) else ()
    plain = _tree([way.plain for way in ways if way.plain])
    others = [way.regex for way in ways if not way.plain]
    return _Part("(?:" + "|".join([*plain, *others]) + ")", needs)


def _sequence(pieces: list[str]) -> _Part:
    parts: list[_Part] = []
    while pieces and pieces[0] not in "|)":
        part = _item(pieces.pop(0), pieces)
        if pieces and pieces[0] == "?":
            pieces.pop(0)
            part = _Part(f"(?:{part.regex})?", ())
        parts.append(part)
    texts = [part.plain for part in parts]
    plain = "".join(text for text in texts if text) if all(texts) else None
    return _Part("".join(part.regex for part in parts), tuple(need for part in parts for need in part.needs), plain)


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
        return _Part(re.escape(piece[:-1]) + r"\S*+ ", ((piece,),))
    word = spell(piece)
    return _Part(re.escape(word) + " ", ((word,),), word + " ")


@lru_cache(maxsize=64)
def _class(name: str) -> _Part:
    return _either(_PIECE.findall(table("classes.toml")["classes"][name]))


def _rarest(part: _Part) -> tuple[str, ...]:
    return min(part.needs, key=lambda words: sum(50 if word in _COMMON else 1 for word in words))


def _tree(words: list[str]) -> list[str]:
    """Plain words as one expression that shares their beginnings: far quicker than trying each."""
    heads: dict[str, list[str]] = {}
    for word in dict.fromkeys(words):
        heads.setdefault(word[0], []).append(word[1:])
    return [re.escape(head) + _tails(tails) for head, tails in heads.items()]


def _tails(tails: list[str]) -> str:
    ends = "" in tails
    rest = _tree([tail for tail in tails if tail])
    if not rest:
        return ""
    body = rest[0] if len(rest) == 1 and not ends else "(?:" + "|".join(rest) + ")"
    return body + "?" if ends else body


_PLANES = 4


class Lexicon:
    """Named lists of patterns, most of which a sentence rules out by the words it lacks.

    Every word carries one bit for each pattern it serves, one plane for each part of a pattern; a
    pattern is tried only where all its planes are served. That is what keeps the screen quick.
    """

    def __init__(self, lists: dict[str, list[str]]) -> None:
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        self._exact: dict[str, list[int]] = {}
        self._prefix: dict[str, list[int]] = {}
        self._free = [0] * _PLANES
        for name, patterns in lists.items():
            for text in dict.fromkeys(patterns):
                self._add(name, compile_pattern(text))
        self._longest = max(map(len, self._prefix), default=0)

    def _add(self, name: str, pattern: Pattern) -> None:
        bit = 1 << len(self._patterns)
        self._patterns.append((name, pattern.regex))
        needs = sorted(pattern.needs, key=len)[:_PLANES]
        for plane in range(_PLANES):
            if plane >= len(needs):
                self._free[plane] |= bit
                continue
            for word in needs[plane]:
                index, key = (self._prefix, word[:-1]) if word.endswith("*") else (self._exact, word)
                index.setdefault(key, [0] * _PLANES)[plane] |= bit

    def find(self, sentence: Sentence) -> Iterator[tuple[str, int, int]]:
        """Name, first word and the word after the last, for every pattern found in the sentence."""
        left = self._possible({token.word for token in sentence.tokens})
        while left:
            low = left & -left
            left ^= low
            name, regex = self._patterns[low.bit_length() - 1]
            for match in regex.finditer(sentence.line):
                yield name, sentence.index(match.start()), sentence.index(match.end())

    def _possible(self, words: set[str]) -> int:
        """The patterns, as bits, that have a word of each of their parts among `words`."""
        planes = self._free.copy()
        for word in words:
            for bits in self._bits(word):
                for plane in range(_PLANES):
                    planes[plane] |= bits[plane]
        possible = planes[0]
        for plane in planes[1:]:
            possible &= plane
        return possible

    def _bits(self, word: str) -> Iterator[list[int]]:
        if word in self._exact:
            yield self._exact[word]
        for length in range(1, min(len(word), self._longest) + 1):
            if (head := word[:length]) in self._prefix:
                yield self._prefix[head]

"""The small language the tables are written in, compiled to regular expressions over plain words.

A pattern is words apart by spaces: `word`, `wor*` (any ending), `(one|two three)`, `{class}` from
classes.toml, `word?` (may be missing), `..` (up to 3 words between), `...` (up to 7), `#` (a
number), `^` and `$` (the sentence's ends).
No gap crosses a comma, "but" or "not": "chest is fine, my arm hurts" is not a hurting chest.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from listening.redflags.tables import table
from listening.redflags.tokens import MARK, Sentence, marked, spell, words_of

_PIECE = re.compile(r"[()|?]|[^\s()|?]+")
_GAPS = {"..": 3, "...": 7}
_EDGES = {"^": "(?<=^ )", "$": "$"}


@dataclass(frozen=True, slots=True)
class Pattern:
    """`needs`: for each part that cannot be left out, the words one of which must stand in the sentence."""

    source: str
    needs: tuple[tuple[str, ...], ...]

    @property
    def regex(self) -> re.Pattern[str]:
        return re.compile(self.source)


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
    return Pattern("(?<= )" + part.regex, part.needs)


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
    return _Part(
        "".join(part.regex for part in parts), tuple(need for part in parts for need in part.needs), plain
    )


def _item(piece: str, pieces: list[str]) -> _Part:
    if piece == "(":
        part = _either(pieces)
        if not pieces or pieces.pop(0) != ")":
            raise ValueError("a bracket is not closed")
        return part
    if piece in _GAPS:
        return _Part(rf"(?:[^ {MARK}]++ ){{0,{_GAPS[piece]}}}?", ())
    if piece in _EDGES:
        return _Part(_EDGES[piece], ())
    if piece == "#":
        return _Part(r"[\d./]+ ", ())
    if piece.startswith("{"):
        return _class(piece[1:-1])
    if piece == "*":
        raise ValueError("a star needs the beginning of a word")
    if piece.endswith("*"):
        return _Part(re.escape(piece[:-1]) + r"\S*+ ", ((piece,),))
    word = spell(piece)
    plain = marked(word) + " "
    return _Part(re.escape(plain), ((word,),), plain)


@lru_cache(maxsize=64)
def _class(name: str) -> _Part:
    return _either(_PIECE.findall(table("classes.toml")["classes"][name]))


def _rarest(part: _Part) -> tuple[str, ...]:
    return min(part.needs, key=lambda words: sum(50 if word in words_of("common") else 1 for word in words))


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
        rows = [
            (name, compile_pattern(text)) for name, texts in lists.items() for text in dict.fromkeys(texts)
        ]
        self._names = [name for name, _ in rows]
        self._sources = [pattern.source for _, pattern in rows]
        self._compiled: list[re.Pattern[str] | None] = [None] * len(rows)
        self._width = len(rows)
        self._exact: dict[str, int] = {}
        self._prefix: dict[str, int] = {}
        self._free = 0
        for number, (_, pattern) in enumerate(rows):
            self._index(number, pattern)
        self._lengths: dict[str, tuple[int, ...]] = {}
        for head in sorted(self._prefix, key=len):
            lengths = self._lengths.get(head[0], ())
            if len(head) not in lengths:
                self._lengths[head[0]] = (*lengths, len(head))

    def _index(self, number: int, pattern: Pattern) -> None:
        needs = sorted(pattern.needs, key=len)[:_PLANES]
        for plane in range(_PLANES):
            bit = 1 << (plane * self._width + number)
            if plane >= len(needs):
                self._free |= bit
                continue
            for word in needs[plane]:
                index, key = (self._prefix, word[:-1]) if word.endswith("*") else (self._exact, word)
                index[key] = index.get(key, 0) | bit

    def compile(self) -> None:
        """Compile every expression now rather than when a message first needs it."""
        for number in range(self._width):
            self._regex(number)

    def _regex(self, number: int) -> re.Pattern[str]:
        regex = self._compiled[number]
        if regex is None:
            regex = self._compiled[number] = re.compile(self._sources[number])
        return regex

    def numbers(self) -> dict[str, int]:
        """For each name its patterns, as bits."""
        found: dict[str, int] = {}
        for number, name in enumerate(self._names):
            found[name] = found.get(name, 0) | 1 << number
        return found

    def find(self, sentence: Sentence, among: int | None = None) -> Iterator[tuple[str, int, int]]:
        """Name, first word and the word after the last, for every pattern found (of those `among`)."""
        left = self.possible(sentence) if among is None else among
        while left:
            low = left & -left
            left ^= low
            number = low.bit_length() - 1
            for match in self._regex(number).finditer(sentence.line):
                yield self._names[number], sentence.index(match.start()), sentence.index(match.end())

    def possible(self, sentence: Sentence) -> int:
        """The patterns, as bits, that have a word of each of their parts in the sentence."""
        served = self._free
        for word in {token.word for token in sentence.tokens}:
            if word in self._exact:
                served |= self._exact[word]
            for length in self._lengths.get(word[0], ()):
                if (head := word[:length]) in self._prefix:
                    served |= self._prefix[head]
        possible = (1 << self._width) - 1
        for plane in range(_PLANES):
            possible &= served >> (plane * self._width)
        return possible

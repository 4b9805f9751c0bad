"""A second opinion for words no rule knows: a small linear model over words, their letters and concepts.

It can only raise: it never silences a rule. Words that a scope cue has placed (denied, past, a
relative's, supposed, only read) are hidden from it, so that likeness alone does not make an alarm.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final, Literal
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from listening.redflags.scope import Shading
from listening.redflags.tokens import Sentence

BUCKETS: Final = 1 << 16
CLASSES: Final[tuple[Literal["emergency", "crisis"], ...]] = ("emergency", "crisis")
WEIGHTS_FILE: Final = "opinion.npz"
_WINDOW = 34  # words; a text message is one window or two, a long story several
_MOST_WINDOWS = 24  # about a thousand words: what comes after is left to the rules, so that time is bounded
_WORD, _PAIR, _LETTERS, _CONCEPT, _SHADE = 1.0, 1.0, 0.45, 0.8, 1.0


@dataclass(frozen=True, slots=True)
class Window:
    """Some sentences that stand together, and what is heard in them: feature bucket to strength."""

    first: int
    last: int
    features: dict[int, float]


@dataclass(frozen=True, slots=True)
class Opinion:
    """The likelihood of each class in the worst window, and where that window is."""

    level: Literal["emergency", "crisis", "soon"]
    likelihood: float
    first: int
    last: int


def judge(
    said: Sequence[Sentence], shadings: Sequence[Shading], concepts: Sequence[set[str]]
) -> list[Opinion]:
    """The worst window of each class. `concepts`: the live concepts heard in each sentence."""
    weights, bias = _weights()
    worst: dict[str, Opinion] = {}
    for window in windows(said, shadings, concepts):
        buckets = np.fromiter(window.features.keys(), dtype=np.int64, count=len(window.features))
        strengths = np.fromiter(window.features.values(), dtype=np.float64, count=len(window.features))
        scores = weights[:, buckets].astype(np.float64) @ strengths + bias
        for number, level in enumerate(CLASSES):
            likelihood = 1 / (1 + math.exp(-float(scores[number])))
            if level not in worst or likelihood > worst[level].likelihood:
                worst[level] = Opinion(level, likelihood, window.first, window.last)
    return list(worst.values())


def windows(
    said: Sequence[Sentence], shadings: Sequence[Shading], concepts: Sequence[set[str]]
) -> Iterator[Window]:
    """Runs of sentences of about `_WINDOW` words, each beginning with the last sentence of the one before."""
    begin = 0
    if not said:
        return
    heard = _Once(said, shadings, concepts)
    for _ in range(_MOST_WINDOWS):
        end, words = begin, 0
        while end < len(said) and (end == begin or words + len(said[end].tokens) <= _WINDOW):
            words += len(said[end].tokens)
            end += 1
        yield Window(begin, end - 1, _joined(heard.of(number) for number in range(begin, end)))
        if end >= len(said):
            return
        begin = max(end - 1, begin + 1)  # sentences overlap by one: a danger can straddle two


def features_of(
    said: Sequence[Sentence], shadings: Sequence[Shading], concepts: Sequence[set[str]]
) -> dict[int, float]:
    """All sentences as one window, for training."""
    return _joined(_features(*each) for each in zip(said, shadings, concepts, strict=True))


@dataclass(slots=True)
class _Once:
    """What is heard in each sentence, looked at once though it stand in two windows."""

    said: Sequence[Sentence]
    shadings: Sequence[Shading]
    concepts: Sequence[set[str]]
    found: dict[int, dict[int, float]] = field(default_factory=dict)

    def of(self, number: int) -> dict[int, float]:
        if number not in self.found:
            self.found[number] = _features(self.said[number], self.shadings[number], self.concepts[number])
        return self.found[number]


def _joined(sentences: Iterable[dict[int, float]]) -> dict[int, float]:
    """Several sentences' features as one window's, of length one."""
    found: dict[int, float] = {}
    for each in sentences:
        found.update(each)
    length = math.sqrt(sum(strength * strength for strength in found.values())) or 1.0
    return {bucket: strength / length for bucket, strength in found.items()}


def _features(sentence: Sentence, shading: Shading, heard: set[str]) -> dict[int, float]:
    found: dict[int, float] = {}
    before = "^"
    for index, token in enumerate(sentence.tokens):
        hidden = _hidden(shading, index)
        if hidden:
            found[_bucket("s", hidden)] = _SHADE
            before = "~"
            continue
        word = "#" if token.word[0].isdigit() else token.word
        found.update(_of_word(word))
        found[_bucket("p", f"{before} {word}")] = _PAIR
        before = word
    for concept in heard:
        found[_bucket("k", concept)] = _CONCEPT
    return found


def hidden_share(said: Sequence[Sentence], shadings: Sequence[Shading]) -> float:
    """How much of what is said is placed elsewhere: denied, past, a relative's, supposed, read, an idiom."""
    words = [
        bool(_hidden(shading, i))
        for one, shading in zip(said, shadings, strict=True)
        for i in range(len(one.tokens))
    ]
    return sum(words) / len(words)


def _hidden(shading: Shading, index: int) -> str:
    """Why a word is not to be weighed, or ''. What is over may still be an emergency, so it stays."""
    if any(begin <= index < end for begin, end in shading.idioms):
        return "idiom"
    placed = shading.shades[index] - {"resolved", "unsure"}
    return min(placed) if placed else ""


@lru_cache(maxsize=8192)
def _of_word(word: str) -> dict[int, float]:
    """The word itself, and the runs of letters in it: misspelt words share most of them."""
    edged = f"<{word}>"
    pieces = {edged[i : i + n] for n in (3, 4, 5) for i in range(len(edged) - n + 1)}
    return {_bucket("c", piece): _LETTERS for piece in pieces} | {_bucket("w", word): _WORD}


@lru_cache(maxsize=16384)
def _bucket(kind: str, text: str) -> int:
    return crc32(f"{kind}:{text}".encode()) % BUCKETS


@lru_cache(maxsize=1)
def _weights() -> tuple[NDArray[np.float16], NDArray[np.float64]]:
    stored: Any = np.load(BytesIO(files(__package__).joinpath(WEIGHTS_FILE).read_bytes()), allow_pickle=False)
    return stored["weights"], stored["bias"]

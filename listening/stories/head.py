"""A second opinion on needs: likeness to the sentences it was trained on, and their words and letters.

Likeness is of meaning, by embedding (a radial kernel), beside a linear part for words and letters: least
squares over both at once, so what comes out reads as a likelihood. A plain linear head over the same
embeddings found one need in eight fewer: what is only hinted at has a place among examples, not a direction.

It finds needs that are only hinted at, in words no rule knows, and doubts rules that match by accident.
It is trained on our own sentences by `python -m listening.stories.train`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.embedding import Embedder, handed_on
from listening.stories import features
from listening.stories.features import Window
from listening.stories.words import Plain

WEIGHTS_FILE = "head.npz"
BRIEF, REMEMBERED = 40, 512  # texts of so few characters are judged once: "hello" and "yes" come again
EMBEDDED_WORDS = 28  # words of a message that are embedded at most: this bounds the time it takes
UNLIKELY = 0.08  # where a window's words say less than this of every need, its meaning has not yet said more
NARROWNESS = 2.5  # of the kernel: exp(-narrowness * (1 - cosine))
EIGHT_BITS = 400  # an embedding's numbers are seldom beyond 0.3
SHARES = {"words": 0.55, "letters": 0.55}  # how long each kind of vector is, where the kernel's is 1

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """Example sentences by their embedding, what each says for each domain; buckets of words and letters."""

    codes: tuple[str, ...]
    bias: Floats
    examples: Floats  # one row of 384 an example
    amounts: Floats  # one row a domain, one column an example
    buckets: NDArray[np.int8]
    scale: Floats
    rarity: tuple[Floats, Floats]

    def by_meaning(self, vector: Floats) -> Floats:
        """What the examples near to an embedding say for each domain."""
        near: Floats = self.amounts @ np.exp(NARROWNESS * (self.examples @ vector - 1))
        return near


@dataclass(frozen=True)
class Opinion:
    """How likely each need is in one window of words."""

    window: Window
    likelihood: Mapping[str, float]
    spanish: bool = False  # the embedding model knows English: of Spanish its silence says little


class Head:
    """Opinions on a message; `folder` holds the exported embedding model."""

    def __init__(self, folder: Path) -> None:
        self.embedder = Embedder(folder)
        self._brief: dict[str, list[Opinion]] = {}

    @classmethod
    def open(cls, folder: Path) -> "Head | None":
        """None where the model was not built: then rules hear alone."""
        head = cls(folder)
        return head if head.embedder.is_there else None

    def judge(self, text: str, said: Plain, meaning: str | None = None) -> list[Opinion]:
        """The windows most likely to say something, as many as the time allows.

        `meaning`: the whole text's embedding, where another process has made it.
        """
        if len(text) > BRIEF:
            return self._judge(text, said, meaning)
        if (known := self._brief.get(text)) is not None:
            return known
        found = self._judge(text, said, meaning)
        if len(self._brief) >= REMEMBERED:
            self._brief.clear()
        self._brief[text] = found
        return found

    def _judge(self, text: str, said: Plain, meaning: str | None) -> list[Opinion]:
        made = {text.strip(): handed_on(meaning)}
        weights = load()
        seen = [(window, _by_words(weights, said, window)) for window in features.windows(said)]
        seen.sort(key=lambda pair: -float(pair[1].max()))
        found: list[Opinion] = []
        spent = 0
        for window, score in seen:
            spent += window.last - window.first
            if (found and spent > EMBEDDED_WORDS) or float(score.max()) < UNLIKELY:
                break
            words = words_of(text, said, window)
            vector = made.get(words)
            score += weights.by_meaning(self.embedder.embed(words) if vector is None else vector)
            likelihood = dict(zip(weights.codes, map(float, score.clip(0, 1)), strict=True))
            found.append(Opinion(window, likelihood, features.is_spanish(said, window)))
        return found


def words_of(text: str, said: Plain, window: Window) -> str:
    """A window as it was written."""
    return text[said.spans[window.first][0] : said.spans[window.last - 1][1]]


def vectors(
    said: Plain, window: Window, rarity: tuple[Floats, Floats]
) -> tuple[tuple[NDArray[np.int64], Floats], tuple[NDArray[np.int64], Floats]]:
    """Buckets and strengths of words and of letters, each of its share's length."""
    words, letters = features.counts(said, window)
    return (
        _vector(words, rarity[0], SHARES["words"], 0),
        _vector(letters, rarity[1], SHARES["letters"], features.BUCKETS),
    )


def _vector(
    met: Mapping[int, float], rarity: Floats, share: float, offset: int
) -> tuple[NDArray[np.int64], Floats]:
    buckets = np.fromiter(met.keys(), dtype=np.int64, count=len(met))
    strengths = np.fromiter(met.values(), dtype=np.float32, count=len(met)) * rarity[buckets]
    length = float(np.linalg.norm(strengths)) or 1.0
    return buckets + offset, strengths * (share / length)


def _by_words(weights: Weights, said: Plain, window: Window) -> Floats:
    score = weights.bias.copy()
    for buckets, strengths in vectors(said, window, weights.rarity):
        score += weights.scale * (weights.buckets[:, buckets].astype(np.float32) @ strengths)
    return score


def pack(
    codes: Sequence[str],
    bias: Floats,
    examples: Floats,
    amounts: Floats,
    buckets: Floats,
    rarity: tuple[Floats, Floats],
) -> dict[str, Any]:
    """What is stored: examples and buckets in eight bits, what an example says in 16."""
    scale = np.abs(buckets).max(axis=1) / 127
    return {
        "codes": np.array(codes),
        "bias": bias.astype(np.float32),
        "examples": np.rint(examples * EIGHT_BITS).clip(-127, 127).astype(np.int8),
        "amounts": amounts.astype(np.float16),
        "buckets": np.rint(buckets / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "rarity": np.stack(rarity).astype(np.float16),
    }


def unpack(stored: Mapping[str, Any]) -> Weights:
    rarity = stored["rarity"].astype(np.float32)
    return Weights(
        codes=tuple(str(code) for code in stored["codes"]),
        bias=stored["bias"],
        examples=stored["examples"].astype(np.float32) / EIGHT_BITS,
        amounts=stored["amounts"].astype(np.float32),
        buckets=stored["buckets"],
        scale=stored["scale"],
        rarity=(rarity[0], rarity[1]),
    )


@cache
def load() -> Weights:
    stored: Any = np.load(BytesIO(files(__package__).joinpath(WEIGHTS_FILE).read_bytes()), allow_pickle=False)
    return unpack(stored)

"""A second opinion on needs: a linear head on sentence embeddings, words and letters, one row a domain.

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

from listening.embedding import SIZE, Embedder
from listening.stories import features
from listening.stories.features import Window
from listening.stories.words import Plain

WEIGHTS_FILE = "head.npz"
EMBEDDED_WORDS = 40  # words of a message that are embedded at most: this bounds the time it takes
SHARES = {"embedding": 5.0, "words": 3.0, "letters": 3.0}  # how long each kind of vector is

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Weights:
    """By domain: one number for each of 384, and for each bucket in eight bits with its scale."""

    codes: tuple[str, ...]
    bias: Floats
    embedding: Floats
    buckets: NDArray[np.int8]
    scale: Floats
    rarity: tuple[Floats, Floats]


@dataclass(frozen=True)
class Opinion:
    """How likely each need is in one window of words."""

    window: Window
    likelihood: Mapping[str, float]


class Head:
    """Opinions on a message; `folder` holds the exported embedding model."""

    def __init__(self, folder: Path) -> None:
        self.embedder = Embedder(folder)

    @classmethod
    def open(cls, folder: Path) -> "Head | None":
        """None where the model was not built: then rules hear alone."""
        head = cls(folder)
        return head if head.embedder.is_there else None

    def judge(self, text: str, said: Plain) -> list[Opinion]:
        """The windows most likely to say something, as many as the time allows."""
        weights = load()
        seen = [(window, _by_words(weights, said, window)) for window in features.windows(said)]
        seen.sort(key=lambda pair: -float(pair[1].max()))
        found: list[Opinion] = []
        spent = 0
        for window, score in seen:
            spent += window.last - window.first
            if found and spent > EMBEDDED_WORDS:
                break
            vector = self.embedder.embed(words_of(text, said, window)) * SHARES["embedding"]
            chance = 1 / (1 + np.exp(-(score + weights.embedding @ vector)))
            found.append(Opinion(window, dict(zip(weights.codes, map(float, chance), strict=True))))
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


def pack(codes: Sequence[str], bias: Floats, rows: Floats, rarity: tuple[Floats, Floats]) -> dict[str, Any]:
    """What is stored: the rows of the embedding in 16 bits, those of the buckets in eight."""
    embedding, buckets = rows[:, :SIZE], rows[:, SIZE:]
    scale = np.abs(buckets).max(axis=1) / 127
    return {
        "codes": np.array(codes),
        "bias": bias.astype(np.float32),
        "embedding": embedding.astype(np.float16),
        "buckets": np.rint(buckets / scale[:, None]).astype(np.int8),
        "scale": scale.astype(np.float32),
        "rarity": np.stack(rarity).astype(np.float16),
    }


def unpack(stored: Mapping[str, Any]) -> Weights:
    rarity = stored["rarity"].astype(np.float32)
    return Weights(
        codes=tuple(str(code) for code in stored["codes"]),
        bias=stored["bias"],
        embedding=stored["embedding"].astype(np.float32),
        buckets=stored["buckets"],
        scale=stored["scale"],
        rarity=(rarity[0], rarity[1]),
    )


@cache
def load() -> Weights:
    stored: Any = np.load(BytesIO(files(__package__).joinpath(WEIGHTS_FILE).read_bytes()), allow_pickle=False)
    return unpack(stored)

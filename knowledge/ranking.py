"""In what order articles answer a question: by meaning, by meaning as we trained it, and by words."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float32]
ADAPTER = "adapter.npz"


@dataclass(frozen=True)
class Weights:
    """How much each kind of nearness counts; chosen on the tuned questions (docs/knowledge.md)."""

    part: float  # the nearest text of an article
    whole: float  # the article as one text
    trained: float  # the question as trained, against the question as it is
    words: float  # the words they share
    half: float  # the BM25 score that counts half
    elsewhere: float  # what nearness to a question that no article answers takes away from knowing


@cache
def weights() -> Weights:
    table = tomllib.loads(files("knowledge").joinpath("retrieval.toml").read_text(encoding="utf-8"))
    return Weights(**table["ranking"])


@dataclass(frozen=True)
class Adapter:
    """A question's vector moved to where its articles are: q + (q down) up, of length one again."""

    down: Vector
    up: Vector

    @classmethod
    def load(cls) -> "Adapter":
        """The trained one (knowledge/training.py)."""
        with files("knowledge").joinpath(ADAPTER).open("rb") as file, np.load(file) as stored:
            return cls(stored["down"].astype(np.float32), stored["up"].astype(np.float32))

    def __call__(self, vector: Vector) -> Vector:
        moved = vector + (vector @ self.down) @ self.up
        turned: Vector = (moved / np.linalg.norm(moved)).astype(np.float32)
        return turned


@dataclass(frozen=True)
class Texts:
    """What articles are found by, a row of `parts` a text, those of an article together."""

    stems: tuple[str, ...]
    parts: Vector
    passages: tuple[str, ...]  # where each part leads
    starts: NDArray[np.intp]  # the first part of each article
    wholes: Vector  # a row an article
    others: Vector  # a row a question that none of them answers

    @classmethod
    def of(cls, vectors: Vector, rows: Sequence[tuple[str, bool]], others: Vector) -> "Texts":
        """From vectors in any order, each with the passage it leads to and whether it is a whole article."""
        owner = [passage.split("#", 1)[0] for passage, _ in rows]
        parts = sorted(
            (at for at, (_, is_whole) in enumerate(rows) if not is_whole), key=lambda at: owner[at]
        )
        wholes = sorted((at for at, (_, is_whole) in enumerate(rows) if is_whole), key=lambda at: owner[at])
        stems, starts = np.unique([owner[at] for at in parts], return_index=True)
        if [owner[at] for at in wholes] != list(stems):
            raise ValueError("not every article has its texts")
        passages = tuple(rows[at][0] for at in parts)
        return cls(tuple(map(str, stems)), vectors[parts], passages, starts, vectors[wholes], others)

    def nearness(self, vector: Vector) -> Vector:
        """How near each article is in meaning: by its nearest text, and by the whole of it."""
        part = np.maximum.reduceat(self.parts @ vector, self.starts)
        near: Vector = np.float32(weights().part) * part + np.float32(weights().whole) * (
            self.wholes @ vector
        )
        return near

    def astray(self, vector: Vector) -> float:
        """What being like a question that no article answers takes away from knowing."""
        return weights().elsewhere * float(np.max(self.others @ vector, initial=0.0))

    def best(self, vector: Vector, article: int) -> str:
        """The passage the nearest text of an article leads to."""
        bounds = [*map(int, self.starts), len(self.parts)]
        start, end = bounds[article], bounds[article + 1]
        return self.passages[start + int(np.argmax(self.parts[start:end] @ vector))]


class Words:
    """BM25 over the articles' words: finds "dilantin" where meaning sees only a drug."""

    def __init__(self, documents: Mapping[str, str]) -> None:
        import bm25s

        self._stems = list(documents)
        self._index = bm25s.BM25()
        self._index.index(tokenized(list(documents.values())), show_progress=False)

    def scores(self, question: str) -> dict[str, float]:
        """Every article's score for a question; 0 where they share no word."""
        found, scores = self._index.retrieve(
            tokenized([question]), k=len(self._stems), show_progress=False, n_threads=0
        )
        return {self._stems[at]: float(score) for at, score in zip(found[0], scores[0], strict=True)}


def tokenized(texts: list[str]) -> Any:
    """Words without the commonest, their endings taken off."""
    import bm25s

    return bm25s.tokenize(texts, stopwords="en", stemmer=_stem_all, show_progress=False, return_ids=False)


def _stem_all(words: Sequence[str]) -> list[str]:
    return [_stem(word) for word in words]


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 2:
            return word[: -len(ending)]
    return word


def order(near: float, trained: float, words: float) -> float:
    """What articles are ordered by: nearness, the same as trained, and the words they share."""
    share = weights().trained
    return (1 - share) * near + share * trained + weights().words * words / (words + weights().half)

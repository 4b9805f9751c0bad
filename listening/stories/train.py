"""Fits the head: `python -m listening.stories.train cases.jsonl ... --model models/embedding`.

The cases are labelled sentences (JSON lines: say, expect.stressors), our own and a clinic's; the frozen
and the unseen are never among them. Plain logistic regression, one a domain; the same cases give the
same weights. It needs scikit-learn, which comes with what `kith build` installs.
Nothing that serves loads it.
"""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.embedding import Embedder
from listening.stories import features, head, rulebook
from listening.stories.features import Window
from listening.stories.words import Plain, plain

Example = tuple[str, frozenset[str]]
LEAST_MET = (2, 3)  # a word or a run of letters met less often teaches nothing
STRENGTH = 3.0


def read(paths: Sequence[Path]) -> list[Example]:
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    labelled = [row for row in rows if "stressors" in row["expect"]]
    return [(". ".join(row["say"]), frozenset(row["expect"]["stressors"])) for row in labelled]


def fit(examples: Sequence[Example], embedder: Embedder, strength: float = STRENGTH) -> dict[str, Any]:
    """The weights as they are stored. Each example is one window, however many sentences it has."""
    from sklearn.linear_model import LogisticRegression

    said = [plain(text, rulebook.load().words) for text, _ in examples]
    rarity = _rarity(said)
    matrix = _matrix([text for text, _ in examples], said, embedder, rarity)
    codes = sorted({code for _, labels in examples for code in labels})
    rows, bias = [], []
    for code in codes:
        truth = np.array([code in labels for _, labels in examples])
        model = LogisticRegression(C=strength, max_iter=300, tol=1e-3).fit(matrix, truth)
        rows.append(model.coef_[0])
        bias.append(model.intercept_[0])
    return head.pack(codes, np.array(bias), np.array(rows), rarity)


def whole(said: Plain) -> Window:
    return Window(0, len(said.words))


def _rarity(said: Sequence[Plain]) -> tuple[head.Floats, head.Floats]:
    """How much each bucket tells: those met in fewer examples more, those met once nothing."""
    met = np.zeros((features.KINDS, features.BUCKETS))
    for each in said:
        for kind, found in enumerate(features.counts(each, whole(each))):
            met[kind, list(found)] += 1
    least = np.array(LEAST_MET)[:, None]
    rarity = np.where(met >= least, np.log((1 + len(said)) / (1 + met)) + 1, 0).astype(np.float32)
    return rarity[0], rarity[1]


def _matrix(
    texts: Sequence[str], said: Sequence[Plain], embedder: Embedder, rarity: tuple[head.Floats, head.Floats]
) -> Any:
    from scipy.sparse import csr_matrix, hstack  # type: ignore[import-untyped]

    embedded: NDArray[np.float32] = np.stack([embedder.embed(text) for text in texts])
    rows, columns, strengths = [], [], []
    for row, each in enumerate(said):
        for buckets, strength in head.vectors(each, whole(each), rarity):
            rows.append(np.full(len(buckets), row))
            columns.append(buckets)
            strengths.append(strength)
    sparse = csr_matrix(
        (np.concatenate(strengths), (np.concatenate(rows), np.concatenate(columns))),
        shape=(len(texts), features.KINDS * features.BUCKETS),
    )
    return hstack([csr_matrix(embedded * head.SHARES["embedding"]), sparse]).tocsr()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/embedding"))
    parser.add_argument("-o", "--out", type=Path, default=Path(__file__).with_name(head.WEIGHTS_FILE))
    chosen = parser.parse_args()
    np.savez_compressed(chosen.out, **fit(read(chosen.cases), Embedder(chosen.model)))


if __name__ == "__main__":
    main()

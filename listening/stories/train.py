"""Fits the head: `python -m listening.stories.train cases.jsonl ... --model models/embedding`.

The cases are labelled sentences (JSON lines: say, expect.stressors), our own and a clinic's; the frozen
and the unseen are never among them. Least squares with a kernel (meaning) and a linear part (words, letters),
solved at once for every domain, one minute at most; the same cases give the same weights.
It needs scipy, which comes with what `kith build` installs. Nothing that serves loads it.
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
CALM = 0.15  # how little one example alone may bend the answer


def read(paths: Sequence[Path]) -> list[Example]:
    rows = [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]
    labelled = [row for row in rows if "stressors" in row["expect"]]
    return [(". ".join(row["say"]), frozenset(row["expect"]["stressors"])) for row in labelled]


def fit(examples: Sequence[Example], embedder: Embedder, calm: float = CALM) -> dict[str, Any]:
    """The weights as they are stored. Each example is one window, however many sentences it has."""
    from scipy.linalg import cho_factor, cho_solve  # type: ignore[import-untyped]

    said = [plain(text, rulebook.load().words) for text, _ in examples]
    rarity = _rarity(said)
    buckets = _buckets(said, rarity)
    meaning: NDArray[np.float32] = np.stack([embedder.embed(text) for text, _ in examples])
    codes = sorted({code for _, labels in examples for code in labels})
    truth = np.array([[code in labels for code in codes] for _, labels in examples], dtype=np.float64)
    alike = np.exp(head.NARROWNESS * (meaning @ meaning.T - 1.0)).astype(np.float64)
    alike += (buckets @ buckets.T).toarray()
    alike[np.diag_indices_from(alike)] += calm
    bias = truth.mean(axis=0)
    amounts = cho_solve(cho_factor(alike, overwrite_a=True), truth - bias)
    return head.pack(codes, bias, meaning, amounts.T, (buckets.T @ amounts).T, rarity)


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


def _buckets(said: Sequence[Plain], rarity: tuple[head.Floats, head.Floats]) -> Any:
    """One sparse row an example: its buckets of words, then of letters."""
    from scipy.sparse import csr_matrix  # type: ignore[import-untyped]

    rows, columns, strengths = [], [], []
    for row, each in enumerate(said):
        for buckets, strength in head.vectors(each, whole(each), rarity):
            rows.append(np.full(len(buckets), row))
            columns.append(buckets)
            strengths.append(strength)
    return csr_matrix(
        (np.concatenate(strengths), (np.concatenate(rows), np.concatenate(columns))),
        shape=(len(said), features.KINDS * features.BUCKETS),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--model", type=Path, default=Path("models/embedding"))
    parser.add_argument("-o", "--out", type=Path, default=Path(__file__).with_name(head.WEIGHTS_FILE))
    chosen = parser.parse_args()
    np.savez_compressed(chosen.out, **fit(read(chosen.cases), Embedder(chosen.model)))


if __name__ == "__main__":
    main()

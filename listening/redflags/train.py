"""Fits the second opinion: `python -m listening.redflags.train cases.jsonl ... -o opinion.npz`.

The cases are labelled sentences (JSON lines: say, expect.urgency), our own and a clinic's. The frozen
set is never among them: it is there to measure. Plain logistic regression by full gradient, numpy only.
"""

import argparse
import json
import random
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from listening.redflags import opinion
from listening.redflags.screening import alarmed, hear

_ROUNDS, _RATE, _RIDGE = 300, 0.5, 1e-5
CALM = "calm"  # no danger, and whether the care team should look is left open
_HURT = {"intimate-partner-violence", "elder-abuse"}
_MARKED = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_MIXED = 0.35  # long messages made of several, as a share of the cases: stories are longer than texts
_QUIET = ("none", "soon", CALM)
Example = tuple[str, str]


def read(paths: Sequence[Path]) -> list[Example]:
    """Each message once, with its urgency; a label given outright stands before one read from a story."""
    rows = [row for path in paths for row in _rows(path)]
    rows.sort(key=lambda row: "urgency" in row["expect"])
    told = {text: _urgency(row["expect"]) for row in rows if (text := " ".join(row.get("say", ())))}
    kept = {text: label for text, label in told.items() if label != CALM or not alarmed(text)}
    parts = {part: CALM for text, label in kept.items() if label in _QUIET for part in parts_of(text)}
    return list((parts | kept).items())


def parts_of(text: str) -> list[str]:
    """A long calm message as the windows it will be judged by: there is danger in none of them.

    Of a long message that tells of danger it is not known where, so it is taught whole.
    """
    said, shadings, concepts = hear(text)
    here = list(opinion.windows(said, shadings, concepts))
    bounds = [(said[each.first].tokens[0].start, said[each.last].tokens[-1].end) for each in here]
    return [text[start:end] for start, end in bounds] if len(bounds) > 1 else []


def _rows(path: Path) -> list[dict[str, Any]]:
    """Cases, or the dialogue's own training examples: what people say on any calm day."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix != ".yml":
        return [json.loads(line) for line in lines]
    examples = [_MARKED.sub(r"\1", line.strip()[2:]) for line in lines if line.startswith("    - ")]
    return [{"say": [text], "expect": {}} for text in examples]


def _urgency(expect: dict[str, Any]) -> str:
    """A story labelled for other ends is a calm one, unless it tells of being hurt or robbed at home.

    What else in a story is danger has its own row among the labelled sentences. Lab results without a
    label are calm where no rule is alarmed: careful readers differed by one level at most.
    """
    hurt = _HURT & set(expect.get("stressors", ()))
    otherwise = "crisis" if hurt else CALM if "results" in expect else "none"
    return str(expect.get("urgency", otherwise))


def mix(examples: list[Example], seed: int = 7) -> list[Example]:
    """Messages put together: calm with calm stays calm, calm with danger is danger."""
    chance = random.Random(seed)  # noqa: S311 - the same mixture every time, no secret
    calm = [text for text, label in examples if label in _QUIET]
    grave = [each for each in examples if each[1] in opinion.CLASSES]
    mixed: list[Example] = []
    for _ in range(int(len(examples) * _MIXED)):
        parts = chance.sample(calm, chance.randint(2, 3))
        label = "none"
        if chance.random() < 0.35:
            text, label = chance.choice(grave)
            parts[-1] = text
            chance.shuffle(parts)
        mixed.append((". ".join(parts), label))
    return examples + mixed


def fit(examples: list[Example]) -> tuple[NDArray[np.float16], NDArray[np.float64]]:
    """Weights by class and bucket, and a bias by class. A mixed message is judged as one window."""
    rows, buckets, strengths = _matrix([text for text, _ in examples])
    weights = np.zeros((len(opinion.CLASSES), opinion.BUCKETS))
    bias = np.zeros(len(opinion.CLASSES))
    for number, level in enumerate(opinion.CLASSES):
        truth = np.array([label == level for _, label in examples], dtype=np.float64)
        weights[number], bias[number] = _descend(rows, buckets, strengths, truth)
    return weights.astype(np.float16), bias


def _descend(
    rows: NDArray[np.int64],
    buckets: NDArray[np.int64],
    strengths: NDArray[np.float64],
    truth: NDArray[np.float64],
) -> tuple[NDArray[np.float64], float]:
    """Adam on the log loss; danger and calm weigh the same, however many there are of each."""
    share = truth.mean()
    importance = np.where(truth > 0, 0.5 / share, 0.5 / (1 - share))
    weights, first, second = (np.zeros(opinion.BUCKETS + 1) for _ in range(3))
    for step in range(1, _ROUNDS + 1):
        scores = np.bincount(rows, weights[buckets] * strengths, minlength=len(truth)) + weights[-1]
        error = (1 / (1 + np.exp(-scores)) - truth) * importance / len(truth)
        slope = np.append(
            np.bincount(buckets, error[rows] * strengths, minlength=opinion.BUCKETS), error.sum()
        )
        slope[:-1] += _RIDGE * weights[:-1] * 10
        first = 0.9 * first + 0.1 * slope
        second = 0.99 * second + 0.01 * slope * slope
        weights -= _RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8) * 0.1
    return weights[:-1], float(weights[-1])


def _matrix(texts: list[str]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    rows: list[int] = []
    buckets: list[int] = []
    strengths: list[float] = []
    for row, text in enumerate(texts):
        for bucket, strength in opinion.features_of(*hear(text)).items():
            rows.append(row)
            buckets.append(bucket)
            strengths.append(strength)
    return np.array(rows), np.array(buckets), np.array(strengths)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("-o", "--out", type=Path, default=Path(__file__).with_name(opinion.WEIGHTS_FILE))
    chosen = parser.parse_args()
    weights, bias = fit(mix(read(chosen.cases)))
    np.savez_compressed(chosen.out, weights=weights, bias=bias)


if __name__ == "__main__":
    main()

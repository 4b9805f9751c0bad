"""The second opinion on what is meant: small attention heads over the states of a text, plain numpy.

Each head looks at every word piece, so that "is not" beside "breathing" can count, which a mean of
the sentence would wash out. Several are trained alike and averaged: what one fears by chance, not all do.
"""

from functools import lru_cache
from importlib.resources import files
from io import BytesIO
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

CLASSES: Final = ("none", "soon", "emergency", "crisis")
WEIGHTS_FILE: Final = "sense.npz"
Array = NDArray[np.float32]
Head = dict[str, Array]


def likelihoods(states: Array) -> dict[str, float]:
    """How likely each class is of the text these are the states of; together they are one."""
    each = [_softmax(_look(head, states)) for head in _heads()]
    mean = np.mean(each, axis=0)
    return {name: float(share) for name, share in zip(CLASSES, mean, strict=True)}


def _look(head: Head, states: Array) -> Array:
    values = np.maximum(states @ head["v"] + head["vb"], 0)
    share = _softmax((states @ head["q"] + head["qb"]).T)
    wide = values.shape[1] // share.shape[0]
    pooled = np.concatenate([row @ values[:, i * wide : (i + 1) * wide] for i, row in enumerate(share)])
    told = np.concatenate([states.mean(axis=0), pooled, values.max(axis=0)])
    hidden = np.maximum(told @ head["f1"] + head["f1b"], 0)
    answer: Array = hidden @ head["f2"] + head["f2b"]
    return answer


def _softmax(scores: Array) -> Array:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    shares: Array = powers / powers.sum(axis=-1, keepdims=True)
    return shares


@lru_cache(maxsize=1)
def _heads() -> tuple[Head, ...]:
    content = files(__package__).joinpath(WEIGHTS_FILE).read_bytes()
    stored: Any = np.load(BytesIO(content), allow_pickle=False)
    heads: dict[str, Head] = {}
    for name in stored.files:
        number, part = name.split(".")
        heads.setdefault(number, {})[part] = stored[name].astype(np.float32)
    return tuple(heads.values())

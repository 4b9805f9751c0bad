"""Fits the attention heads: `python -m listening.redflags.train_sense cases.jsonl ...`.

With `--known old.jsonl ...` the stored heads go on from where they are: over all the cases, and a share of
those known before, so that these are not forgotten. Needs torch, which only the build has. The same cases,
seed and machine give the same weights. The frozen and the set-aside sentences are never among the cases: they
are there to measure.
"""

import argparse
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from listening.embedding import Embedder
from listening.redflags import sense, train
from listening.redflags.sense import CLASSES, WEIGHTS_FILE

WIDTH, LOOKS, HIDDEN, DROPOUT = 128, 8, 128, 0.4
HEADS, ROUNDS, BATCH, RATE, DECAY = 4, 12, 64, 2e-3, 1e-2
ROUNDS_ON, RATE_ON, KNOWN_ON = 4, 1e-3, 3  # going on: rounds, rate, and one in how many of the known cases
MIXED = 0.35  # messages made of two, as a share of the cases: a danger may stand beside small talk
Example = tuple[NDArray[np.float16], int]


def heard(told: Sequence[train.Example], meaning: Embedder) -> list[Example]:
    """Each case as its states and the number of its class; what is calm has the number after the last."""
    numbers = {label: number for number, label in enumerate((*CLASSES, train.CALM))}
    return [(meaning.states(text).astype(np.float16), numbers[label]) for text, label in told]


def going_on(paths: Sequence[Path], known: Sequence[Path]) -> list[train.Example]:
    """The new cases, and every third of the known ones, the same each time."""
    new = dict(train.read(paths))
    old = [(text, label) for text, label in train.read(known) if text not in new]
    return [*new.items(), *(each for each in old if crc32(each[0].encode()) % KNOWN_ON == 0)]


def mix(examples: list[Example], seed: int = 7) -> list[Example]:
    """Calm with calm stays calm, calm with danger is danger."""
    chance = random.Random(seed)  # noqa: S311 - the same mixture every time, no secret
    short = [each for each in examples if len(each[0]) < 32 and each[1] < len(CLASSES)]
    calm = [each for each in short if each[1] < 2]
    grave = [each for each in short if each[1] >= 2]
    mixed: list[Example] = []
    for _ in range(int(len(examples) * MIXED)):
        pair = [chance.choice(calm), chance.choice(grave if chance.random() < 0.5 else calm)]
        worst = max(number for _, number in pair)
        chance.shuffle(pair)
        mixed.append((np.concatenate([states for states, _ in pair]), worst))
    return examples + mixed


def fit(examples: list[Example], seed: int, head: sense.Head | None = None) -> Any:
    """One head, by cross-entropy; rare classes weigh more, and no label is taken as certain.

    A `head` given goes on from where it is, for fewer rounds and at a lower rate.
    """
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    chance = np.random.default_rng(seed)
    rounds, rate = (ROUNDS_ON, RATE_ON) if head else (ROUNDS, RATE)
    net = _taken_up(head) if head else _network()
    optimizer = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=DECAY)
    numbers = np.array([number for _, number in examples])
    count = np.bincount(numbers, minlength=len(CLASSES))[: len(CLASSES)]
    share = count.sum() / len(CLASSES) / count
    loss = _loss(torch.tensor(np.sqrt(share), dtype=torch.float32))
    by_length = np.argsort([len(states) for states, _ in examples], kind="stable")
    batches = [by_length[i : i + BATCH] for i in range(0, len(by_length), BATCH)]
    pace = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=rounds * len(batches))
    for _ in range(rounds):
        for number in chance.permutation(len(batches)):
            states, there = _padded([examples[i][0] for i in batches[number]])
            optimizer.zero_grad()
            loss(net(states, there), torch.from_numpy(numbers[batches[number]])).backward()
            optimizer.step()
            pace.step()
    return net.eval()


def _loss(weight: Any) -> Any:
    """Cross-entropy; of a calm message only that it is no danger: `none` and `soon` together."""
    import torch

    known = torch.nn.CrossEntropyLoss(weight=weight, label_smoothing=0.05)

    def loss(scores: Any, numbers: Any) -> Any:
        calm = numbers == len(CLASSES)
        either = scores[calm].log_softmax(1)[:, :2].logsumexp(1)
        total = -either.sum()
        if not calm.all():
            total = total + known(scores[~calm], numbers[~calm]) * (~calm).sum()
        return total / len(numbers)

    return loss


def _padded(rows: Sequence[NDArray[np.float16]]) -> tuple[Any, Any]:
    import torch

    longest = max(len(row) for row in rows)
    states = np.zeros((len(rows), longest, rows[0].shape[1]), dtype=np.float32)
    there = np.zeros((len(rows), longest), dtype=bool)
    for number, row in enumerate(rows):
        states[number, : len(row)], there[number, : len(row)] = row, True
    return torch.from_numpy(states), torch.from_numpy(there)


def _network() -> Any:
    """The same sums as `sense._look`, over padded batches."""
    import torch
    from torch import nn

    class Head(nn.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.v, self.q = nn.Linear(384, WIDTH), nn.Linear(384, LOOKS)
            self.f1 = nn.Linear(384 + 2 * WIDTH, HIDDEN)
            self.f2, self.drop = nn.Linear(HIDDEN, len(CLASSES)), nn.Dropout(DROPOUT)

        def forward(self, states: Any, there: Any) -> Any:
            here = there[:, :, None]
            values = torch.relu(self.v(states))
            share = self.q(states).masked_fill(~here, -1e4).softmax(1)
            parts = values.view(*values.shape[:2], LOOKS, WIDTH // LOOKS)
            pooled = (share[..., None] * parts).sum(1).flatten(1)
            most = values.masked_fill(~here, 0).max(1).values
            mean = (states * here).sum(1) / here.sum(1)
            hidden = torch.relu(self.f1(self.drop(torch.cat([mean, pooled, most], 1))))
            return self.f2(self.drop(hidden))

    return Head()


def _taken_up(head: sense.Head) -> Any:
    """A network with the weights of a stored head."""
    import torch

    net = _network()
    for part in ("v", "q", "f1", "f2"):
        layer = getattr(net, part)
        layer.weight.data = torch.from_numpy(head[part].T.copy())
        layer.bias.data = torch.from_numpy(head[f"{part}b"].copy())
    return net


def weights_of(nets: Sequence[Any]) -> dict[str, NDArray[np.float16]]:
    """The heads as plain arrays, inputs by outputs, under the names `sense` reads."""
    stored: dict[str, NDArray[np.float16]] = {}
    for number, net in enumerate(nets):
        for part in ("v", "q", "f1", "f2"):
            layer = getattr(net, part)
            stored[f"{number}.{part}"] = layer.weight.detach().numpy().T.astype(np.float16)
            stored[f"{number}.{part}b"] = layer.bias.detach().numpy().astype(np.float16)
    return stored


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("cases", nargs="+", type=Path)
    parser.add_argument("--known", nargs="*", type=Path, default=[])
    parser.add_argument("--model", type=Path, default=Path("models/embedding"))
    parser.add_argument("-o", "--out", type=Path, default=Path(__file__).with_name(WEIGHTS_FILE))
    chosen = parser.parse_args()
    told = going_on(chosen.cases, chosen.known) if chosen.known else train.read(chosen.cases)
    examples = mix(heard(told, Embedder(chosen.model)))
    heads = sense._heads() if chosen.known else (None,) * HEADS
    nets = [fit(examples, seed, head) for seed, head in enumerate(heads)]
    stored: dict[str, Any] = dict(weights_of(nets))
    np.savez_compressed(chosen.out, **stored)


if __name__ == "__main__":
    main()

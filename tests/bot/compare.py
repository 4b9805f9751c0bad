"""Counted words against sentence embeddings, on the pipeline of config.yml: `python -m tests.bot.compare`.

Prints, with and without the SentenceEmbedding component: accuracy and macro-F1 on the held-out sentences and
over five folds of the training sentences, time a message takes to be understood, and memory of the process.
Run in the dialogue environment; docs/dialogue.md keeps the last figures.
"""

import asyncio
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from bot.lean import keep_out_tensorflow, list_only_our_components
from bot.logs import log_plainly
from bot.places import ROOT
from tests.bot.test_journeys import examples, held_out

FOLDS = 5
EMBEDDING = "bot.components.sentence_embedding.SentenceEmbedding"
Sentences = list[tuple[str, str]]  # sentence, intent


def flat(by_intent: dict[str, list[str]]) -> Sentences:
    return [(sentence, intent) for intent, sentences in by_intent.items() for sentence in sentences]


def train(folder: Path, sentences: Sentences, embeddings: bool) -> Path:
    """A model of the pipeline trained on these sentences alone."""
    from rasa.model_training import train as rasa_train

    config = yaml.safe_load((ROOT / "config.yml").read_text())
    if not embeddings:
        config["pipeline"] = [part for part in config["pipeline"] if part["name"] != EMBEDDING]
    (folder / "config.yml").write_text(yaml.safe_dump(config))
    intents = sorted({intent for _, intent in sentences})
    parts = [
        {"intent": intent, "examples": "".join(f"- {text}\n" for text, each in sentences if each == intent)}
        for intent in intents
    ]
    (folder / "nlu.yml").write_text(yaml.safe_dump({"version": "3.1", "nlu": parts}, allow_unicode=True))
    made = rasa_train(
        domain=str(ROOT / "bot/domain"), config=str(folder / "config.yml"), output=str(folder),
        training_files=[str(folder / "nlu.yml"), str(ROOT / "data/rules")], force_training=True,
    )  # fmt: skip
    return Path(made.model)


def score(model: Path, sentences: Sentences) -> dict[str, Any]:
    """Accuracy, macro-F1 and milliseconds over sentences the model has not seen."""
    from rasa.core.agent import Agent
    from sklearn.metrics import f1_score

    agent = Agent.load(str(model))
    found, milliseconds = [], []
    for text, _ in sentences:
        began = time.perf_counter()
        found.append(asyncio.run(agent.parse_message(text))["intent"]["name"])
        milliseconds.append((time.perf_counter() - began) * 1000)
    right = [intent for _, intent in sentences]
    return {
        "accuracy": statistics.mean(a == b for a, b in zip(found, right, strict=True)),
        "f1": float(f1_score(right, found, average="macro")),
        "ms": statistics.median(milliseconds),
    }


def measure(embeddings: bool) -> dict[str, Any]:
    """One process measures one pipeline, so that its memory is its own."""
    keep_out_tensorflow()
    log_plainly()
    list_only_our_components()
    sentences = flat(examples())
    with TemporaryDirectory() as name:
        result = score(train(Path(name), sentences, embeddings), flat(held_out()))
    random.Random(7).shuffle(sentences)
    folds = []
    for fold in range(FOLDS):
        with TemporaryDirectory() as name:
            rest = [each for index, each in enumerate(sentences) if index % FOLDS != fold]
            folds.append(score(train(Path(name), rest, embeddings), sentences[fold::FOLDS]))
    result["folds_accuracy"] = statistics.mean(each["accuracy"] for each in folds)
    result["folds_f1"] = statistics.mean(each["f1"] for each in folds)
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return result


def main() -> None:
    if len(sys.argv) > 1:
        print("RESULT", json.dumps(measure(sys.argv[1] == "with")))
        return
    for each in ("without", "with"):
        done = subprocess.run(
            [sys.executable, "-m", "tests.bot.compare", each], capture_output=True, text=True, check=True
        )
        line = next(line for line in done.stdout.splitlines() if line.startswith("RESULT"))
        print(f"{each} embeddings", line.removeprefix("RESULT "), flush=True)


if __name__ == "__main__":
    main()

"""The dialogue model: trained again only when something it is made of has changed.

The names of lab tests are not among that: the model has learnt that *a test* stands in a sentence
("labtest"), and which words name one is looked up when a message comes. A new test needs no training.
"""

import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import redirect_stdout
from pathlib import Path
from tempfile import TemporaryDirectory

from bot.places import ROOT, embedding, models

MADE_OF = (
    "config.yml",
    "bot/domain/*.yml",
    "bot/components/*.py",
    "bot/components/*.toml",
    "data/nlu/*.yml",
    "data/rules/*.yml",
)


class TrainingError(Exception):
    """The model could not be trained; the message says why."""


def digest() -> str:
    """Twelve hex digits over everything the model is made of."""
    total = hashlib.sha256()
    for name, content in _parts():
        total.update(f"{name}\0".encode())
        total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:12]


def _parts() -> Iterator[tuple[str, bytes]]:
    for pattern in MADE_OF:
        for path in sorted(ROOT.glob(pattern)):
            yield str(path.relative_to(ROOT)), path.read_bytes()
    manifest = embedding() / "manifest.json"
    yield "embedding", manifest.read_bytes() if manifest.exists() else b""


def model_path() -> Path:
    """Where the model of this very tree belongs."""
    return models() / f"dialogue-{digest()}.tar.gz"


def train() -> Path:
    """The model's path; trains it if it is not there. The file appears whole or not at all."""
    path = model_path()
    if path.exists():
        return path
    if not (embedding() / "model.onnx").exists():
        raise TrainingError(f"{embedding()} is missing: run `python -m knowledge build` first")
    with TemporaryDirectory(dir=models(), prefix=".training-") as folder:
        os.replace(_train_into(Path(folder)), path)
    for older in models().glob("dialogue-*.tar.gz"):
        if older != path:
            older.unlink()
    return path


def _train_into(folder: Path) -> Path:
    from rasa.model_training import train as rasa_train  # seconds of imports, needed only here

    from bot.lean import list_only_our_components

    list_only_our_components()
    said = io.StringIO()
    with redirect_stdout(said):
        result = rasa_train(
            domain=str(ROOT / "bot/domain"),
            config=str(ROOT / "config.yml"),
            training_files=[str(ROOT / "data")],
            output=str(folder),
            fixed_model_name="dialogue",
            force_training=True,
        )
    if result.code or not result.model:
        raise TrainingError(f"Rasa refused the training data: {said.getvalue().strip()}")
    return Path(result.model)

"""The dialogue model: trained again only when something it is made of has changed."""

import hashlib
import os
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
MODELS = ROOT / "models"
MADE_OF = ("config.yml", "bot/domain/*.yml", "bot/components/*", "data/nlu/*.yml", "data/rules/*.yml", "clinical/folding.py")


class TrainingError(Exception):
    """The model could not be trained; the message says why."""


def digest(root: Path = ROOT) -> str:
    """Twelve hex digits over everything the model is made of."""
    total = hashlib.sha256()
    for pattern in MADE_OF:
        for path in sorted(path for path in root.glob(pattern) if path.is_file()):
            total.update(f"{path.relative_to(root)}\0".encode())
            total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def model_path(models: Path = MODELS) -> Path:
    """Where the model of this very tree belongs."""
    return models / f"dialogue-{digest()}.tar.gz"


def train(models: Path = MODELS) -> Path:
    """The model's path; trains it if it is not there. The file appears whole or not at all."""
    path = model_path(models)
    if path.exists():
        return path
    models.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=models, prefix=".training-") as folder:
        os.replace(_train_into(Path(folder)), path)
    for older in models.glob("dialogue-*.tar.gz"):
        if older != path:
            older.unlink()
    return path


def _train_into(folder: Path) -> Path:
    from rasa.model_training import train as rasa_train  # seconds of imports, needed only here

    result = rasa_train(
        domain=str(ROOT / "bot/domain"),
        config=str(ROOT / "config.yml"),
        training_files=[str(ROOT / "data")],
        output=str(folder),
        fixed_model_name="dialogue",
        force_training=True,
    )
    if result.code or not result.model:
        raise TrainingError("Rasa refused the training data (see above)")
    return Path(result.model)

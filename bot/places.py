"""Where the project and the things made for it lie."""

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def models() -> Path:
    """The folder of trained models, as bin/kith says it."""
    return Path(os.environ.get("KITH_MODELS_DIR") or ROOT / "models")


def embedding() -> Path:
    """The exported sentence embedding model, which `python -m knowledge build` makes."""
    return models() / "embedding"

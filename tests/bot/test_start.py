"""A server that cannot do its work does not start, and says in one line why."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WHOLE = {
    "KITH_RASA_SECRET": "secret",
    "KITH_TRACKER_URL": "sqlite:////nowhere/at/all/dialogue.db",
    "KITH_ACTIONS_URL": "http://127.0.0.1:1/webhook",
}


def run(*arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **WHOLE, **changes}
    command = [sys.executable, "-m", "bot", *arguments]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"KITH_RASA_SECRET": ""}, "KITH_RASA_SECRET not set"),
        ({"KITH_TRACKER_URL": ""}, "KITH_TRACKER_URL not set"),
        ({}, "the dialogue's database cannot be opened"),
        ({"KITH_TRACKER_URL": "postgresql+psycopg://kith@127.0.0.1:1/kith"}, "cannot be opened"),
        ({"KITH_TRACKER_URL": "oracle://x"}, "cannot be opened"),
        ({"KITH_MODELS_DIR": "/nowhere"}, "no model for this version"),
    ],
)
def test_what_is_missing_is_named(model: Path, changes: dict[str, str], says: str) -> None:
    done = run("run", "--port", "1", **changes)
    assert done.returncode == 1
    assert says in done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_training_without_the_embedding_model_says_what_to_do(tmp_path: Path) -> None:
    done = run("train", KITH_MODELS_DIR=str(tmp_path))
    assert done.returncode == 1
    assert "python -m knowledge build" in done.stderr


def test_nothing_changed_means_nothing_trained(model: Path) -> None:
    before = model.stat().st_mtime_ns
    done = run("train")
    assert done.returncode == 0
    assert str(model) in done.stdout
    assert "nothing has changed" in done.stdout
    assert model.stat().st_mtime_ns == before

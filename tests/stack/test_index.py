"""The knowledge index is missing: the message is kept, the patient hears so once and is answered later."""

import time
from collections.abc import Callable
from pathlib import Path

import httpx

from evaluation.case import Case
from evaluation.runner import Runner
from kith.settings import ROOT
from kith.stack import Stack, throwaway_settings


def models_without_index(folder: Path) -> Path:
    """Everything that was built, but for the index."""
    folder.mkdir()
    for made in (ROOT / "models").iterdir():
        if made.name != "index":
            (folder / made.name).symlink_to(made)
    return folder


def wait_for(condition: Callable[[], bool], seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.1)
    return False


def accepting(stack: Stack) -> bool:
    """The gateway takes messages and the phones are there, whatever is behind them."""
    try:
        taken = httpx.get(f"{stack.settings.gateway_url}/health/accepting", timeout=2).status_code == 200
        return taken and httpx.get(f"{stack.settings.standin_url}/phone", timeout=2).status_code == 200
    except httpx.TransportError:
        return False


def test_without_an_index_nothing_is_lost(tmp_path: Path) -> None:
    models = models_without_index(tmp_path / "models")
    stack = Stack(throwaway_settings(tmp_path / "var", {"KITH_MODELS_DIR": str(models)}))
    try:
        assert wait_for(lambda: accepting(stack), 180), stack.logs()
        ready = httpx.get(f"{stack.settings.gateway_url}/health/ready", timeout=5)
        assert ready.status_code == 503
        runner = Runner(stack)
        made = runner.new_patient(Case("no-index"))
        runner.send("my potassium is 5.9", made)

        def replies() -> tuple[str, ...]:
            return runner.replies(made["conversation_id"], 0)

        assert wait_for(lambda: any("I am having trouble" in each for each in replies()), 90)
        (models / "index").symlink_to(ROOT / "models/index")
        assert wait_for(lambda: any("Potassium 5.9" in each for each in replies()), 240), stack.logs()
        assert sum("I am having trouble" in each for each in replies()) == 1
    finally:
        stack.stop()

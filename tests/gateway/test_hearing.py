"""The screen goes on with rules and words where its model is missing or fails."""

from base64 import b64decode
from pathlib import Path

import numpy as np
import pytest

from gateway import hearing
from listening.embedding import Embedder

ROOT = Path(__file__).resolve().parents[2]


def test_no_model_no_trouble(tmp_path: Path) -> None:
    assert hearing.model(tmp_path) is None
    assert hearing.screen_with(None)("i cant breathe").level == "emergency"


def test_a_damaged_model_is_no_model(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"not a model")
    (tmp_path / "tokenizer.json").write_text("{")
    assert hearing.model(tmp_path) is None


def test_a_model_that_fails_over_a_message_leaves_the_rules(tmp_path: Path) -> None:
    """An embedder whose files are gone, as after an upgrade under its feet."""
    screen = hearing.screen_with(Embedder(tmp_path))
    assert screen("my brother keeps odd hours these days").level == "none"
    assert screen("i cant breathe and my lips are blue").level == "emergency"


def test_a_screen_that_fails_by_itself_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(text: str, **_: object) -> None:
        raise RuntimeError(text)

    monkeypatch.setattr("listening.redflags.screen", broken)
    with pytest.raises(RuntimeError):
        hearing.screen_with(None)("hello")


def test_what_a_text_means_is_told_once_and_is_what_the_dialogue_would_find() -> None:
    folder = ROOT / "models" / "embedding"
    remembering = hearing.model(folder)
    assert remembering is not None
    words = "the bus stopped running out here, and nobody can drive me?"
    hearing.screen_with(remembering)(f" {words} ")
    told = remembering.meant(words)
    assert told is not None
    assert np.array_equal(np.frombuffer(b64decode(told), dtype="<f4"), Embedder(folder).embed(words))
    assert remembering.meant(words) is None


def test_only_the_last_texts_are_remembered() -> None:
    remembering = hearing.model(ROOT / "models" / "embedding")
    assert remembering is not None
    for number in range(hearing.REMEMBERED + 1):
        remembering.states(f"day {number}")
    assert remembering.meant("day 0") is None
    assert remembering.meant(f"day {hearing.REMEMBERED}")

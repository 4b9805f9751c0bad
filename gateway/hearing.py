"""The safety screen with its embedding model; where that is missing or fails, rules and words go on alone."""

from base64 import b64encode
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from threading import Lock

import numpy as np
import structlog
from numpy.typing import NDArray

from listening import redflags
from listening.embedding import Embedder
from listening.redflags.types import Screening

log = structlog.get_logger()
REMEMBERED = 256  # texts on their way from the screen to the dialogue


class Remembering(Embedder):
    """Keeps what the last texts mean: the dialogue needs the same 384 numbers a moment after the screen."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._meant: OrderedDict[str, NDArray[np.float32]] = OrderedDict()
        self._lock = Lock()

    def states(self, text: str) -> NDArray[np.float32]:
        """One row a word piece; their mean is remembered."""
        rows = super().states(text)
        mean: NDArray[np.float32] = rows.mean(axis=0)
        with self._lock:
            self._meant[text] = mean / np.linalg.norm(mean)
            while len(self._meant) > REMEMBERED:
                self._meant.popitem(last=False)
        return rows

    def meant(self, text: str) -> str | None:
        """The meaning of these very words, as base64 of 384 little-endian 32-bit floats; told once."""
        with self._lock:
            vector = self._meant.pop(text, None)
        return None if vector is None else b64encode(vector.astype("<f4").tobytes()).decode()


def not_heard(_: str) -> None:
    """Where there is no model, nothing is known of what a text means."""


def model(folder: Path) -> Remembering | None:
    """The model, loaded and tried now rather than with the first patient; None, and a warning, without it."""
    embedder = Remembering(folder)
    try:
        embedder.states("ready")
    except Exception as error:  # neither library's errors share a base class
        log.warning("screen_without_model", error=type(error).__name__)
        return None
    return embedder


def screen_with(meaning: Embedder | None) -> Callable[[str], Screening]:
    """The screen; a model that fails over one message does not keep the rules from reading it."""

    def screen(text: str) -> Screening:
        try:
            return redflags.screen(text, meaning=meaning)
        except Exception as error:
            if meaning is None:
                raise
            log.error("screen_model_failed", error=type(error).__name__)
            return redflags.screen(text)

    return screen

"""The safety screen with its embedding model; where that is missing or fails, rules and words go on alone."""

from collections.abc import Callable
from pathlib import Path

import structlog

from listening import redflags
from listening.embedding import Embedder
from listening.redflags.types import Screening

log = structlog.get_logger()


def model(folder: Path) -> Embedder | None:
    """The model, loaded and tried now rather than with the first patient; None, and a warning, without it."""
    embedder = Embedder(folder)
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

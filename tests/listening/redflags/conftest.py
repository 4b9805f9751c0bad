"""The embedding model as `kith build` leaves it; without it, what needs it is not measured."""

from pathlib import Path

import pytest

from listening.embedding import Embedder

MODEL = Path(__file__).parents[3] / "models" / "embedding"


@pytest.fixture(scope="session")
def meaning() -> Embedder:
    embedder = Embedder(MODEL)
    if not embedder.is_there:
        pytest.skip("the embedding model is not built: run `bin/kith build`")
    return embedder

"""A real index over a few articles, built once with the exported model; the whole one where it is built."""

from pathlib import Path

import pytest

from knowledge import export, index
from knowledge.embedding import MiniLM
from knowledge.library import Library
from knowledge.passages import Article, read_articles

ROOT = Path(__file__).parents[2]
MODELS = ROOT / "models"


@pytest.fixture(scope="session")
def articles() -> list[Article]:
    return read_articles()


@pytest.fixture(scope="session")
def model() -> MiniLM:
    folder = MODELS / "embedding"
    if not export.is_current(folder):
        export.export(folder)
    return MiniLM(folder)


@pytest.fixture(scope="session")
def few(articles: list[Article]) -> list[Article]:
    return [each for each in articles if each.stem in ("a1c", "potassium", "tsh")]


@pytest.fixture(scope="session")
def small(few: list[Article], model: MiniLM, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An index of three articles; tests that damage one copy it."""
    folder = tmp_path_factory.mktemp("small") / "index"
    index.build(few, model, folder, "first")
    return folder


@pytest.fixture(scope="session")
def library(articles: list[Article], model: MiniLM) -> Library:
    """Every article; built here where `make build` has not built it."""
    folder, name = MODELS / "index", index.digest(articles, export.digest(MODELS / "embedding"))
    with index.one_builder(folder):
        if index.current_name(folder) != name:
            index.build(articles, model, folder, name)
    return Library.open(folder)

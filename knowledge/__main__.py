"""`python -m knowledge build` makes the model and the index; `python -m knowledge search "..."` asks it."""

import argparse
import os
import sys
from pathlib import Path

from knowledge import index
from knowledge.embedding import MiniLM
from knowledge.errors import KnowledgeError
from knowledge.library import Library
from knowledge.passages import Article, read_articles


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m knowledge", description=__doc__)
    parser.add_argument("--models", type=Path, default=Path(os.environ.get("KITH_MODELS_DIR", "models")))
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "build", help="export the embedding model and build the index, where something changed"
    )
    search = commands.add_parser("search", help="ask the index a question")
    search.add_argument("question", nargs="+")
    search.add_argument("-k", type=int, default=3, help="how many articles (3)")
    given = parser.parse_args(arguments)
    try:
        return (
            build(given.models)
            if given.command == "build"
            else ask(given.models, " ".join(given.question), given.k)
        )
    except KnowledgeError as error:
        print(f"knowledge: {error}", file=sys.stderr)
        return 1


def build(models: Path) -> int:
    """Nothing is made again that has not changed: the model by its weights, the index by its articles."""
    articles = read_articles()
    embedding = models / "embedding"
    with index.one_builder(models / "index"):
        return _build(articles, models, embedding)


def _build(articles: list[Article], models: Path, embedding: Path) -> int:
    from knowledge import export

    if not export.is_current(embedding):
        print("Exporting the embedding model (about half a minute)", flush=True)
        print(f"Exported; least cosine with torch {export.export(embedding):.6f}", flush=True)
    name = index.digest(articles, export.digest(embedding))
    if index.current_name(models / "index") == name and _opens(models / "index"):
        print(f"The index {name} is up to date: {len(articles)} articles")
        return 0
    made = index.build(articles, MiniLM(embedding), models / "index", name)
    print(f"Built the index of {len(articles)} articles: {made}")
    return 0


def _opens(index_dir: Path) -> bool:
    try:
        Library.open(index_dir)
    except KnowledgeError:
        return False
    return True


def ask(models: Path, question: str, k: int) -> int:
    library = Library.open(models / "index")
    found = library.search(question, k)
    for passage in found:
        print(f"{passage.score:.3f}  {passage.title} / {passage.section}")
        print(f"       {passage.text}")
        print(f"       {passage.source}")
    if not found:
        nearest = library.nearest(question, 1)
        best = f"; the nearest is {nearest[0].title} at {nearest[0].score:.3f}" if nearest else ""
        print(f"I don't know that one (threshold {library.threshold:.2f}{best}).")
    return 0


if __name__ == "__main__":
    sys.exit(main())

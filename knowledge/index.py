"""The index on disk: built into a fresh directory, then switched to; never changed in place."""

import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from tqdm import tqdm

from knowledge.errors import IndexUnavailable
from knowledge.passages import Article, Passage, Source, all_passages

FORMAT = "4"
COLLECTION = "passages"
POINTER = "current"
PASSAGES = "passages.json"
HOW_TO_MEND = "run `python -m knowledge build` (or `make build`)"
STEP = 32
MEANING = ("High", "Low", "What can sway it", "When to get help")


def digest(articles: list[Article], model_digest: str) -> str:
    """Names an index: other articles, another model or another layout make another name."""
    content = json.dumps([asdict(article) for article in articles], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{FORMAT}\n{model_digest}\n{content}".encode()).hexdigest()[:16]


def entries(article: Article) -> Iterator[tuple[Passage, str]]:
    """The texts an article is found by, each with the passage it leads to.

    Measured over other choices (docs/knowledge.md): what the test is and why it is done as one text, the
    sections that say what a result means, all names at once, and each way people ask for it alone.
    """
    by_section = {passage.section: passage for passage in article.passages}
    about, why = by_section["What it is"], by_section["Why it is done"]
    yield about, f"{article.title}. {about.text} {why.text}"
    yield about, ", ".join(dict.fromkeys((article.title, *article.names)))
    for words in article.asked_as:
        yield about, words
    for section in MEANING:
        yield by_section[section], f"{article.title}. {by_section[section].text}"


@contextmanager
def one_builder(index_dir: Path) -> Iterator[None]:
    """Two builds at once would clear each other's half-made index away: the second waits for the first."""
    index_dir.mkdir(parents=True, exist_ok=True)
    with (index_dir / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def build(articles: list[Article], embeddings: Embeddings, index_dir: Path, name: str) -> Path:
    """A whole index under `index_dir/name`, checked by reading it back, then made the current one."""
    made, scratch = index_dir / name, index_dir / f".making-{name}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)

    texts = sorted((entry for each in articles for entry in entries(each)), key=lambda entry: len(entry[1]))
    store = open_store(scratch, embeddings)
    with tqdm(total=len(texts), unit=" texts", desc="Reading the articles") as bar:
        for start in range(0, len(texts), STEP):
            part = texts[start : start + STEP]
            store.add_texts(
                [text for _, text in part],
                metadatas=[{"passage": passage.id} for passage, _ in part],
                ids=[str(start + number) for number in range(len(part))],
            )
            bar.update(len(part))
    rows = [asdict(each) for each in all_passages(articles)]
    content = {"texts": len(texts), "passages": rows}
    (scratch / PASSAGES).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    if count(store) != len(texts):
        raise IndexUnavailable(f"the new index under {scratch} lost texts: nothing was switched")
    shutil.rmtree(made, ignore_errors=True)
    os.replace(scratch, made)
    switch(index_dir, name)
    return made


def switch(index_dir: Path, name: str) -> None:
    """Point at another index in one step; what was current stays for who still reads it."""
    before = current_name(index_dir)
    pointer = index_dir / f"{POINTER}.new"
    with pointer.open("w") as file:
        file.write(name + "\n")
        file.flush()
        os.fsync(file.fileno())
    os.replace(pointer, index_dir / POINTER)
    for old in index_dir.iterdir():
        if old.is_dir() and old.name not in (name, before):
            shutil.rmtree(old, ignore_errors=True)


def current_name(index_dir: Path) -> str | None:
    try:
        return (index_dir / POINTER).read_text().strip() or None
    except OSError:
        return None


def current(index_dir: Path) -> Path:
    """The directory pointed at; IndexUnavailable when there is none or it is not all there."""
    name = current_name(index_dir)
    if name is None:
        raise IndexUnavailable(f"no knowledge index under {index_dir}: {HOW_TO_MEND}")
    folder = index_dir / name
    if not (folder / PASSAGES).is_file() or not (folder / "chroma.sqlite3").is_file():
        raise IndexUnavailable(f"the knowledge index {folder} is not complete: {HOW_TO_MEND}")
    return folder


def read_passages(folder: Path) -> tuple[list[Passage], int]:
    """The passages of an index, and how many texts they are found by."""
    try:
        content: dict[str, Any] = json.loads((folder / PASSAGES).read_text(encoding="utf-8"))
        return [_passage(row) for row in content["passages"]], int(content["texts"])
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise IndexUnavailable(f"{folder / PASSAGES} cannot be read: {HOW_TO_MEND}") from error


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(
        row["stem"],
        row["title"],
        tuple(row["analytes"]),
        row["section"],
        tuple(row["sentences"]),
        tuple(Source(**source) for source in row["sources"]),
    )


def open_store(folder: Path, embeddings: Embeddings) -> Chroma:
    """The vectors in a directory. The embedding is always ours: Chroma's default one would be downloaded."""
    import chromadb
    from chromadb.config import Settings

    try:
        client = chromadb.PersistentClient(path=str(folder), settings=Settings(anonymized_telemetry=False))
        return Chroma(
            client=client,
            collection_name=COLLECTION,
            embedding_function=embeddings,
            collection_metadata={"hnsw:space": "cosine"},
        )
    except Exception as error:  # a damaged file surfaces as errors of several libraries
        raise IndexUnavailable(f"the knowledge index {folder} cannot be opened: {HOW_TO_MEND}") from error


def count(store: Chroma) -> int:
    try:
        return len(store.get(include=[])["ids"])
    except Exception as error:  # as above
        raise IndexUnavailable(f"the knowledge index cannot be read: {HOW_TO_MEND}") from error

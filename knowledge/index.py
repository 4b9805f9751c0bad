"""The index on disk: built into a fresh directory, then switched to; never changed in place."""

import hashlib
import json
import os
import shutil
from dataclasses import asdict
from pathlib import Path
from typing import Any

from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from tqdm import tqdm

from knowledge.errors import IndexUnavailable
from knowledge.passages import Article, Passage, Source, all_passages

FORMAT = "3"
COLLECTION = "passages"
POINTER = "current"
PASSAGES = "passages.json"
HOW_TO_MEND = "run `python -m knowledge build` (or `make build`)"
STEP = 32


def digest(articles: list[Article], model_digest: str) -> str:
    """Names an index: other articles, another model or another layout make another name."""
    content = json.dumps([asdict(article) for article in articles], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(f"{FORMAT}\n{model_digest}\n{content}".encode()).hexdigest()[:16]


def embedded_text(passage: Passage, names: tuple[str, ...]) -> str:
    """What a passage is found by: the test's names stand with what it says, and its section with both."""
    known_as = ", ".join(dict.fromkeys((passage.title, *names[:3])))
    return f"{known_as}. {passage.section}. {passage.text}"


def build(articles: list[Article], embeddings: Embeddings, index_dir: Path, name: str) -> Path:
    """A whole index under `index_dir/name`, checked by reading it back, then made the current one."""
    made, scratch = index_dir / name, index_dir / f".making-{name}"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    passages = list(all_passages(articles))
    names = {article.stem: article.names for article in articles}
    store = open_store(scratch, embeddings)
    with tqdm(total=len(passages), unit=" passages", desc="Reading the articles") as bar:
        for start in range(0, len(passages), STEP):
            part = passages[start : start + STEP]
            store.add_texts(
                [embedded_text(each, names[each.stem]) for each in part], ids=[p.id for p in part]
            )
            bar.update(len(part))
    rows = [asdict(each) for each in passages]
    (scratch / PASSAGES).write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")
    if count(store) != len(passages):
        raise IndexUnavailable(f"the new index under {scratch} lost passages: nothing was switched")
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


def read_passages(folder: Path) -> list[Passage]:
    try:
        rows: list[dict[str, Any]] = json.loads((folder / PASSAGES).read_text(encoding="utf-8"))
        return [_passage(row) for row in rows]
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

"""The index on disk: built into a fresh directory, then switched to; never changed in place."""

import fcntl
import hashlib
import json
import os
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from langchain_chroma import Chroma
from langchain_core.embeddings import Embeddings
from tqdm import tqdm

from knowledge.errors import IndexUnavailable
from knowledge.passages import Article, Passage, Source, all_passages
from knowledge.ranking import Texts

FORMAT = "6"
COLLECTION = "passages"
POINTER = "current"
PASSAGES = "passages.json"
HOW_TO_MEND = "run `python -m knowledge build` (or `make build`)"
STEP = 32
PART, WHOLE, ELSEWHERE = "part", "whole", "elsewhere"  # a text of an article, all of it, or what none answers
MEANING = ("High", "Low", "What can sway it", "When to get help")


def digest(articles: list[Article], model_digest: str) -> str:
    """Names an index: other articles, another model or another layout make another name."""
    content = json.dumps(
        [elsewhere(), [(asdict(article), asked_otherwise(article.stem)) for article in articles]],
        sort_keys=True,
        ensure_ascii=False,
    )
    return hashlib.sha256(f"{FORMAT}\n{model_digest}\n{content}".encode()).hexdigest()[:16]


@cache
def _asked() -> Mapping[str, list[str]]:
    table = tomllib.loads(files("knowledge").joinpath("asked.toml").read_text(encoding="utf-8"))
    asked: Mapping[str, list[str]] = table["asked"]
    return asked


def asked_otherwise(stem: str) -> tuple[str, ...]:
    """Ways of asking for an article that stand in asked.toml."""
    return tuple(_asked().get(stem, ()))


@cache
def elsewhere() -> tuple[str, ...]:
    """Questions that no article answers, so that what is like them is not taken for one of ours."""
    table = tomllib.loads(files("knowledge").joinpath("elsewhere.toml").read_text(encoding="utf-8"))
    return tuple(table["asked"])


def whole(article: Article) -> str:
    """All of an article as one text, with every name and way of asking: what is searched by its words."""
    ways = (*article.names, *article.asked_as, *asked_otherwise(article.stem))
    return "\n".join((article.title, *ways, as_read(article)))


def as_read(article: Article) -> str:
    """An article as a person reads it."""
    return "\n".join((article.title, *(f"{each.section}\n{each.text}" for each in article.passages)))


def entries(article: Article) -> Iterator[tuple[Passage, str]]:
    """The texts an article is found by, each with the passage it leads to.

    Measured over other choices (docs/knowledge.md): what the test is and why it is done as one text, the
    sections that say what a result means, all names at once, and each way people ask for it alone. The
    article as a whole is one more (`build`).
    """
    by_section = {passage.section: passage for passage in article.passages}
    about, why = by_section["What it is"], by_section["Why it is done"]
    yield about, f"{article.title}. {about.text} {why.text}"
    yield about, ", ".join(dict.fromkeys((article.title, *article.names)))
    for words in (*article.asked_as, *asked_otherwise(article.stem)):
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

    parts = [(passage.id, text, PART) for each in articles for passage, text in entries(each)]
    wholes = [(each.passages[0].id, as_read(each), WHOLE) for each in articles]
    others = [("", text, ELSEWHERE) for text in elsewhere()]
    texts = sorted((*parts, *wholes, *others), key=lambda entry: len(entry[1]))
    store = open_store(scratch, embeddings)
    with tqdm(total=len(texts), unit=" texts", desc="Reading the articles") as bar:
        for start in range(0, len(texts), STEP):
            part = texts[start : start + STEP]
            store.add_texts(
                [text for _, text, _ in part],
                metadatas=[{"passage": passage, "kind": kind} for passage, _, kind in part],
                ids=[str(start + number) for number in range(len(part))],
            )
            bar.update(len(part))
    rows = [asdict(each) for each in all_passages(articles)]
    words = {article.stem: whole(article) for article in articles}
    content = {"texts": len(texts), "passages": rows, "words": words}
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


def read_passages(folder: Path) -> tuple[list[Passage], int, dict[str, str]]:
    """The passages of an index, how many texts they are found by, and each article's words."""
    try:
        content: dict[str, Any] = json.loads((folder / PASSAGES).read_text(encoding="utf-8"))
        return [_passage(row) for row in content["passages"]], int(content["texts"]), dict(content["words"])
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


def own_copy(folder: Path) -> TemporaryDirectory[str] | None:
    """A copy to open instead, where the index may not be written to; it goes when the process ends.

    Chroma writes into its directory even to read from it. In an image those files are another user's, on a
    disk that is read-only.
    """
    if all(os.access(each, os.W_OK) for each in (folder, *folder.rglob("*"))):
        return None
    try:
        copied = TemporaryDirectory(prefix="kith-index-")
        shutil.copytree(folder, copied.name, dirs_exist_ok=True, copy_function=shutil.copyfile)
        for each in (Path(copied.name), *Path(copied.name).rglob("*")):
            each.chmod(0o700)
    except OSError as error:
        raise IndexUnavailable(
            f"the knowledge index {folder} may not be written to, and there is no room for a copy: {error}"
        ) from error
    return copied


def count(store: Chroma) -> int:
    try:
        return len(store.get(include=[])["ids"])
    except Exception as error:  # as above
        raise IndexUnavailable(f"the knowledge index cannot be read: {HOW_TO_MEND}") from error


def read_texts(store: Chroma) -> Texts:
    """Every text's vector with the passage it leads to, each article as a whole, and what none answers."""
    try:
        found = store.get(include=["embeddings", "metadatas"])
        vectors, kinds = np.asarray(found["embeddings"], dtype=np.float32), found["metadatas"]
        ours = [at for at, each in enumerate(kinds) if each["kind"] != ELSEWHERE]
        others = [at for at, each in enumerate(kinds) if each["kind"] == ELSEWHERE]
        rows = [(str(kinds[at]["passage"]), kinds[at]["kind"] == WHOLE) for at in ours]
        return Texts.of(vectors[ours], rows, vectors[others])
    except Exception as error:  # as above
        raise IndexUnavailable(f"the knowledge index cannot be read: {HOW_TO_MEND}") from error

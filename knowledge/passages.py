"""Articles as passages: each section of each article, its sentences, and where they were checked."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from knowledge.errors import ArticleError

ARTICLES = Path(__file__).parent / "articles"
SECTIONS = (
    "What it is",
    "Why it is done",
    "High",
    "Low",
    "What can sway it",
    "What happens next",
    "Questions to ask",
    "When to get help",
)
FRONT_MATTER = ("title", "analytes", "loinc", "names", "sources", "review")
_FRONT = re.compile(r"\A---\n(?P<front>.*?)\n---\n(?P<body>.*)\Z", re.S)
_HEADING = re.compile(r"^## (.+)$", re.M)
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+")


@dataclass(frozen=True)
class Source:
    """A public page a statement can be looked up in, and the day it was last compared."""

    name: str
    address: str
    checked: str


@dataclass(frozen=True)
class Passage:
    """One section of one article. Every sentence stands alone; the first two fit a text message."""

    stem: str  # article's file stem: "potassium"
    title: str
    analytes: tuple[str, ...]  # catalogue keys
    section: str  # one of SECTIONS
    sentences: tuple[str, ...]
    sources: tuple[Source, ...]
    score: float | None = field(default=None, compare=False)  # how surely a question means it

    @property
    def id(self) -> str:
        return f"{self.stem}#{self.section}"

    @property
    def text(self) -> str:
        return " ".join(self.sentences)

    @property
    def source(self) -> str:
        """The address cited first, for WHY."""
        return self.sources[0].address


@dataclass(frozen=True)
class Article:
    """A whole article: the names people use and the codes are for finding it, the passages for saying."""

    stem: str
    title: str
    analytes: tuple[str, ...]
    loinc: tuple[str, ...]
    names: tuple[str, ...]
    asked_as: tuple[str, ...]  # how people ask for it in their own words
    sources: tuple[Source, ...]
    review: tuple[tuple[str, str], ...]  # (compared with what, when)
    passages: tuple[Passage, ...]


def split_sentences(text: str) -> tuple[str, ...]:
    return tuple(sentence for sentence in _SENTENCE_END.split(" ".join(text.split())) if sentence)


def read_articles(folder: Path = ARTICLES) -> list[Article]:
    """Every article, in the order of their names. An ArticleError names the first that is not right."""
    return [read_article(path) for path in sorted(folder.glob("*.md"))]


def read_article(path: Path) -> Article:
    """An article from its Markdown: YAML front matter, then exactly the agreed sections in order."""
    parts = _FRONT.match(path.read_text(encoding="utf-8"))
    if parts is None:
        raise ArticleError(f"{path.name}: no front matter between two lines of ---")
    front = _front_matter(path, parts["front"])
    sources = tuple(_source(path, row) for row in front["sources"])
    analytes = tuple(map(str, front["analytes"]))
    sections = _sections(path, parts["body"])
    return Article(
        path.stem,
        str(front["title"]),
        analytes,
        tuple(map(str, front["loinc"])),
        tuple(map(str, front["names"])),
        tuple(map(str, front.get("asked_as", ()))),
        sources,
        tuple((str(row["against"]), str(row["checked"])) for row in front["review"]),
        tuple(
            Passage(path.stem, str(front["title"]), analytes, section, split_sentences(text), sources)
            for section, text in sections.items()
        ),
    )


def _front_matter(path: Path, text: str) -> dict[str, Any]:
    try:
        front = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ArticleError(f"{path.name}: front matter is not YAML ({error})") from error
    for name in FRONT_MATTER:
        if not isinstance(front, dict) or not front.get(name):
            raise ArticleError(f"{path.name}: {name} is missing in the front matter")
    return dict(front)


def _source(path: Path, row: object) -> Source:
    if not isinstance(row, dict) or not {"name", "address", "checked"} <= row.keys():
        raise ArticleError(f"{path.name}: a source needs name, address and checked, not {row!r}")
    return Source(str(row["name"]), str(row["address"]), str(row["checked"]))


def _sections(path: Path, body: str) -> dict[str, str]:
    before, *parts = _HEADING.split(body)
    found = dict(zip(parts[::2], parts[1::2], strict=True))
    if before.strip() or tuple(parts[::2]) != SECTIONS:
        raise ArticleError(f"{path.name}: sections must be exactly {', '.join(SECTIONS)}, in this order")
    for section, text in found.items():
        if not text.strip():
            raise ArticleError(f"{path.name}: the section {section!r} is empty")
    return found


def all_passages(articles: list[Article]) -> Iterator[Passage]:
    for article in articles:
        yield from article.passages

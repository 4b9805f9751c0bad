"""STOP, START, HELP and their kin, in a word or in plain words, and "wrong number".

A word counts as a whole message only, and a sentence only when it says nothing else: "cancel" and "stop" can
be part of a story, and must not silence Kith then.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args

Keyword = Literal["stop", "ask", "start", "help", "wrong_number"]

TABLE = Path(__file__).with_name("keywords.toml")
LONGEST = 25  # words; a longer message is a story, whatever a sentence of it says

_AROUND = re.compile(r"^[^\w]+|[^\w]+$")
_SPACES = re.compile(r"[\s-]+")
_SENTENCES = re.compile(r"[.!?;\n]+")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")


@dataclass(frozen=True)
class _Table:
    """What the table says, ready to be asked."""

    words: Mapping[str, frozenset[str]]
    sentences: Mapping[str, re.Pattern[str]]


def keyword(text: str, *, opted_out: bool) -> Keyword | None:
    """What a message asks of us as a sender of texts, if it asks anything.

    >>> keyword(" Stop. ", opted_out=False)
    'stop'
    >>> keyword("Please stop texting me. I am tired of it", opted_out=False)
    'stop'
    >>> keyword("please cancel my visit", opted_out=False)
    """
    table = _table()
    word = _SPACES.sub(" ", _AROUND.sub("", _plain(text)))
    for name in ("stop", "start", "help"):
        if word in table.words[name]:
            return name
    if opted_out and word in table.words["start_after_stop"]:
        return "start"
    return _said(text, table)


def rows() -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Every row with its kind, for the test that each has a source and its cases."""
    for kind, listed in tomllib.loads(TABLE.read_text("utf-8")).items():
        for row in listed if isinstance(listed, list) else ():
            yield kind, row


def _said(text: str, table: _Table) -> Keyword | None:
    """What one of a short message's sentences says in plain words; the clearest wins."""
    if len(text.split()) > LONGEST:
        return None
    sentences = [_bare(each) for each in _SENTENCES.split(text)]
    for name in ("stop", "wrong_number", "ask"):
        # "Please stop." behind a complaint is about the complaint; alone it may be about us.
        heard = (
            sentences
            if name != "ask"
            else sentences[:1]
            if len([each for each in sentences if each]) == 1
            else []
        )
        if any(table.sentences[name].fullmatch(each) for each in heard if each):
            return name
    return None


@cache
def _table() -> _Table:
    read = tomllib.loads(TABLE.read_text("utf-8"))
    before, after = (_any(read["polite"][side]) for side in ("before", "after"))
    words: dict[str, set[str]] = {}
    sentences: dict[str, list[str]] = {name: [] for name in get_args(Keyword)}
    for kind, row in rows():
        words.setdefault(kind, set()).update(row.get("words", ()))
        sentences.setdefault(kind, []).extend(row.get("sentences", ()))
    patterns = {
        kind: re.compile(rf"(?:{before} )*(?:{'|'.join(each)})(?: {after})*")
        for kind, each in sentences.items()
        if each
    }
    return _Table({kind: frozenset(each) for kind, each in words.items()}, patterns)


def _any(words: Iterable[str]) -> str:
    longest_first = sorted(words, key=len, reverse=True)
    return f"(?:{'|'.join(map(re.escape, longest_first))})"


def _plain(text: str) -> str:
    """Lower case without accents or apostrophes: "No m\u00e1s" is "no mas", "don't" is "dont"."""
    bare = _APOSTROPHES.sub("", text).lower()
    if bare.isascii():
        return bare
    bare = unicodedata.normalize("NFD", bare)
    return "".join(char for char in bare if not unicodedata.combining(char))


def _bare(sentence: str) -> str:
    """A sentence's words alone."""
    return " ".join(re.findall(r"\w+", _plain(sentence)))

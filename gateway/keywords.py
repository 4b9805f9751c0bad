"""STOP, START, HELP and their kin, in a word or in plain words, and "wrong number".

A word counts as a whole message only (politely, repeated or signed), and a sentence only when it says nothing
else: "cancel" and "stop" can be part of a story, and must not silence Kith then.
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
_REPEATED = re.compile(r"\b(\w+)(?: \1\b)+")
_SIGNATURE = re.compile(r"(?:sent from|enviado desde) (?:my|mi)\b", re.IGNORECASE)  # as telephones add it
_NAME_WORDS = 2
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc`\u00b4]")


@dataclass(frozen=True)
class _Table:
    """What the table says, ready to be asked."""

    words: Mapping[str, frozenset[str]]
    messages: Mapping[Keyword, re.Pattern[str]]
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
    if (whole := _whole(text)) in table.words["stop"]:
        return "stop"
    for kind, pattern in table.messages.items():
        if pattern.fullmatch(whole):
            return kind
    if opted_out and word in table.words["start_after_stop"]:
        return "start"
    return _said(text, table)


def rows() -> Iterable[tuple[str, Mapping[str, Any]]]:
    """Every row with its kind, for the test that each has a source and its cases."""
    for kind, listed in tomllib.loads(TABLE.read_text("utf-8")).items():
        for row in listed if isinstance(listed, list) else ():
            yield kind, row


def _whole(text: str) -> str:
    """A message's words, each said once, without the name on a line below them.

    >>> _whole("STOP STOP\\n\\nRosa M.")
    'stop'
    """
    first, _, rest = text.strip().partition("\n")
    return _REPEATED.sub(r"\1", _bare(first if _is_signature(rest) else text))


def _is_signature(rest: str) -> bool:
    """Whether what follows the first line is no more than who sent it, and not how the sentence goes on."""
    if _SIGNATURE.match(rest.strip()):
        return len(rest.strip().splitlines()) == 1
    words = re.findall(r"\w[\w.'-]*", rest)
    apart = len(words) == 1 and rest.lstrip(" \r").startswith("\n")
    return 0 < len(words) <= _NAME_WORDS and (apart or all(each[0].isupper() for each in words))


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
    messages: dict[str, list[str]] = {}
    sentences: dict[str, list[str]] = {name: [] for name in get_args(Keyword)}
    for kind, row in rows():
        words.setdefault(kind, set()).update(row.get("words", ()))
        messages.setdefault(kind, []).extend(row.get("messages", ()))
        sentences.setdefault(kind, []).extend(row.get("sentences", ()))
    patterns = {
        kind: re.compile(rf"(?:{before} )*(?:{'|'.join(each)})(?: {after})*")
        for kind, each in sentences.items()
        if each
    }
    wholes = {name: re.compile("|".join(messages[name])) for name in get_args(Keyword) if messages[name]}
    return _Table({kind: frozenset(each) for kind, each in words.items()}, wholes, patterns)


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

"""Texts as the guard compares them: sentences, words, stems, and numbers with their units."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from clinical.folding import fold

SENTENCE_END = re.compile(r"(?<=[.?!])[\"')]*\s+")
TOKEN = re.compile(r"[a-z][a-z0-9]*(?:'[a-z]+)?|\d+(?:[.,:/]\d+)*|%")
ENDINGS = re.compile(r"'(?:s|re|ll|ve|d|m)$")
DOUBLED = re.compile(r"([bdgmnprt])\1$")


@cache
def table(name: str) -> Mapping[str, Any]:
    """One part of guard.toml, read once."""
    text = files("actions.rephrasing").joinpath("guard.toml").read_text(encoding="utf-8")
    part: Mapping[str, Any] = tomllib.loads(text)[name]
    return part


def sentences(text: str) -> list[str]:
    """ "5.9" ends no sentence."""
    return [each for each in SENTENCE_END.split(" ".join(text.split())) if each]


def same(text: str) -> str:
    """A sentence as it is compared letter for letter: case, quotes and spaces do not count."""
    return " ".join(fold(text).split())


def tokens(text: str) -> list[str]:
    return TOKEN.findall(fold(text))


@cache
def stem(word: str) -> str:
    """ "levels" and "level", "raised" and "raises" are one: enough for comparing, not for reading."""
    word = ENDINGS.sub("", word)
    if word.endswith("n't") or len(word) <= 3:
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif re.search(r"(?:s|x|z|ch|sh)es$", word):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = DOUBLED.sub(r"\1", word[: -len(ending)])
            break
    return word[:-1] if word.endswith("e") and len(word) > 3 else word


def stems(text: str) -> list[str]:
    return [stem(token) for token in tokens(text)]


@cache
def listed(name: str, key: str = "words") -> frozenset[str]:
    """Stems of a list in guard.toml, whether written as a list or as running words."""
    words = table(name)[key]
    return frozenset(stem(word) for word in (words.split() if isinstance(words, str) else words))


def negates(token: str) -> bool:
    """ "isn't" as well as "not"."""
    return token.endswith("n't") or token in table("negations")["words"]


def is_number(token: str) -> bool:
    return token[0].isdigit()


def content(text: str) -> list[str]:
    """Stems that say something: no joining words, no bare numbers."""
    small = listed("allowed")
    return [
        stem(token)
        for token in tokens(_without_phrases(text))
        if not is_number(token) and token not in ("%",) and stem(token) not in small and not negates(token)
    ]


def _without_phrases(text: str) -> str:
    folded = same(text)
    for phrase in table("allowed")["phrases"]:
        folded = re.sub(rf"\b{re.escape(phrase)}\b", " ", folded)
    return folded


def numbers(text: str) -> set[tuple[str, str]]:
    """Each number with the unit right after it, "" where none is: {("8", "%"), ("two", "week")}."""
    found = tokens(text)
    units, words = listed("unit_words"), table("number_words")["words"]
    pairs = set()
    for token, after in zip(found, [*found[1:], ""], strict=True):
        if is_number(token) or token in words:
            pairs.add((token, stem(after) if stem(after) in units else ""))
    return pairs

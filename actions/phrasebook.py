"""Phrases found by whole words, whatever their case: "is it bad" is in "Is it BAD??", not in "badly"."""

from functools import cache

import spacy
from spacy.matcher import PhraseMatcher

from actions.voice import table

LONGEST = 2_000  # characters looked at: a question stands at the beginning or is short


@cache
def _matchers() -> tuple[spacy.language.Language, dict[str, PhraseMatcher]]:
    """spaCy's English tokenizer, and a matcher for each list of `words/phrases.toml`."""
    tokenize = spacy.blank("en")
    lists = {name: phrases for name, phrases in table("phrases").items() if isinstance(phrases, list)}
    made = {}
    for name, phrases in lists.items():
        made[name] = PhraseMatcher(tokenize.vocab, attr="LOWER")
        made[name].add(name, [tokenize.make_doc(phrase) for phrase in phrases])
    return tokenize, made


def says(name: str, text: str) -> bool:
    """Whether the text holds one of the phrases of a list: `says("asks_advice", "Should I take two?")`."""
    tokenize, matchers = _matchers()
    return bool(matchers[name](tokenize.make_doc(text[:LONGEST].replace("’", "'"))))

"""A person's exact words: kept storable, and found again where they were said."""

import re
from typing import NamedTuple

_STRAIGHT = str.maketrans("‘’‛`´“”„‟", "'''''\"\"\"\"")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Span(NamedTuple):
    """Where a quote stands in a message, and the words exactly as they stand there."""

    start: int
    end: int
    quote: str


def storable(text: str) -> str:
    """The text with what no database can hold (NUL, half a character) shown as U+FFFD, same length."""
    return _UNSTORABLE.sub("�", text)


def find_quote(message: str, quote: str, start: int | None = None, end: int | None = None) -> Span | None:
    """The quote as it stands in the message, None when the person did not say it.

    "i cant  sleep" is found in "I cant sleep": spacing, case and the shape of quote marks may
    differ, words may not. What is returned is always the message's own text.
    """
    if start is not None and end is not None and 0 <= start < end and message[start:end] == quote:
        return Span(start, end, quote)
    words = quote.translate(_STRAIGHT).split()
    if not words:
        return None
    pattern = r"\s+".join(re.escape(word) for word in words)
    found = re.search(pattern, message.translate(_STRAIGHT), re.IGNORECASE)
    return Span(*found.span(), message[slice(*found.span())]) if found else None

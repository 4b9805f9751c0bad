"""Who speaks: a patient of themselves, or someone writing for them; and when the phone is handed back."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from listening.stories.context import same_person
from listening.stories.patterns import expand
from listening.stories.rulebook import names_table
from listening.stories.words import plain


@cache
def _table() -> dict[str, Any]:
    return tomllib.loads((Path(__file__).parent / "voices.toml").read_text(encoding="utf-8"))


@cache
def _wordings(kind: str) -> tuple[re.Pattern[str], ...]:
    names = names_table()
    return tuple(re.compile(expand(wording, names)) for wording in _table()[kind])


def speaks_for(text: str) -> str | None:
    """Whom the writer speaks for ("mother"), or None when they speak for themselves.

    >>> speaks_for("I'm writing for my mother, she is 79 and doesn't text")
    'mother'
    """
    said = plain(text).text
    for wording in _wordings("speaks-for"):
        if match := wording.search(said):
            named = match.groupdict()
            return named.get("who") or named.get("whose") or ""
    return None


def speaks_self(text: str, person: str = "") -> bool:
    """Whether the one who was written for, `person` ("mother"), says that they write themselves now.

    A daughter's "it's me again, not my mother" is no such word: nothing she tells may become her mother's.

    >>> speaks_self("it's me again, not my daughter", "mother"), speaks_self("it's me, not my mom", "mother")
    (True, False)
    """
    said = plain(text).text
    for wording in _wordings("speaks-self"):
        if match := wording.search(said):
            gone = match.groupdict().get("not") or ""
            return not (gone and alike(gone, person))
    return False


def alike(word: str, other: str) -> bool:
    """Whether two words name the same person to someone: "mom" and "mother"."""
    return other in same_person(word)


def writes_for(text: str, before: str | None) -> str | None:
    """Whom the writer of a message speaks for, where the one before spoke for `before`; None: for themselves.

    >>> writes_for("this is Ana herself now", "mother"), writes_for("she is so lonely", "mother")
    (None, 'mother')
    """
    told = speaks_for(text)
    if told is not None:
        return told or before or "loved one"
    return None if before and speaks_self(text, before) else before

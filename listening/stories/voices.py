"""Who speaks: a patient of themselves, or someone writing for them."""

import re
import tomllib
from functools import cache
from pathlib import Path

from listening.stories.patterns import expand
from listening.stories.rulebook import names_table
from listening.stories.words import plain


@cache
def _wordings() -> tuple[re.Pattern[str], ...]:
    names = names_table()
    table = tomllib.loads((Path(__file__).parent / "voices.toml").read_text(encoding="utf-8"))
    return tuple(re.compile(expand(wording, names)) for wording in table["speaks-for"])


def speaks_for(text: str) -> str | None:
    """Whom the writer speaks for ("mother"), or None when they speak for themselves.

    >>> speaks_for("I'm writing for my mother, she is 79 and doesn't text")
    'mother'
    """
    said = plain(text).text
    for wording in _wordings():
        if match := wording.search(said):
            named = match.groupdict()
            return named.get("who") or named.get("whose") or ""
    return None

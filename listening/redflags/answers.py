"""A bare yes or no after a direct question: what a doubt becomes once the person has answered it."""

import re
from functools import cache
from typing import Literal

from listening.normalise import fold
from listening.redflags.tables import table
from listening.redflags.types import RedFlag, Screening

Answer = Literal["yes", "no"]
RULE = "answered-yes"
_NOT_WORDS = re.compile(r"[^\w\s]+")


def answer(text: str) -> Answer | None:
    """What a whole message answers, if it is no more than an answer. Unsure is a yes.

    >>> answer("Yes."), answer("a little"), answer("No, I'm ok"), answer("no chest pain since noon")
    ('yes', 'yes', 'no', None)
    """
    return _known().get(_bare(text))


def confirmed(kind: str, text: str) -> Screening:
    """The danger that was asked about, now that the person has said yes to it."""
    row = table("kinds.toml")["kinds"][kind]
    flag = RedFlag(kind, row["level"], text, 0, len(text), "patient", RULE, row["source"])
    return Screening(flag.level, (flag,))


@cache
def _known() -> dict[str, Answer]:
    rows: dict[Answer, list[str]] = table("answers.toml")["answers"]
    return {_bare(words): name for name, each in rows.items() for words in each}


def _bare(text: str) -> str:
    return " ".join(_NOT_WORDS.sub("", fold(text).casefold()).split())

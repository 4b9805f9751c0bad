"""Whether someone asks for a number, and for what: "is there a food bank I can call?"."""

import re
from functools import cache
from typing import Any

from actions.turn import Turn
from actions.voice import table
from clinical.folding import fold

WORDS = "resources"
ALONE = ""  # a number is asked for, and nothing says for what
LONGEST = 30  # words: a longer message is a story, in which the need is heard


def wanted(turn: Turn) -> str | None:
    """The need a number is asked for, ALONE where none is named; None where nobody asks for one."""
    text = fold(turn.text).strip(" .!?")
    rows = table(WORDS)["wants"]
    if text in rows["alone"]:
        return ALONE
    asks = len(text.split()) <= LONGEST and holds(rows["keywords"], text)
    if turn.results or turn.named or not asks:
        return None
    return named(text) or heard(turn)


def named(text: str) -> str | None:
    """The need a text names in plain words: "rides" is getting around."""
    folded = fold(text)
    found = [row["code"] for row in table(WORDS)["need"] if holds(row["keywords"], folded)]
    return found[0] if found else None


def heard(turn: Turn) -> str | None:
    """The need told in this very message."""
    topics = table(WORDS)["topic"]
    return next((each.code for each in turn.hearing.items if each.counts and each.code in topics), None)


def holds(phrases: list[str], text: str) -> bool:
    """Whether the folded text holds one of the phrases as whole words."""
    return bool(_pattern(tuple(phrases)).search(text))


@cache
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    said = "|".join(re.escape(fold(each)) for each in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{said})(?!\w)")


def topic(need: str) -> str:
    """What a need is called in a question."""
    names: dict[str, Any] = table(WORDS)["topic"]
    return str(names[need])

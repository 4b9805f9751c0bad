"""The small language of the rules: plain words, `(this|that)`, `~3` for up to three words, `{names}`."""

import re
import tomllib
from functools import cache
from pathlib import Path
from re import _constants, _parser  # type: ignore[attr-defined]
from typing import Any

GAP = r"(?:[^ .!?;]+ ){0,%s}"
_NAMED = re.compile(r"\{([a-z][a-z-]*)\}")
_WORDS = re.compile(r"[a-z]{3,}")


def expand(pattern: str, names: dict[str, str]) -> str:
    """A rule's wording as a regular expression over plain words.

    >>> expand("skip ~2 meals", {})
    '(?<![^ ])(?:skip (?:[^ .!?;]+ ){0,2}meals)(?:(?<= )|(?= ))'
    """
    for _ in range(4):
        pattern = _NAMED.sub(lambda found: f"({names[found.group(1)]})", pattern)
    pattern = re.sub(r"~(\d+) ", lambda found: GAP % found.group(1), pattern)
    pattern = pattern.replace("( |$)", "(?= )")
    pattern = re.sub(r" ~\d+(?=$|[)|])", "", pattern)  # a gap that leads nowhere
    pattern = re.sub(r"\((?!\?)", "(?:", pattern)
    return f"(?<![^ ])(?:{pattern})(?:(?<= )|(?= ))"


@cache
def table_words(name: str) -> frozenset[str]:
    """A list of `words.toml`: `everyday`, so common that a search for them saves nothing; `spanish`."""
    table = tomllib.loads((Path(__file__).parent / "words.toml").read_text(encoding="utf-8"))
    return frozenset(table[name])


@cache
def compile(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def vocabulary(patterns: list[str]) -> frozenset[str]:
    """Every word the rules look for: what a slip of the thumb is read as."""
    found: set[str] = set()
    for pattern in patterns:
        if not re.search(r"[a-z][?*+]", re.sub(r"\)\?|\]\?", "", pattern)):
            found.update(_WORDS.findall(pattern))
        else:
            cleaned = re.sub(r"[a-z]+[?*+]\S*", " ", pattern)
            found.update(_WORDS.findall(cleaned))
    return frozenset(found)


def anchors(pattern: str) -> tuple[str, ...]:
    """Strings of which at least one stands in every match, or () where none can be named.

    They let most rules be passed over without running them: a message costs a few milliseconds.
    """
    best = _required(list(_parser.parse(pattern)))
    return tuple(sorted(best)) if best and min(map(len, best)) >= 3 else ()


def _required(items: list[Any]) -> set[str]:
    """The rarest set of alternatives in a sequence of parsed parts."""
    candidates: list[set[str]] = []
    run = ""
    for op, value in [*items, (None, None)]:
        if op is _constants.LITERAL:
            run += chr(value)
            continue
        if run.strip():
            candidates.append({run.strip()})
        run = ""
        inner = _inner(op, value)
        if inner:
            candidates.append(inner)
    return min(candidates, key=_commonness, default=set())


def _commonness(found: set[str]) -> float:
    """How often any of these strings may be expected in a message: short and everyday words most."""
    everyday = table_words("everyday")
    return sum(3.0 if len(word) < 3 or word in everyday else 4.0 / len(word) ** 2 for word in found)


def _inner(op: Any, value: Any) -> set[str]:
    if op is _constants.SUBPATTERN:
        return _required(list(value[3]))
    if op is _constants.MAX_REPEAT and value[0] >= 1:
        return _required(list(value[2]))
    if op is _constants.BRANCH:
        found = [_required(list(branch)) for branch in value[1]]
        return set().union(*found) if all(found) else set()
    return set()

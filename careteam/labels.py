"""Plain words for codes, from one table."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("labels.toml")


@cache
def table() -> Mapping[str, Mapping[str, str]]:
    """Every group of labels; read at first use."""
    return tomllib.loads(TABLE.read_text("utf-8"))


def label(group: str, code: str | None) -> str:
    """What a code is called; one without a label is shown as its own words, never hidden.

    The level stands beside a flag, so that "soon-lab" reads "Soon: Lab".
    """
    if code is None:
        return ""
    return (
        table()[group].get(code)
        or code.removeprefix("soon-").replace("-", " ").replace("_", " ").capitalize()
    )


def not_judged(rule: str | None) -> str:
    """Why a result was not judged: the rule "not-judged:no-unit" says "no unit was given"."""
    reasons = table()["not-judged"]
    return reasons.get((rule or "").partition(":")[2], reasons["any"])


def asked_about() -> dict[str, str]:
    """The needs whose silence is worth saying, by domain."""
    return {code: words for code, words in table()["asked-about"].items() if code != "source"}

"""Plain words for codes, from one table."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from clinical.catalogue import load

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
    if group == "flag" and code.startswith("result-"):
        analyte = load().get(code.removeprefix("result-"))
        return f"{analyte.name if analyte else code.removeprefix('result-').capitalize()} result"
    return (
        table()[group].get(code)
        or code.removeprefix("soon-").replace("-", " ").replace("_", " ").capitalize()
    )


def not_judged(rule: str | None) -> str:
    """Why a result was not judged: the rule "not-judged:no-unit" says "no unit was given"."""
    reasons = table()["not-judged"]
    return reasons.get((rule or "").partition(":")[2], reasons["any"])

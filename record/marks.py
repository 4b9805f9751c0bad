"""A laboratory's own mark on a result ("H", "*HI*", "Critical low") as an interpretation code."""

import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources

SEVEREST_FIRST = ("HH", "LL", "AA", "H", "L", "A", "N")


@cache
def _table() -> dict[str, str]:
    document = tomllib.loads(resources.files("record").joinpath("flags.toml").read_text("utf-8"))
    return {
        mark.casefold(): code
        for section in document.values()
        for mark, code in section.items()
        if mark != "source"
    }


def read(marks: Iterable[str | None]) -> str | None:
    """The severest of several marks, None where none of them is known."""
    found = {_table().get((mark or "").strip().strip("*()[]").strip().casefold()) for mark in marks}
    return next((code for code in SEVEREST_FIRST if code in found), None)

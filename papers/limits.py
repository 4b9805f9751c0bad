"""How much of a paper is looked at, from `limits.toml`."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """One part of the limits: `table("most")["bytes"]`."""
    found: dict[str, Any] = tomllib.loads(files("papers").joinpath("limits.toml").read_text("utf-8"))[name]
    return found


def most(name: str) -> int:
    """The most there may be of something: `most("pages")`."""
    return int(table("most")[name])

"""The tables this room's rules stand in, each read once."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The rows of `<name>.toml` beside this file."""
    return tomllib.loads((resources.files(__name__) / f"{name}.toml").read_text("utf-8"))

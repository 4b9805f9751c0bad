"""The tables of this room, read once when first asked for."""

import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """A table by its file name. Callers do not change what they are given."""
    path = files(__name__).joinpath(*name.split("/"))
    return tomllib.loads(path.read_text(encoding="utf-8"))


def rule_tables() -> list[str]:
    names = (path.name for path in files(__name__).joinpath("rules").iterdir())
    return sorted(f"rules/{name}" for name in names if name.endswith(".toml"))

"""What is done about a text that did not arrive, by Twilio's error code: policy, read from its table."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, get_args

TABLE = Path(__file__).with_name("errors.toml")
Do = Literal["retry", "wait", "stop", "owner", "task"]


@dataclass(frozen=True)
class Policy:
    """One code's row."""

    code: int
    meaning: str
    do: Do
    source: str
    after_minutes: float = 0.0
    times: int = 0

    def __post_init__(self) -> None:
        if self.do not in get_args(Do):
            raise ValueError(f"errors.toml: {self.code}: {self.do} is nothing that can be done")

    @property
    def seconds(self) -> float:
        return self.after_minutes * 60


@cache
def table() -> Mapping[int, Policy]:
    """Every code with a policy of its own."""
    return {row["code"]: Policy(**row) for row in tomllib.loads(TABLE.read_text("utf-8"))["code"]}


def policy(code: str | int | None) -> Policy:
    """What is done about this code; one that is not known tells a person."""
    number = int(code) if code is not None and str(code).isdigit() else 0
    return table().get(number) or Policy(
        number, "not in our table", "task", "https://www.twilio.com/docs/api/errors"
    )

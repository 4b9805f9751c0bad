"""What is sent to the language model: fixed instructions, and the answer as data."""

import json
import tomllib
from functools import cache
from importlib.resources import files

from actions.rephrasing.draft import Draft
from actions.rephrasing.masking import Masked
from actions.rephrasing.reader import Reader

BETWEEN = "\n"  # no sentence of ours holds one


@cache
def system() -> str:
    text = files("actions.rephrasing").joinpath("prompt.toml").read_text(encoding="utf-8")
    return str(tomllib.loads(text)["system"]).strip()


def request(draft: Draft, masked: Masked, reader: Reader) -> str:
    """The answer as JSON: what a patient wrote can end no string and open no instruction."""
    lines = [
        {"text": text, "keep": line.kind == "kept"}
        for text, line in zip(masked.text.split(BETWEEN), draft.lines, strict=True)
    ]
    return json.dumps(
        {"lines": lines, "grade": reader.grade, "channel": reader.channel, "longest": draft.longest,
         "their_words": reader.words},
    )  # fmt: skip


def to_mask(draft: Draft) -> str:
    """The lines as one text, so that the same name gets the same stand-in in all of them."""
    return BETWEEN.join(line.text.replace(BETWEEN, " ") for line in draft.lines)

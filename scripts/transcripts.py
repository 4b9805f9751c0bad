"""The running system holds the talks of docs/transcripts/talks.toml; what is said becomes a page each.

Run from the root: `.venv/app/bin/python -m scripts.transcripts`.
"""

import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evaluation.case import Case
from evaluation.runner import Runner
from kith.stack import throwaway_stack
from tests.conversations.days import set_back

FOLDER = Path(__file__).parents[1] / "docs" / "transcripts"
NOTE = "*Made by the running system (`python -m scripts.transcripts`). Nobody here is real.*"


def main() -> int:
    """One throw-away Kith for all of them, each with a person of their own who meets the welcome too."""
    talks = tomllib.loads((FOLDER / "talks.toml").read_text(encoding="utf-8"))["talk"]
    with throwaway_stack() as stack:
        runner = Runner(stack)
        for talk in talks:
            lines = "\n".join(held(runner, talk))
            (FOLDER / f"{talk['name']}.md").write_text(f"{lines}\n", encoding="utf-8")
    return 0


def held(runner: Runner, talk: dict[str, Any]) -> Iterator[str]:
    """The page of one talk."""
    made = runner.new_patient(Case(talk["name"], say=("by text",), formalities=True))
    yield from (f"# {talk['title']}", "", NOTE, "")
    for turn in talk["says"]:
        words = turn if isinstance(turn, str) else turn["says"]
        if not isinstance(turn, str):
            set_back(runner.settings.database_url, made["patient_id"], turn["after_days"])
            yield from (f"*{turn['after_days']} days later.*", "")
        replies, _ = runner.exchange(words, made)
        yield from (f"**>** {words}", "")
        for reply in replies:
            yield from (f"> {line}" for line in reply.splitlines())
            yield ""


if __name__ == "__main__":
    sys.exit(main())

"""The six transcripts of docs/transcripts read as the rubric wants, whoever wrote to Kith."""

import tomllib
from pathlib import Path

import pytest

from tests.conversations import rubric
from tests.conversations.rubric import Turn

FOLDER = Path(__file__).parents[2] / "docs" / "transcripts"
PAGES = sorted(FOLDER.glob("*.md"))


def turns_of(page: Path) -> list[Turn]:
    """A page back into what was said and what came back."""
    turns: list[tuple[str, list[str]]] = []
    for line in page.read_text(encoding="utf-8").splitlines():
        if line.startswith("**>** "):
            turns.append((line.removeprefix("**>** "), []))
        elif line.startswith("> "):
            turns[-1][1].append(line.removeprefix("> "))
    return [(said, tuple(replies)) for said, replies in turns]


def test_there_is_a_page_for_each_talk_with_all_that_was_said() -> None:
    talks = tomllib.loads((FOLDER / "talks.toml").read_text(encoding="utf-8"))["talk"]
    assert len(talks) == 6
    assert {page.stem for page in PAGES} == {talk["name"] for talk in talks}
    for talk in talks:
        says = [turn if isinstance(turn, str) else turn["says"] for turn in talk["says"]]
        assert [said for said, _ in turns_of(FOLDER / f"{talk['name']}.md")] == says


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_transcript_holds_the_rubric(page: Path) -> None:
    assert rubric.broken(turns_of(page)) == []

"""Questions people ask, in words the articles do not use: found, or honestly not known."""

import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from knowledge.library import Library

QUESTIONS: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "questions.toml").read_text())[
    "question"
]
TABLE = tomllib.loads(files("knowledge").joinpath("retrieval.toml").read_text())
LEAST = TABLE["least"]


def share(questions: list[dict[str, Any]], holds: Callable[[dict[str, Any]], bool]) -> float:
    return sum(holds(each) for each in questions) / len(questions)


def about(which: str, *, on_topic: bool) -> list[dict[str, Any]]:
    return [each for each in QUESTIONS if each["set"] == which and bool(each["article"]) is on_topic]


def test_there_are_enough_questions_of_each_kind() -> None:
    assert len(about("held", on_topic=True)) >= 150
    assert len(about("held", on_topic=False)) >= 100
    assert len(about("tuned", on_topic=True)) >= 40


@pytest.mark.parametrize("which", ["tuned", "held"])
def test_questions_in_other_words_find_the_article(library: Library, which: str) -> None:
    found = {
        each["ask"]: [p.stem for p in library.nearest(each["ask"], 3)] for each in about(which, on_topic=True)
    }
    first = share(about(which, on_topic=True), lambda q: found[q["ask"]][0] in q["article"])
    third = share(about(which, on_topic=True), lambda q: bool(set(found[q["ask"]]) & set(q["article"])))
    print(f"{which}: top-1 {first:.3f}, top-3 {third:.3f} of {len(found)}")
    assert first >= LEAST[f"{which}_top1"]
    assert third >= LEAST[f"{which}_top3"]


@pytest.mark.parametrize("which", ["tuned", "held"])
def test_off_topic_questions_are_not_answered_and_the_others_are(library: Library, which: str) -> None:
    off = share(about(which, on_topic=False), lambda q: not library.search(q["ask"]))
    on = share(about(which, on_topic=True), lambda q: bool(library.search(q["ask"])))
    print(f"{which}: abstains on {off:.3f} of off-topic questions, answers {on:.3f} of the others")
    assert off >= LEAST["abstained"]
    assert on >= LEAST["answered"]

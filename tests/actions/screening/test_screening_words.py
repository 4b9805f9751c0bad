"""A form in the conversation: its words unchanged, its place in the story, its task."""

import pytest

from actions import story
from actions.screening.asking import how, published, task
from actions.screening.state import Round, lately
from actions.voice import Clinic, Voice, table
from clinical.screeners import load

ITEMS = [(form, item) for form in load() for item in form.items]


@pytest.mark.parametrize(("form", "item"), ITEMS, ids=[f"{f.id}/{i.id}" for f, i in ITEMS])
def test_the_published_words_are_said_whole_with_their_source(form, item) -> None:  # type: ignore[no-untyped-def]
    sentences = published(item)
    said = " ".join(sentence.text for sentence in sentences)
    assert item.stem in said
    assert item.text in said
    assert {sentence.source for sentence in sentences} == {item.source}


class Anyone:
    """As much of a turn as the words around an item need."""

    voice = Voice(Clinic("Riverbend", "555-0100"))


@pytest.mark.parametrize(("form", "item"), ITEMS, ids=[f"{f.id}/{i.id}" for f, i in ITEMS])
def test_every_published_answer_is_read_out_and_it_can_be_passed(form, item) -> None:  # type: ignore[no-untyped-def]
    said = " ".join(sentence.text for sentence in how(Anyone(), item))  # type: ignore[arg-type]
    assert all(option.text in said for option in item.options)
    assert said.endswith("Or SKIP.")


def test_a_form_stands_for_questions_the_story_has() -> None:
    stands_for = {item.story for form in load() for item in form.items if item.story}
    assert stands_for <= {item.id for item in story.items()}
    known = {form.id.replace("-", "_") for form in load()}
    assert set(table("screening")["permission"]) == known | {"clinic"}


def test_permission_is_asked_in_one_question() -> None:
    for lines in table("screening")["permission"].values():
        assert all(line.count("?") == 1 and "YES or NO" in line for line in lines)


@pytest.mark.parametrize(
    ("points", "priority"), [(2, None), (3, "routine"), (4, "routine"), (5, "urgent"), (6, "urgent")]
)
@pytest.mark.parametrize("name", ["phq-2", "gad-2"])
def test_the_task_a_score_opens(name: str, points: int, priority: str | None) -> None:
    form = next(each for each in load() if each.id == name)
    found = task(Round(form, "asking", "m1"), points)
    assert [each["priority"] for each in found] == ([priority] if priority else [])
    assert all(f"score {points} of 6" in each["description"] for each in found)


def test_a_form_without_a_score_opens_none() -> None:
    assert task(Round(load()[2], "asking", "m1"), 6) == ()


@pytest.mark.parametrize(
    ("then", "expected"),
    [(None, False), ("2026-03-09T15:00:00.000000Z", True), ("2026-03-08T13:59:00.000000Z", False)],
)
def test_a_word_said_days_later_answers_nothing(then: str | None, expected: bool) -> None:
    assert lately(then, "2026-03-09T14:00:00.000000Z") is expected

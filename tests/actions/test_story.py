"""The order of the story and the size of a page."""

import pytest

from actions import story
from actions.paging import SMS_PAGE, split
from clinical.wording import Sentence

NOTE = Sentence("Text MORE to read on.", "more")


def lines(*texts: str) -> list[Sentence]:
    return [Sentence(text, "test") for text in texts]


def test_a_short_answer_is_one_page_without_a_note() -> None:
    page, rest = split(lines("Hello.", "Bye."), 100, NOTE)
    assert [each.text for each in page] == ["Hello.", "Bye."]
    assert rest == []


def test_a_sentence_is_never_cut_and_nothing_is_lost() -> None:
    given = lines(*(f"This is sentence number {number} of many." for number in range(20)))
    pages, rest = [], given
    while rest:
        page, rest = split(rest, SMS_PAGE, NOTE)
        pages.append(page)
        assert len(" ".join(each.text for each in page)) <= SMS_PAGE
    told = [each.text for page in pages for each in page if each is not NOTE]
    assert told == [each.text for each in given]


def test_a_sentence_longer_than_a_page_stands_alone() -> None:
    page, rest = split(lines("x" * 400, "short"), SMS_PAGE, NOTE)
    assert len(page[0].text) == 400
    assert [each.text for each in rest] == ["short"]


def test_every_question_of_the_story_has_a_name_of_its_own() -> None:
    names = [item.id for item in story.items()]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("item", story.items(), ids=lambda item: item.id)
def test_a_question_asks_one_thing_at_a_time(item: story.Item) -> None:
    for words in (item.question, item.other, item.permission):
        assert words is None or words.count("?") <= 1

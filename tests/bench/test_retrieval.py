"""The figures of finding are counted right: a place, a share, and a threshold chosen by one rule for all."""

import pytest

from bench.retrieval import Finder, Question, lowest_silent, rank, read_questions, row_of, rows_of, table

ASKED = [
    Question("sugar?", "tuned", 1, ("a1c",)),
    Question("salt?", "tuned", 1, ("sodium", "potassium")),
    Question("weather?", "tuned", 1, ()),
    Question("gland?", "held", 1, ("tsh",)),
    Question("bus?", "held", 1, ()),
    Question("lump?", "held", 3, ("ca-125", "afp")),
    Question("joke?", "held", 3, ()),
]
FOUND = {
    "sugar?": [("a1c", 0.9), ("glucose", 0.5)],
    "salt?": [("chloride", 0.6), ("potassium", 0.5)],
    "weather?": [("lead", 0.4)],
    "gland?": [("ck", 0.3), ("ast", 0.2), ("alt", 0.2), ("tsh", 0.1)],
    "bus?": [("lead", 0.5)],
    "lump?": [("cea", 0.6), ("esr", 0.5), ("crp", 0.5), ("afp", 0.4)],
    "joke?": [("lead", 0.3)],
}
FIND: Finder = FOUND.__getitem__


@pytest.mark.parametrize(
    ("stems", "right", "place"),
    [(["a", "b"], ("a",), 1), (["a", "b"], ("b", "c"), 2), (["a", "b"], ("c",), 0), ([], ("a",), 0)],
)
def test_rank(stems: list[str], right: tuple[str, ...], place: int) -> None:
    assert rank([(stem, 0.0) for stem in stems], right) == place


def test_the_threshold_is_just_above_the_best_off_topic_question_of_the_tuned_set() -> None:
    least = lowest_silent(FOUND, ASKED)
    assert 0.4 < least < 0.41


def test_one_off_topic_question_in_twenty_may_be_answered() -> None:
    asked = [Question(f"{number}", "tuned", 1, ()) for number in range(20)]
    found = {f"{number}": [("lead", number / 100)] for number in range(20)}
    assert 0.18 <= lowest_silent(found, asked) < 0.19
    del found["0"]
    assert 0.19 <= lowest_silent(found, asked[1:]) < 0.20


def test_a_row_of_each_set() -> None:
    tuned, held, last = rows_of("ours", FIND, ASKED, None)
    assert (tuned.questions, tuned.top1, tuned.top3, tuned.top5, tuned.mrr) == (2, 0.5, 1.0, 1.0, 0.75)
    assert (tuned.answered, tuned.off_topic, tuned.refused) == (1.0, 1, 1.0)
    assert (held.questions, held.top1, held.top3, held.top5, held.mrr) == (2, 0.0, 0.0, 1.0, 0.25)
    assert (held.answered, held.off_topic, held.refused) == (0.5, 2, 0.5)
    assert (last.set, last.questions, last.answered, last.refused) == ("lot 3", 1, 1.0, 1.0)


def test_a_threshold_of_its_own_is_used_as_it_is() -> None:
    row = row_of("ours", "tuned", FOUND, ASKED[:3], 0.7)
    assert (row.answered, row.refused, row.threshold) == (0.5, 1.0, 0.7)


def test_the_table_names_every_way_and_set() -> None:
    lines = table(rows_of("ours", FIND, ASKED, None)).splitlines()
    assert len(lines) == 4
    for line, which in zip(lines[1:], ("tuned", "held", "lot 3"), strict=True):
        assert which in line


def test_there_are_questions_enough_to_tell() -> None:
    asked = read_questions()
    assert len([each for each in asked if each.article]) >= 370
    assert len([each for each in asked if not each.article]) >= 160
    assert {each.lot for each in asked if each.set == "tuned"} == {1}
    assert {each.lot for each in asked if each.set == "held"} == {1, 3}
    for on_topic in (True, False):
        lot = [each for each in asked if bool(each.article) is on_topic]
        assert len([each for each in lot if each.set == "held"]) >= len(lot) / 3

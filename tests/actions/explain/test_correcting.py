"""A number said after a result: a correction overwrites, and nothing else does."""

from collections.abc import Callable
from typing import Any

import pytest

from actions.reply import Reply
from record.tables import flag, observation
from tests.actions.explain.conftest import Writer

Meet = Callable[..., Writer]


def text(reply: Reply) -> str:
    return "\n".join(said.text for said in reply.said)


def standing(someone: Writer) -> list[tuple[str, str, str]]:
    """Whose, which test and what value, of every result that was not taken back."""
    rows = [row for row in someone.rows(observation) if row.status == "final"]
    return sorted((row.subject, row.analyte, row.value) for row in rows)


def potassium(value: str) -> list[tuple[str, str, str]]:
    return [("patient", "potassium", value)]


def after(meet: Meet, first: str, then: str, **more: Any) -> tuple[Writer, str]:
    someone = meet()
    someone.says(first)
    return someone, text(someone.says(then, guess="correct_result", **more))


@pytest.mark.parametrize(
    "says",
    [
        "it was 4.2 last year", "the doctor wants it at 4.5", "can i come at 3", "he is 4 years old",
        "my goal is 4.5", "sorry i missed 3 pills", "actually it was 4.2 last year", "4.2 a year ago",
        "is 5.0 ok", "is 5.4 good", "what about 4.5?", "should it be under 5", "is it 4.9?", "4.5 ok?",
        "4.9", "its 4.9", "it is 4.9 now",
    ],
)  # fmt: skip
def test_what_is_no_correction_overwrites_nothing(meet: Meet, says: str) -> None:
    someone, said = after(meet, "my potassium is 5.9", says)
    assert standing(someone) == potassium("5.9")
    assert "I fixed that" not in said


@pytest.mark.parametrize(
    "says",
    [
        "sorry 4.9", "i meant 4.9", "no its 4.9", "no 4.9", "typo, 4.9", "that's not right it's 4.9",
        "4.9 not 5.9", "4.9, not 5.9", "*4.9", "i read it wrong, it's 4.9", "sorry 4.9, is that ok?",
        "sorry 4,9", "correction, potassium 4.9",
    ],
)  # fmt: skip
def test_a_correction_takes_the_place_of_the_number(meet: Meet, says: str) -> None:
    someone, said = after(meet, "my potassium is 5.9", says)
    assert standing(someone) == potassium("4.9")
    assert "Now I have Potassium as 4.9" in said


def test_what_was_never_so_is_no_change(meet: Meet) -> None:
    _, said = after(meet, "my potassium is 5.9", "sorry 4.9")
    assert "It was 5.9" not in said
    assert "It went down" not in said


@pytest.mark.parametrize(
    ("asks", "verdict"),
    [
        ("is 5.0 ok", "Potassium 5.0 is in range"),
        ("what about 5.4?", "Potassium 5.4 is high"),
        ("is 4.9 better", "Potassium 4.9 is in range"),
    ],
)
def test_a_number_asked_about_is_answered_and_not_kept(meet: Meet, asks: str, verdict: str) -> None:
    someone, said = after(meet, "my potassium is 5.9", asks)
    assert said.startswith(verdict)
    assert "I still have Potassium as 5.9" in said
    assert standing(someone) == potassium("5.9")


def test_a_dangerous_number_asked_about_says_what_to_do_if_it_is_theirs(meet: Meet) -> None:
    someone, said = after(meet, "my potassium is 4.1", "is 7.2 bad")
    assert "If 7.2 is your number now: This can be dangerous. Call 911" in said
    assert someone.tasks() == []


def test_a_number_that_may_be_either_is_asked_after(meet: Meet) -> None:
    someone, said = after(meet, "my potassium is 5.9", "its 4.9")
    assert "If so, text: 4.9, not 5.9." in said
    someone.says("4.9, not 5.9")
    assert standing(someone) == potassium("4.9")


def test_a_pressing_number_that_may_be_either_is_kept_beside_the_old_one(meet: Meet) -> None:
    someone, said = after(meet, "my potassium is 4.1", "its 7.1")
    assert "Call 911" in said
    assert standing(someone) == [*potassium("4.1"), *potassium("7.1")]
    assert someone.tasks() == ["review-result"]


@pytest.mark.parametrize("says", ["sorry its 7.1", "correction, potassium 7.1"])
def test_a_correction_to_a_critical_value_calls_the_care_team_once(meet: Meet, says: str) -> None:
    someone, said = after(meet, "potassium 4.1", says)
    assert "Call 911" in said
    assert [(row.level, row.code) for row in someone.rows(flag)] == [("emergency", "result-potassium")]
    assert someone.tasks() == ["review-result"]


def test_the_test_that_is_named_is_the_one_set_right(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    someone.says("my sodium is 138")
    someone.says("correction, my potassium is 4.9", guess="correct_result")
    assert standing(someone) == [("patient", "potassium", "4.9"), ("patient", "sodium", "138")]


def test_a_result_of_last_year_named_anew_replaces_nothing(meet: Meet) -> None:
    someone, _ = after(meet, "my potassium is 5.9", "my potassium was 4.2 last year")
    assert ("patient", "potassium", "5.9") in standing(someone)


def test_another_persons_result_set_right_stays_theirs(meet: Meet) -> None:
    someone, _ = after(meet, "my husband's creatinine is 2.4", "sorry 1.4")
    assert standing(someone) == [("husband", "creatinine", "1.4")]


def test_a_question_about_the_number_told_keeps_it(meet: Meet) -> None:
    someone, said = after(meet, "my potassium is 5.9", "is 5.9 really bad")
    assert "setting that straight" not in said
    assert standing(someone) == potassium("5.9")


def test_his_next_result_is_his_too(meet: Meet) -> None:
    someone = meet()
    someone.says("my husband's creatinine is 2.4")
    someone.says("and his potassium is 5.7")
    assert standing(someone) == [("husband", "creatinine", "2.4"), ("husband", "potassium", "5.7")]


@pytest.mark.parametrize("says", ["her potassium is 5.7", "he wants to know if my potassium 5.7 is bad"])
def test_no_her_is_a_husband_and_my_is_the_writer(meet: Meet, says: str) -> None:
    someone = meet()
    someone.says("my husband's creatinine is 2.4")
    someone.says(says)
    assert ("patient", "potassium", "5.7") in standing(someone)


def test_mine_is_a_result_of_the_writers_own_for_the_test_it_can_be_of(meet: Meet) -> None:
    someone = meet()
    someone.says("my husband's creatinine is 2.4")
    someone.says("and his potassium is 5.7")
    said = text(someone.says("mine is 0.9", guess="correct_result"))
    assert said.startswith("Creatinine 0.9 is in range")
    assert standing(someone) == [
        ("husband", "creatinine", "2.4"), ("husband", "potassium", "5.7"), ("patient", "creatinine", "0.9"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "says",
    ["thats my moms not mine", "sorry thats my moms", "not mine, it's my mom's", "that was my mom's result"],
)
def test_a_result_told_by_mistake_becomes_whose_it_is(meet: Meet, says: str) -> None:
    someone = meet()
    someone.says("K 5.9")
    said = text(someone.says(says))
    assert "I took Potassium 5.9 out of your own results" in said
    assert "Potassium 5.9 is high" in said
    assert standing(someone) == [("mother", "potassium", "5.9")]
    assert someone.tasks() == ["review-result", "review-result"]


@pytest.mark.parametrize("guess", ["deny", "tell"])
def test_a_result_that_is_not_theirs_is_taken_out(meet: Meet, guess: str) -> None:
    someone = meet()
    someone.says("potassium 5.9")
    someone.says("thats not mine", guess=guess)
    assert standing(someone) == []


@pytest.mark.parametrize(
    "says", ["my mom is sick", "thats my mom", "its my kids", "thats not mine its my fault"]
)
def test_words_of_a_relative_take_no_result_out(meet: Meet, says: str) -> None:
    someone = meet()
    someone.says("potassium 5.9")
    someone.says(says)
    assert standing(someone) == potassium("5.9")


def test_the_labs_own_range_stays_with_a_corrected_number(meet: Meet) -> None:
    _, said = after(meet, "potassium 5.4 (3.5-5.3)", "sorry 5.2")
    assert "Potassium 5.2 is in range (3.5 to 5.3" in said


@pytest.mark.parametrize(
    ("first", "answer", "says"),
    [
        ("my bilirubin is 14", "mg/dl", "Total bilirubin 14 is very high"),
        ("my bilirubin is 14", "its in umol/l", "Total bilirubin 14 is in range"),
        ("sugar 110", "the range is 70-99", "Glucose 110 is high (70 to 99"),
        ("sugar 110", "70-140", "Glucose 110 is in range (70 to 140"),
    ],
)
def test_the_unit_or_the_range_asked_for_lets_the_result_be_judged(
    meet: Meet, first: str, answer: str, says: str
) -> None:
    someone = meet()
    asked = text(someone.says(first))
    assert "does the report show next to the number?" in asked
    assert says in text(someone.says(answer))
    assert len(standing(someone)) == 1


def test_a_unit_that_nothing_asked_for_is_no_answer(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 4.1")
    assert "Potassium" not in text(someone.says("mg/dl"))
    assert standing(someone) == potassium("4.1")


def test_what_is_no_unit_and_no_range_leaves_the_question_open(meet: Meet) -> None:
    someone = meet()
    someone.says("my bilirubin is 14")
    someone.says("i dont have the paper with me")
    assert [row.interpretation for row in someone.rows(observation)] == [None]


@pytest.mark.parametrize("says", ["potassium is 59", "sodium 14"])
def test_a_number_no_body_has_is_doubted_beside_the_danger(meet: Meet, says: str) -> None:
    said = text(meet().says(says))
    assert "Call 911" in said
    assert "Is the number right?" in said


def test_a_mark_that_differs_from_the_range_is_said_to(meet: Meet) -> None:
    said = text(meet().says("my potassium was 4.1 but the range says 3.5-5.1 and its flagged H"))
    assert "The mark and the range do not agree." in said
    assert "3.5 to 5.1" not in said

"""Read back, confirmed, corrected: nothing is judged or recorded before a yes."""

from collections.abc import Callable

import pytest

from clinical.extract_people import find
from papers.types import Problem
from tests.papers.conftest import Talk, paper

BMP = """Patient: LOPEZ, ROSA  DOB: 04/12/1961
TEST  RESULT  FLAG  UNITS  REFERENCE RANGE
Sodium  140    mmol/L  135-145
Potassium  5.9  H  mmol/L  3.5-5.1
Glucose  92    mg/dL  70-99
"""
VERDICTS = ("high", "low", "range", "usual")
NEW = Callable[..., Talk]


def test_a_photo_is_read_back_and_nothing_is_judged(talk: NEW) -> None:
    said = talk().says("", paper(BMP))
    assert said == (
        "I read your picture: Potassium 5.9 mmol/L, Sodium 140 mmol/L, Glucose 92 mg/dL. "
        "Did I read that right? Reply YES, or text me the right numbers."
    )


def test_before_the_yes_nothing_is_recorded(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper(BMP))
    assert rosa.proposed == []


def test_yes_explains_and_records_where_it_came_from(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper(BMP))
    said = rosa.says("YES")
    assert "Potassium 5.9 is high" in said
    found = {each["analyte"]: each for each in rosa.observations()}
    assert {key: each["value"] for key, each in found.items()} == {
        "potassium": "5.9", "sodium": "140", "glucose": "92",
    }  # fmt: skip
    assert {each["paper"] for each in found.values()} == {"photo"}
    assert {each["quote"] for each in found.values()} == {None}, "nobody said these words"
    assert found["potassium"]["interpretation"] in ("H", "HH")
    assert found["potassium"]["high"] == "5.1"
    assert rosa.slots["paper"] is None


def test_a_pressing_value_makes_a_task_only_after_the_yes(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper(BMP.replace("5.9", "6.8")))
    assert rosa.tasks() == []
    rosa.says("yes")
    assert rosa.tasks() == ["review-result"]


@pytest.mark.parametrize("words", ["no, potassium was 4.9", "potassium 4.9", "No it is 4.9 not 5.9"])
def test_a_correction_is_used_and_the_others_still_asked_about(talk: NEW, words: str) -> None:
    rosa = talk()
    rosa.says("", paper(BMP))
    said = rosa.says(words)
    assert "4.9" in said
    assert "5.9" not in said
    assert "Sodium 140" in said
    assert [(each["analyte"], each["value"]) for each in rosa.observations()] == [("potassium", "4.9")]
    rosa.says("yes")
    assert {each["analyte"] for each in rosa.observations()} == {"sodium", "glucose"}


def test_a_bare_number_corrects_the_only_one(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper("Potassium  5.9  mmol/L  3.5-5.1"))
    assert "4.9" in rosa.says("4.9")
    assert [each["value"] for each in rosa.observations()] == ["4.9"]
    assert rosa.slots["paper"] is None


def test_a_bare_number_among_several_corrects_none(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper(BMP))
    rosa.says("4.9")
    assert rosa.observations() == []
    assert rosa.slots["paper"] is not None


def test_no_is_asked_about_once_and_then_let_go(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper(BMP))
    assert "Which number is wrong?" in rosa.says("NO")
    assert "will not use" in rosa.says("no")
    assert rosa.observations() == []
    assert rosa.tasks() == ["picture"]
    assert rosa.slots["paper"] is None


def test_another_message_is_answered_first_and_the_paper_waits(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper(BMP))
    said = rosa.says("What is ferritin?")
    assert said.index("iron") < said.index("Back to your paper")
    assert rosa.observations() == []
    assert "Potassium 5.9 is high" in rosa.says("yes")


def test_a_paper_nobody_comes_back_to_is_not_asked_after_for_ever(talk: NEW) -> None:
    rosa = talk()
    rosa.says("", paper(BMP))
    asked = ["Back to your paper" in rosa.says(f"the bus did not come on day {day}") for day in range(4)]
    assert asked == [True, True, False, False]
    assert "Potassium 4.9" in rosa.says("potassium 4.9"), "what they type is used all the same"


def test_a_number_that_was_not_clear_is_pointed_out_and_not_used(talk: NEW) -> None:
    rosa = talk()
    said = rosa.says("", paper(BMP, doubtful=("140",)))
    assert "I could not read the number for sodium." in said
    assert "Sodium 140" not in said
    rosa.says("yes")
    assert {each["analyte"] for each in rosa.observations()} == {"potassium", "glucose"}


def test_a_lost_decimal_point_is_not_believed(talk: NEW) -> None:
    said = talk().says("", paper(BMP.replace("5.9", "59")))
    assert "I could not read the number for potassium." in said
    assert "59" not in said


def test_only_unclear_numbers(talk: NEW) -> None:
    said = talk().says("", paper("Potassium  5.9  mmol/L  3.5-5.1", doubtful=("5.9",)))
    assert "potassium" in said
    assert "5.9" not in said


def test_another_persons_name_is_asked_about(talk: NEW) -> None:
    rosa = talk()
    said = rosa.says("", paper(BMP.replace("ROSA", "CARMEN")))
    assert "Carmen Lopez" in said
    assert "5.9" not in said
    said = rosa.says("it's my mom's")
    assert "Potassium 5.9" in said
    rosa.says("yes")
    assert {each["subject"] for each in rosa.observations()} == {"mother"}


@pytest.mark.parametrize("words", ["MINE", "yes", "that's my maiden name"])
def test_a_name_that_is_the_patients_after_all(talk: NEW, words: str) -> None:
    rosa = talk()
    rosa.says("", paper(BMP.replace("LOPEZ", "GARCIA")))
    assert "Did I read that right?" in rosa.says(words)
    rosa.says("yes")
    assert {each["subject"] for each in rosa.observations()} == {"patient"}


def test_where_the_record_has_no_name_the_yes_is_to_the_name_too(talk: NEW) -> None:
    said = talk(given=None, family=None).says("", paper(BMP))
    assert "The name on it is Rosa Lopez." in said


def test_fear_beside_a_picture_is_answered_first(talk: NEW) -> None:
    said = talk().says("what does this mean, I'm so scared", paper(BMP))
    assert not said.startswith("I read")
    assert "I read your picture" in said


def test_a_result_typed_beside_a_picture_is_explained_at_once(talk: NEW) -> None:
    rosa = talk()
    said = rosa.says("my TSH is 9.8 mIU/L, rest on the picture", paper(BMP))
    assert "9.8" in said.split("I read your picture")[0]
    assert [each["analyte"] for each in rosa.observations()] == ["tsh"]


def test_first_contact_asks_for_consent_before_it_reads_back(talk: NEW) -> None:
    rosa = talk(agreed=False)
    said = rosa.says("", paper(BMP))
    assert "computer program" in said
    assert "5.9" not in said
    assert said.endswith("HUMAN for a person.")
    said = rosa.says("yes")
    assert [each["kind"] for each in rosa.proposed] == ["consent"]
    assert "Potassium 5.9 mmol/L" in said
    assert "is high" not in said


def test_a_long_report_comes_in_parts(talk: NEW) -> None:
    rows = [f"{name}  {value}    mg/dL" for name, value in (
        ("Glucose", 92), ("Calcium", 9.4), ("BUN", 14), ("Creatinine", 0.9), ("Cholesterol", 180),
        ("LDL Cholesterol", 101), ("HDL Cholesterol", 55), ("Triglycerides", 120), ("Uric acid", 5.1),
        ("Magnesium", 2.0), ("Phosphorus", 3.4), ("Total bilirubin", 0.7),
    )]  # fmt: skip
    rosa = talk()
    said = rosa.says("", paper("\n".join(rows)))
    assert "There is more on it." in said
    assert len(said) <= 306
    seen: list[str] = []
    for _ in range(6):
        said = rosa.says("yes")
        seen += [each["analyte"] for each in rosa.observations()]
        if rosa.slots["paper"] is None:
            break
        assert "Next on your paper" in said
    assert len(seen) == len(set(seen)) == len(rows)


@pytest.mark.parametrize("problem", [*Problem.__args__, "lost"])
def test_every_problem_has_its_words(talk: NEW, problem: str) -> None:
    rosa = talk()
    said = rosa.says("", paper("", problem=problem))
    assert said
    assert rosa.slots.get("paper") is None
    assert ("picture" in rosa.tasks()) == (problem in ("nothing", "no-reader", "lost", "locked", "too-slow"))


def test_words_without_a_lab_number_are_nothing(talk: NEW) -> None:
    rosa = talk()
    assert "no lab numbers" in rosa.says("", paper("Happy birthday dear Rosa"))
    assert rosa.tasks() == ["picture"]


def test_one_of_two_papers_was_lost(talk: NEW) -> None:
    said = talk().says("", paper(BMP), paper("", problem="lost"))
    assert "did not get to me" in said
    assert "Potassium 5.9" in said


def test_in_danger_no_paper_is_read_back(talk: NEW) -> None:
    assert "I read" not in talk().says("my chest hurts", paper(BMP), level="emergency")


def test_relations_are_heard() -> None:
    assert "mother" in find("it's my mom's").whose

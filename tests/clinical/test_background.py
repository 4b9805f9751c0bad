"""What a person has and takes, as records write it, and what only sounds like it."""

import pytest

from clinical import background
from clinical.tables import table
from clinical.types import Person


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("Chronic kidney disease stage 3 (disorder)", "kidney-disease"),
        ("CKD 3b", "kidney-disease"),
        ("End-stage renal disease", "dialysis"),
        ("Diabetes mellitus type 2 (disorder)", "diabetes"),
        ("T2DM", "diabetes"),
        ("Coronary Heart Disease", "heart-disease"),
        ("History of myocardial infarction (situation)", "heart-disease"),
        ("Congestive heart failure", "heart-failure"),
    ],
)
def test_conditions(said: str, group: str) -> None:
    assert group in background.conditions(Person(conditions=(said,)))


@pytest.mark.parametrize(
    "said",
    ["Prediabetes", "Family history of diabetes", "Diabetes insipidus", "Gestational diabetes",
     "No history of stroke", "Kidney stone", "Heart murmur", "Cadence too fast", "Hepatitis B vaccination"],
)  # fmt: skip
def test_what_is_no_such_condition(said: str) -> None:
    assert background.conditions(Person(conditions=(said,))) == frozenset()


@pytest.mark.parametrize(
    ("said", "group"),
    [
        ("lisinopril 10 MG Oral Tablet", "raises-potassium"),
        ("Hydrochlorothiazide 25 MG", "lowers-potassium"),
        ("Coumadin", "warfarin"),
        ("24 HR Metformin hydrochloride 500 MG", "metformin"),
        ("Insulin Glargine", "lowers-sugar"),
        ("Levothyroxine Sodium 0.075 MG", "thyroid"),
    ],
)
def test_medicines(said: str, group: str) -> None:
    assert group in background.medicines(Person(medicines=(said,)))


def test_nothing_known_is_no_group() -> None:
    assert background.conditions(Person()) == frozenset()
    assert background.medicines(Person(medicines=("vitamin c",))) == frozenset()


def test_one_denial_does_not_silence_another_line() -> None:
    person = Person(conditions=("Family history of diabetes", "Diabetes mellitus type 2"))
    assert "diabetes" in background.conditions(person)


def test_every_group_has_a_source() -> None:
    for kind in ("conditions", "medicines"):
        for code, row in table("background")[kind].items():
            assert row["source"].startswith("https://"), code

"""What a message says of its writer, and what only sounds like it."""

from datetime import date

import pytest

from clinical import background, told
from clinical.types import Person

TODAY = date(2026, 9, 1)
NOBODY = Person()


@pytest.mark.parametrize(
    "text",
    [
        "I'm pregnant and my TSH is 6",
        "I am 18 weeks pregnant, tsh 4.5",
        "im currently 18. 4 weeks pregnant. afp 1:41",
        "I’m 8 weeks and 2 days pregnant, hcg 1600",
        "tsh 6.1, 12 weeks pregnant",
        "estoy embarazada y mi TSH es 6",
    ],
)
def test_pregnancy(text: str) -> None:
    found = told.adding(text, NOBODY, TODAY)
    assert (found.pregnant, found.sex) == (True, "female")


@pytest.mark.parametrize(
    "text",
    [
        "am I pregnant? hcg 3",
        "I'm not pregnant, tsh 6",
        "my wife is 8 weeks pregnant, hcg 1600",
        "my sister, 12 weeks pregnant, has tsh 6",
        "when I was 8 weeks pregnant my tsh was 6",
        "my tsh was 6 and I was 8 weeks pregnant",
        "tsh was 6, I was 8 weeks pregnant",
        "we are trying to get pregnant, amh 0.6",
        "I think I'm pregnant",
        "she is 34 and pregnant",
        "is it safe if I am pregnant",
        "pregnancy test negative",
    ],
)
def test_no_pregnancy(text: str) -> None:
    assert told.adding(text, NOBODY, TODAY).pregnant is None


@pytest.mark.parametrize(
    ("text", "sex", "age"),
    [
        ("I am a 27 year old unmarried female. TSH 0.47", "female", 27),
        ("I’m a 22 year old male, physical fit, ALT 90", "male", 22),
        ("29 y/o male here. ck 900", "male", None),
        ("Recently I(24f) have been having the worst time, ferritin 9", "female", 24),
        ("34F, hemoglobin 11.2", "female", 34),
        ("I am 37 years old and normally take H2 blockers", None, 37),
        ("soy mujer, hemoglobina 11.5", "female", None),
        ("I'm a man, hgb 12.9", "male", None),
        ("hemoglobin 12.5", None, None),
        ("temp 99 f, wbc 14", None, None),
        ("my daughter is a 17 year old girl, tsh 5", None, None),
        ("my husband is a 60 year old man, psa 6", None, None),
        ("I am 12 weeks along", None, None),
        ("I am 5 years out from surgery", None, None),
        ("I'm a dad of a girl, hgb 12", None, None),
    ],
)
def test_sex_and_age(text: str, sex: str | None, age: int | None) -> None:
    found = told.adding(text, NOBODY, TODAY)
    assert found.sex == sex
    assert found.age_on(TODAY) == age


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("I have type 2 diabetes, A1c 6.8", "diabetes"),
        ("I was told A1c 8. I'm diabetic", "diabetes"),
        ("I was diagnosed as diabetic one year ago with HbA1c 7.8", "diabetes"),
        ("A1c was 6.8 and I have diabetes", "diabetes"),
        ("I was scared when my A1c was 6.8, I have diabetes", "diabetes"),
        ("I was told I might have diabetes, A1c 6.8", None),
        ("I have chronic kidney disease and my potassium is 5.3", "kidney-disease"),
        ("I'm on dialysis, potassium 5.6", None),
        ("am I diabetic? A1c 6.8", None),
        ("my mother has diabetes, A1c 6.8", None),
        ("I don't have diabetes, A1c 6.8", None),
        ("worried I have diabetes, A1c 6.8", None),
        ("diabetes runs in my family", None),
    ],
)
def test_conditions(text: str, group: str | None) -> None:
    found = background.conditions(told.adding(text, NOBODY, TODAY))
    assert (group in found) if group else not found - {"kidney-disease", "dialysis"}


@pytest.mark.parametrize(
    ("text", "group"),
    [
        ("potassium 5.3, I take lisinopril", "raises-potassium"),
        ("I'm on warfarin and my INR is 2.4", "warfarin"),
        ("INR was 1.3 this week, I take warfarin for a mechanical valve", "warfarin"),
        ("my last inr was 1.3 and I take warfarin", "warfarin"),
        ("potassium was 5.3, I take lisinopril", "raises-potassium"),
        ("inr 1.5 on warfarin", "warfarin"),
        ("can you tell me if that is low, I'm on coumadin, inr 1.5", "warfarin"),
        ("my inr was 1.5 when I was on warfarin", None),
        ("inr was 1.5 off warfarin", None),
        ("my mom's inr was 1.5 on warfarin", None),
        ("been taking metformin for a year, eGFR 40", "metformin"),
        ("they stopped my lisinopril, potassium 5.3", None),
        ("should I take metformin? A1c 6.6", None),
        ("my dad is on warfarin, inr 2.4", None),
        ("not on lisinopril anymore", None),
    ],
)
def test_medicines(text: str, group: str | None) -> None:
    found = background.medicines(told.adding(text, NOBODY, TODAY))
    assert (group in found) if group else not found


def test_the_record_is_never_overwritten() -> None:
    known = Person(sex="male", birth_date=date(1960, 5, 1), pregnant=False)
    found = told.adding("I am a 27 year old pregnant female", known, TODAY)
    assert (found.sex, found.birth_date, found.pregnant) == ("male", date(1960, 5, 1), False)

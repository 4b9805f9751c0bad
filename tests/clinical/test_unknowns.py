"""What is not known of a person and would change what a result means."""

from datetime import date

import pytest

from clinical import triage, unknowns
from clinical.catalogue import Catalogue
from clinical.interpret import judge
from clinical.types import Person, Result

TODAY = date(2026, 9, 1)
YOUNG = Person(sex="female", birth_date=date(1996, 5, 1))


def matters(known: Catalogue, analyte: str, value: str, person: Person) -> bool:
    result = Result(analyte, value, known[analyte].unit)
    judgement = judge(result, person, TODAY, known)
    found = triage.triage(judgement, result, person, catalogue=known)
    return unknowns.pregnancy_matters(judgement, found, result, person, TODAY, known)


@pytest.mark.parametrize(
    ("analyte", "value", "expected"),
    [
        ("hemoglobin", "11.5", True),  # low, but in range in pregnancy
        ("hemoglobin", "13", False),
        ("tsh", "6", True),  # the same verdict, but it should not wait
        ("platelets", "95", True),
        ("platelets", "250", False),
        ("potassium", "5.3", False),
        ("urine_culture", "positive", True),
        ("urine_culture", "negative", False),
    ],
)
def test_where_pregnancy_would_change_it(
    tests_known: Catalogue, analyte: str, value: str, expected: bool
) -> None:
    assert matters(tests_known, analyte, value, YOUNG) is expected


@pytest.mark.parametrize(
    "person",
    [
        Person(sex="male", birth_date=date(1996, 5, 1)),
        Person(sex="female", birth_date=date(1996, 5, 1), pregnant=False),
        Person(sex="female", birth_date=date(1996, 5, 1), pregnant=True),
        Person(sex="female", birth_date=date(1969, 5, 1)),  # 57
        Person(sex="female", birth_date=date(2016, 5, 1)),  # 10
    ],
)
def test_who_is_not_asked(tests_known: Catalogue, person: Person) -> None:
    assert not matters(tests_known, "hemoglobin", "11.5", person)
    assert not matters(tests_known, "tsh", "6", person)


@pytest.mark.parametrize(
    ("birth", "asked"), [(date(1970, 9, 2), True), (date(1970, 9, 1), False), (date(2014, 9, 1), True)]
)
def test_the_ages_at_their_limits(tests_known: Catalogue, birth: date, asked: bool) -> None:
    assert matters(tests_known, "tsh", "6", Person(sex="female", birth_date=birth)) is asked

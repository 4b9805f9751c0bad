"""A clinic's own limits over the catalogue's: used where they hold, refused where they are not sure."""

from datetime import date

import pytest

from clinical import overrides
from clinical.catalogue import Catalogue
from clinical.interpret import judge
from clinical.overrides import OverrideError
from clinical.ranges import parse as parse_range
from clinical.types import Judgement, Person, ReferenceRange, Result

TODAY = date(2026, 9, 1)
WOMAN = Person(sex="female", birth_date=date(1980, 5, 1), pregnant=False)
MAN = Person(sex="male", birth_date=date(1980, 5, 1))
HEAD = """clinic = "Riverbend"
approved_by = "A. Ruiz, MD"
approved_on = 2026-08-01
"""


def file(*rows: str) -> str:
    return HEAD + "".join(f'[[limits]]\nsource = "Lab manual, p. 4"\n{row}\n' for row in rows)


POTASSIUM = 'analyte = "potassium"\nunit = "mmol/L"\n'


def judged(
    known: Catalogue, rows: str, value: str, analyte: str = "potassium", person: Person = WOMAN,
    own: ReferenceRange | None = None,
) -> Judgement:  # fmt: skip
    tests = overrides.apply(overrides.parse(rows, known), known)
    return judge(Result(analyte, value, tests[analyte].unit, own), person, TODAY, tests)


@pytest.mark.parametrize(("value", "expected"), [("3.3", "L"), ("3.4", "N"), ("5.3", "N"), ("5.4", "H")])
def test_the_clinics_range_is_used_and_named(tests_known: Catalogue, value: str, expected: str) -> None:
    found = judged(tests_known, file(POTASSIUM + 'low = "3.4"\nhigh = "5.3"'), value)
    assert (found.interpretation, found.rule) == (expected, "clinic-range")
    assert found.range is not None
    assert found.range.source == "clinic: Riverbend: Lab manual, p. 4. Approved by A. Ruiz, MD on 2026-08-01."


@pytest.mark.parametrize(
    ("value", "expected", "rule"),
    [("2.8", "L", "catalogue-range"), ("2.7", "LL", "clinic-critical-limit"), ("6.2", "H", "catalogue-range"),
     ("6.3", "HH", "clinic-critical-limit")],
)  # fmt: skip
def test_the_clinics_critical_limit_is_used_and_named(
    tests_known: Catalogue, value: str, expected: str, rule: str
) -> None:
    found = judged(tests_known, file(POTASSIUM + 'critical_low = "2.7"\ncritical_high = "6.3"'), value)
    assert (found.interpretation, found.rule) == (expected, rule)
    assert ("A. Ruiz" in found.reason) is (rule == "clinic-critical-limit")


def test_a_side_it_does_not_name_stays(tests_known: Catalogue) -> None:
    found = judged(tests_known, file(POTASSIUM + 'critical_high = "6.3"'), "2.9")
    assert found.interpretation == "LL"


def test_the_laboratorys_own_range_still_wins(tests_known: Catalogue) -> None:
    found = judged(
        tests_known, file(POTASSIUM + 'low = "3.4"\nhigh = "5.3"'), "5.2", own=parse_range("3.5-5.1")
    )
    assert (found.interpretation, found.rule) == ("H", "laboratory-range")


def test_units_convert(tests_known: Catalogue) -> None:
    rows = file('analyte = "creatinine"\nunit = "umol/L"\nsex = "female"\nlow = 50\nhigh = 89')
    assert judged(tests_known, rows, "1.0", "creatinine").interpretation == "N"
    assert judged(tests_known, rows, "1.01", "creatinine").interpretation == "H"


def test_a_row_for_one_sex_leaves_the_other(tests_known: Catalogue) -> None:
    rows = file('analyte = "hemoglobin"\nunit = "g/dL"\nsex = "female"\nlow = "11.5"\nhigh = "15.5"')
    assert judged(tests_known, rows, "11.6", "hemoglobin").rule == "clinic-range"
    assert judged(tests_known, rows, "13.0", "hemoglobin", MAN).interpretation == "L"


def test_a_row_for_everyone_takes_the_place_of_both(tests_known: Catalogue) -> None:
    rows = file('analyte = "hemoglobin"\nunit = "g/dL"\nlow = "12.5"\nhigh = "16.5"')
    for person in (WOMAN, MAN):
        found = judged(tests_known, rows, "12.4", "hemoglobin", person)
        assert (found.interpretation, found.rule) == ("L", "clinic-range")
    pregnant = Person(sex="female", birth_date=date(1996, 5, 1), pregnant=True)
    assert judged(tests_known, rows, "11.5", "hemoglobin", pregnant).interpretation == "N"


def test_a_row_for_an_age_holds_for_that_age(tests_known: Catalogue) -> None:
    rows = file('analyte = "tsh"\nunit = "m[IU]/L"\nage_min = 70\nlow = "0.4"\nhigh = "6.0"')
    old = Person(sex="female", birth_date=date(1950, 5, 1))
    assert judged(tests_known, rows, "5.5", "tsh", old).rule == "clinic-range"
    assert judged(tests_known, rows, "5.5", "tsh").interpretation == "H"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("not toml [", "not TOML"),
        (HEAD, "no [[limits]] row"),
        (file(POTASSIUM), "names no limit"),
        (file('analyte = "kryptonite"\nunit = "mmol/L"\nlow = "1"'), "no such test"),
        (file('analyte = "potassium"\nlow = "3.4"'), "unit is missing"),
        (file('analyte = "potassium"\nunit = "bananas"\nlow = "3.4"'), "no unit of this test"),
        (file(POTASSIUM + 'low = "5.3"\nhigh = "3.4"'), "not below"),
        (file(POTASSIUM + 'low = "3.4"\nhigh = "3.4"'), "not below"),
        (file(POTASSIUM + 'low = "a bit"'), "not a number"),
        (file(POTASSIUM + 'low = "NaN"'), "not a number"),
        (file(POTASSIUM + 'high = "500"'), "beyond what this test can show"),
        (file(POTASSIUM + 'hihg = "5.3"'), "'hihg' is not known"),
        (file(POTASSIUM + 'high = "5.3"\nsex = "girl"'), "female or male"),
        (file(POTASSIUM + 'high = "5.3"\nage_min = "old"'), "whole number of years"),
        (file(POTASSIUM + 'high = "5.3"\nage_min = 70\nage_max = 60'), "above age_max"),
        (file(POTASSIUM + 'critical_high = "6.3"\nsex = "female"'), "hold for everyone"),
        (file(POTASSIUM + 'high = "5.3"', POTASSIUM + 'high = "5.2"'), "the same people"),
        (file(POTASSIUM + 'critical_high = "4.9"'), "inside the usual range"),
        (file(POTASSIUM + 'low = "3.4"\nhigh = "6.1"'), "inside the usual range"),
        (
            file(
                'analyte = "fsh"\nunit = "m[IU]/mL"\nsex = "female"\nage_min = 50\nage_max = 60\nhigh = "30"'
            ),
            "cut",
        ),
        (HEAD.replace('clinic = "Riverbend"', "") + '[[limits]]\nsource = "x"\n', "clinic is missing"),
        (HEAD + "[[limits]]\n" + POTASSIUM + 'high = "5.3"', "source is missing"),
        (file(POTASSIUM + 'high = "5.3"').replace("approved_on = 2026-08-01", ""), "approved_on is missing"),
        (
            file(POTASSIUM + 'high = "5.3"').replace('approved_by = "A. Ruiz, MD"', ""),
            "approved_by is missing",
        ),
    ],
)
def test_what_is_not_sure_is_refused(tests_known: Catalogue, text: str, said: str) -> None:
    with pytest.raises(OverrideError) as refused:
        overrides.apply(overrides.parse(text, tests_known), tests_known)
    assert said in str(refused.value)
    assert "\n" not in str(refused.value).split("TOML:")[0]


def test_names_and_codes_stay(tests_known: Catalogue) -> None:
    tests = overrides.apply(overrides.parse(file(POTASSIUM + 'high = "5.3"'), tests_known), tests_known)
    assert tests.by_loinc.keys() == tests_known.by_loinc.keys()
    assert tests_known["potassium"].ranges[0].limits.high != tests["potassium"].ranges[0].limits.high

"""What a result means for a person: and where nothing may be said."""

from datetime import date
from decimal import Decimal

import pytest

from clinical import ranges
from clinical.catalogue import Catalogue
from clinical.interpret import judge
from clinical.types import Judgement, Person, Result

TODAY = date(2026, 9, 1)
WOMAN = Person(sex="female", birth_date=date(1980, 5, 1))
MAN = Person(sex="male", birth_date=date(1980, 5, 1))
UNKNOWN = Person()
PREGNANT = Person(sex="female", birth_date=date(1995, 5, 1), pregnant=True)
CHILD = Person(sex="female", birth_date=date(2020, 5, 1))
TEEN = Person(sex="female", birth_date=date(2010, 5, 1))
BABY = Person(sex="male", birth_date=date(2026, 8, 1))


def judged(
    known: Catalogue, analyte: str, value: str, unit: str | None = None, person: Person = WOMAN,
    own: str | None = None, flag: str | None = None, status: str = "final",
) -> Judgement:  # fmt: skip
    result = Result(analyte, value, unit, ranges.parse(own), flag, None, status)  # type: ignore[arg-type]
    return judge(result, person, TODAY, known)


@pytest.mark.parametrize(
    ("value", "own", "expected"),
    [
        ("3.4", "3.5-5.1", "L"),
        ("3.5", "3.5-5.1", "N"),
        ("5.1", "3.5-5.1", "N"),
        ("5.2", "3.5-5.1", "H"),
        ("5.4", "3.5-5.5", "N"),  # the catalogue's limit is lower: the lab's own wins
        ("6.4", "3.5-5.1", "HH"),  # beyond the critical limit, in a unit that is said
        ("2.1", "3.5-5.1", "LL"),
    ],
)
def test_the_laboratorys_range_wins(tests_known: Catalogue, value: str, own: str, expected: str) -> None:
    assert judged(tests_known, "potassium", value, "mmol/L", own=own).interpretation == expected


@pytest.mark.parametrize(
    ("value", "own", "flag", "expected"),
    [
        ("0.7", None, None, "L"),
        ("1.0", None, None, "L"),  # in the usual range, and far from safe
        ("1.3", None, None, "L"),
        ("1.9", None, None, "L"),
        ("1.5", "0.9-1.1", "H", "L"),
        ("1.8", "1.5-2.0", None, "N"),  # the lab prints the goal of this person
        ("2.0", None, None, "H"),
        ("2.4", "2-3", None, "N"),
        (">1.5", None, None, "H"),
    ],
)
def test_an_inr_short_of_the_goal_on_warfarin_is_low(
    tests_known: Catalogue, value: str, own: str | None, flag: str | None, expected: str
) -> None:
    on_warfarin = Person(medicines=("Warfarin 5 MG",))
    assert judged(tests_known, "inr", value, "{INR}", on_warfarin, own, flag).interpretation == expected


@pytest.mark.parametrize(
    ("analyte", "value", "childhood", "expected", "rule"),
    [
        ("hemoglobin", "9", "child", None, "not-judged:child"),
        ("hemoglobin", "9", "unsure", None, "not-judged:age"),
        ("hemoglobin", "14", "unsure", None, "not-judged:age"),
        ("potassium", "6.8", "unsure", "HH", "critical-limit"),
        ("lead", "12", "child", "H", "catalogue-range"),
    ],
)
def test_a_child_of_unknown_age_is_not_judged_by_adult_ranges(
    tests_known: Catalogue, analyte: str, value: str, childhood: str, expected: str | None, rule: str
) -> None:
    person = Person(childhood=childhood)  # type: ignore[arg-type]
    found = judged(tests_known, analyte, value, tests_known[analyte].unit, person)
    assert (found.interpretation, found.rule) == (expected, rule)


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("12", None, None), ("12", "mmol/L", "H"), ("12", "mg/dL", "L"), ("60", None, "H")],
)
def test_a_urea_low_in_one_usual_unit_and_high_in_the_other_is_asked_about(
    tests_known: Catalogue, value: str, unit: str | None, expected: str | None
) -> None:
    found = judged(tests_known, "urea", value, unit)
    assert found.interpretation == expected
    assert expected or (found.ask and "unit" in found.ask)


def test_an_inr_of_who_takes_no_warfarin_is_judged_by_the_usual_range(tests_known: Catalogue) -> None:
    assert judged(tests_known, "inr", "1.3", "{INR}").interpretation == "H"
    assert judged(tests_known, "inr", "1.0", "{INR}").interpretation == "N"


@pytest.mark.parametrize(
    ("value", "own", "expected"),
    [
        ("9.9", "<10", "N"),
        ("10", "<10", "H"),
        ("10", "<=10", "N"),
        ("40", "up to 40", "N"),
        ("41", "up to 40", "H"),
        ("60", "> OR = 60", "N"),
        ("59", "> OR = 60", "L"),
        (">90", ">59", "N"),
        ("<5", "<10", "N"),
        ("<5", "10-20", "L"),
        ("<5", "2-20", None),
        (">7", "<5", "H"),
        (">7", "2-20", None),
        ("12-14", "0-5", "H"),
        ("3-6", "0-5", "H"),  # the worse end counts
        ("0-1", "0-5", "N"),
    ],
)
def test_one_sided_ranges_and_comparators(
    tests_known: Catalogue, value: str, own: str, expected: str | None
) -> None:
    assert judged(tests_known, "ggt", value, own=own).interpretation == expected


@pytest.mark.parametrize(
    ("value", "unit", "own", "expected"),
    [
        ("4.9", "mmol/L", "70-99 mg/dL", "N"),
        ("5.9", "mmol/L", "70-99 mg/dL", "H"),
        ("88", "mg/dL", "70-99 mg/dL", "N"),
        ("88", None, "70-99 mg/dL", "N"),
        ("88", "mg/dL", "3.9-5.5 mmol/L", "N"),
        ("88", "mg/dL", "70-99 mm/h", None),
    ],
)
def test_a_range_in_another_unit(
    tests_known: Catalogue, value: str, unit: str | None, own: str, expected: str | None
) -> None:
    assert judged(tests_known, "glucose", value, unit, own=own).interpretation == expected


@pytest.mark.parametrize(
    ("own", "flag", "expected"),
    [
        ("3.5-5.1", "H", "H"),  # range says normal, the lab does not: never a false normal
        ("3.5-5.1", "N", "N"),
        (None, "H", "H"),
        (None, "L", "L"),
        (None, "A", "A"),
        ("3.5-4.0", "A", "H"),  # a direction says more than "abnormal"
    ],
)
def test_the_laboratorys_flag(tests_known: Catalogue, own: str | None, flag: str, expected: str) -> None:
    assert judged(tests_known, "potassium", "4.4", "mmol/L", own=own, flag=flag).interpretation == expected


def test_a_mark_and_a_range_that_differ_are_asked_about(tests_known: Catalogue) -> None:
    found = judged(tests_known, "potassium", "4.4", "mmol/L", own="3.5-5.1", flag="H")
    assert found.ask == "The mark and the range do not agree. What does the report say exactly?"
    assert found.range is None  # "is high (3.5 to 5.1)" would contradict itself
    agree = judged(tests_known, "potassium", "5.4", "mmol/L", own="3.5-5.1", flag="H")
    assert agree.ask is None


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "expected", "taken"),
    [
        ("hemoglobin", "161", None, "H", "g/L"),
        ("hemoglobin", "13.4", None, "N", "g/dL"),
        ("hematocrit", "0.475", None, "H", "L/L"),
        ("glucose", "85", None, "N", "mg/dL"),
        ("glucose", "14.2", None, "H", "mmol/L"),
        ("glucose", "25", None, None, None),  # far too low, or far too high: one question
        ("calcium", "2.4", None, "N", "mmol/L"),
        ("crp", "6", None, None, None),  # fine in mg/L, high in mg/dL
        ("crp", "60", None, "H", None),  # high in both
        ("potassium", "4.2", None, "N", "mmol/L"),
        ("potassium", "5.9", None, "H", "mmol/L"),
        ("white_cells", "12000", None, "H", "/uL"),
        ("white_cells", "7.1", None, "N", "10*3/uL"),
        ("platelets", "250000", None, "N", "/uL"),
        ("creatinine", "88", None, "N", "umol/L"),
        ("cholesterol", "5.9", None, "H", "mmol/L"),
        ("bilirubin_total", "2.2", None, "H", "mg/dL"),
        ("tsh", "0.2", "U/mL", "L", None),  # no such unit for it: read as what it must be
        ("vitamin_d", "34", None, None, None),
        ("a1c", "11.2", None, "H", "%"),
        ("a1c", "48", None, "H", "mmol/mol"),
        ("phenytoin", "40", None, None, None),  # toxic in ug/mL, fine in umol/L
        ("neutrophils", "4.7", None, "N", "10*3/uL"),
        ("bun", "13", None, "N", "mg/dL"),
        ("magnesium", "2.1", None, "N", "mg/dL"),
        ("troponin_i", "0.05", None, "H", "ng/mL"),
    ],
)
def test_a_unit_that_is_not_said(
    tests_known: Catalogue,
    analyte: str,
    value: str,
    unit: str | None,
    expected: str | None,
    taken: str | None,
) -> None:
    found = judged(tests_known, analyte, value, unit)
    if expected is not None:
        assert (found.interpretation or "-")[0] == expected
        assert found.unit_inferred
    if expected is None and taken is None:
        assert found.interpretation is None
        assert found.ask
    if taken is not None:
        assert found.unit == taken


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [("5.9", "mmol/L", "H"), ("5.0", "mmol/L", "N"), ("5.9", "meq/L", "H"), ("23", "mg/dL", "H")],
)
def test_units_convert(tests_known: Catalogue, value: str, unit: str, expected: str) -> None:
    assert judged(tests_known, "potassium", value, unit).interpretation == expected


def test_critical_limits_convert_too(tests_known: Catalogue) -> None:
    assert judged(tests_known, "glucose", "28.9", "mmol/L").interpretation == "HH"
    assert judged(tests_known, "glucose", "2.5", "mmol/L").interpretation == "LL"


def test_the_range_is_shown_in_the_results_unit(tests_known: Catalogue) -> None:
    used = judged(tests_known, "hemoglobin", "161", "g/L").range
    assert used is not None
    assert used.high == Decimal(160)
    assert used.source
    assert used.source.startswith("http")


@pytest.mark.parametrize(
    ("person", "value", "expected"),
    [
        (WOMAN, "12.5", "N"),
        (MAN, "12.5", "L"),
        (UNKNOWN, "12.5", None),
        (UNKNOWN, "10.1", "L"),
        (UNKNOWN, "14.5", "N"),
    ],
)
def test_sex_counts_and_is_not_guessed(
    tests_known: Catalogue, person: Person, value: str, expected: str | None
) -> None:
    found = judged(tests_known, "hemoglobin", value, "g/dL", person)
    assert found.interpretation == expected
    assert bool(found.ask) == (expected is None)


def test_pregnancy_has_its_own_range(tests_known: Catalogue) -> None:
    assert judged(tests_known, "hemoglobin", "11.2", "g/dL", WOMAN).interpretation == "L"
    assert judged(tests_known, "hemoglobin", "11.2", "g/dL", PREGNANT).interpretation == "N"


@pytest.mark.parametrize(
    ("person", "analyte", "value", "unit", "own", "expected"),
    [
        (CHILD, "alp", "320", "U/L", None, None),
        (CHILD, "alp", "320", "U/L", "150-380", "N"),
        (CHILD, "potassium", "7.1", "mmol/L", None, "HH"),
        (BABY, "hemoglobin", "20.5", "g/dL", None, None),
        (TEEN, "tsh", "5.6", "m[IU]/L", None, "H"),
        (TEEN, "alp", "250", "U/L", None, None),
    ],
)
def test_children_are_judged_by_the_labs_range_only(
    tests_known: Catalogue,
    person: Person,
    analyte: str,
    value: str,
    unit: str,
    own: str | None,
    expected: str | None,
) -> None:
    assert judged(tests_known, analyte, value, unit, person, own).interpretation == expected


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("final", "H"), ("corrected", "H"), ("amended", "H"), ("preliminary", "H"),
        ("entered-in-error", None), ("cancelled", None), ("registered", None),
    ],
)  # fmt: skip
def test_a_result_that_is_not_final(tests_known: Catalogue, status: str, expected: str | None) -> None:
    found = judged(tests_known, "potassium", "5.9", "mmol/L", status=status)
    assert found.interpretation == expected
    assert ("final" in found.reason) == (status == "preliminary")


@pytest.mark.parametrize(
    ("analyte", "value", "own", "expected"),
    [
        ("hiv", "negative", None, "N"),
        ("hiv", "Non Reactive", None, "N"),
        ("hiv", "REACTIVE", None, "A"),
        ("hiv", "indeterminate", None, "A"),
        ("hepatitis_c_antibody", "not detected", None, "N"),
        ("urine_protein", "2+", None, "A"),
        ("urine_color", "yellow", None, "N"),
        ("urine_color", "amber", None, None),  # laboratories differ
        ("urine_color", "amber", "Yellow", "A"),
        ("urine_color", "red", None, "A"),
        ("urine_appearance", "cloudy", None, "A"),
        ("rpr", "1:1", None, "A"),
        ("rpr", "1:32", None, "A"),
        ("rpr", "<1:1", None, "N"),
        ("rpr", "non-reactive", None, "N"),
        ("d_dimer", "positive", None, "A"),
        ("d_dimer", "negative", None, "N"),
        ("urine_culture", "99999", None, None),  # below the limit only the laboratory can say
        ("urine_culture", ">100000", None, "A"),
        ("urine_culture", "50000-100000", None, "A"),
        ("urine_culture", "mixed flora", None, "N"),
        ("hepatitis_b_surface_antibody", "positive", None, "N"),
        ("hepatitis_b_surface_antibody", "negative", None, None),  # as usual in who was never vaccinated
        ("hepatitis_b_surface_antibody", "9.9", None, "L"),
        ("hepatitis_b_surface_antibody", "10", None, "N"),
        ("dengue_igm", "positive", None, "A"),
        ("dengue_igg", "positive", None, None),
        ("urine_color", "yellow", "Yellow", "N"),
        ("urine_color", "mauve", None, None),
        ("covid", "Detected", "Not Detected", "A"),
        ("covid", "Not Detected", "Not Detected", "N"),
        ("ana", "1:320", None, "A"),
        ("ana", "1:40", None, "N"),
        ("ana", "1:80", "<1:80", "A"),
        ("ana", "<1:40", "<1:80", "N"),
        ("ana", "negative", None, "N"),
        ("trisomy_risk", "1:41", None, "A"),
        ("trisomy_risk", "1:300", None, None),
        ("blood_type", "O positive", None, None),
        ("potassium", "a bit high", None, None),
    ],
)
def test_words_and_titers(
    tests_known: Catalogue, analyte: str, value: str, own: str | None, expected: str | None
) -> None:
    assert judged(tests_known, analyte, value, own=own).interpretation == expected


def test_an_unknown_test_is_judged_by_the_labs_range_alone(tests_known: Catalogue) -> None:
    result = Result(None, "12", None, ranges.parse("5-10"))
    assert judge(result, WOMAN, TODAY, tests_known).interpretation == "H"
    bare = judge(Result(None, "12"), WOMAN, TODAY, tests_known)
    assert bare.interpretation is None
    assert bare.rule == "not-judged:unknown-test"


@pytest.mark.parametrize(("value", "expected"), [("0.3", "L"), ("14", "L"), ("900", "H")])
def test_a_number_no_body_has_is_out_of_range_and_asked_about(
    tests_known: Catalogue, value: str, expected: str
) -> None:
    found = judged(tests_known, "sodium", value)
    assert found.interpretation in {expected, expected * 2}
    assert found.ask == "Is the number right?"


def test_a_test_of_one_sex_needs_no_question(tests_known: Catalogue) -> None:
    assert judged(tests_known, "psa", "12", "ng/mL", UNKNOWN).interpretation == "H"


@pytest.mark.parametrize(
    ("analyte", "value", "expected"),
    [
        ("protein_creatinine_ratio", "3.8", None),  # fine in mg/mmol, far out in mg/mg
        ("free_t4", "5.6", None),  # low in pmol/L, past the critical limit in ng/dL
        ("free_t4", "1.2", "N"),
        ("tsh", "<0.005", "L"),
        ("apo_b", "79", "N"),
        ("apo_b", "100", None),  # laboratories draw the line at different places
        ("apo_b", "120", None),
        ("apo_b", "121", "H"),
        ("rheumatoid_factor", "negative", "N"),
        ("anti_ccp", "positive", "A"),
    ],
)
def test_no_normal_where_the_unit_or_the_line_is_open(
    tests_known: Catalogue, analyte: str, value: str, expected: str | None
) -> None:
    assert judged(tests_known, analyte, value).interpretation == expected

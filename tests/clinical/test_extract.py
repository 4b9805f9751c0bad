"""What patients write, and the results in it."""

import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from clinical import extract, extract_people
from clinical.catalogue import Catalogue
from clinical.extract_corrections import Correction, correction, sense
from clinical.types import LabMention

TODAY = date(2026, 9, 1)

MESSAGES = tomllib.loads((Path(__file__).parent / "messages.toml").read_text("utf-8"))["messages"]


@pytest.mark.parametrize("message", MESSAGES, ids=[message["say"][:60] for message in MESSAGES])
def test_reads_what_was_measured_and_nothing_else(tests_known: Catalogue, message: dict[str, object]) -> None:
    found = extract.read(str(message["say"]), tests_known)
    assert [f"{each.analyte}={each.value.replace(' ', '_')}" for each in found] == message["results"]


@pytest.mark.parametrize("message", MESSAGES, ids=[message["say"][:60] for message in MESSAGES])
def test_every_offset_points_into_the_text(tests_known: Catalogue, message: dict[str, object]) -> None:
    text = str(message["say"])
    for each in extract.read(text, tests_known):
        assert 0 <= each.start < each.end <= len(text)
        assert each.text in text


def one(text: str, known: Catalogue) -> LabMention:
    found = extract.read(text, known)
    assert len(found) == 1, found
    return found[0]


@pytest.mark.parametrize(
    ("text", "unit", "as_written"),
    [
        ("creatinine 110 umol/L", "umol/L", "umol/l"),
        ("wbc 7.1 K/uL", "10*3/uL", "k/ul"),
        ("platelets 210 x10E3/uL", "10*3/uL", "x10e3/ul"),
        ("tsh 2.2 uIU/mL", "u[IU]/mL", "uiu/ml"),
        ("albumin 4.1 gm/dl", "g/dL", "gm/dl"),
        ("creatinine 1.2 mg", "mg/dL", "mg"),
        ("rbc 4-6 /hpf in urine", "/[HPF]", "/hpf"),
        ("potassium 4.4", None, None),
    ],
)
def test_the_unit_as_said_and_as_ucum(
    tests_known: Catalogue, text: str, unit: str | None, as_written: str | None
) -> None:
    found = one(text, tests_known)
    assert (found.unit, found.unit_text) == (unit, as_written)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("ALT 88 (upper limit of normal is 46)", None, "46"),
        ("potassium 5.9 (3.5-5.1)", "3.5", "5.1"),
        ("ferritin 12 [ref 15-150]", "15", "150"),
        ("ldl 131 range <100", None, "100"),
        ("Platelet count 391, and the normal range goes to 400", None, "400"),
        ("TSH\nNormal range: 0.35 - 5.5 uIU/mL\nYour value: 1.4 uIU/mL", "0.35", "5.5"),
        ("GFR 52 mL/min/1.73 >59", "59", None),
        ("my a1c is 8.1, goal is under 7", None, None),
        ("glucose 4.9 mmol/L (70-99 mg/dL)", "70", "99"),
    ],
)
def test_the_laboratorys_own_range_goes_with_its_value(
    tests_known: Catalogue, text: str, low: str | None, high: str | None
) -> None:
    own = one(text, tests_known).range
    found = (own.low, own.high) if own else (None, None)
    assert found == (low and Decimal(low), high and Decimal(high))


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("sodium 128 L", "L"),
        ("sodium 128 (low)", "L"),
        ("Glucose 112 H 65-99", "H"),
        ("parvovirus igm 0.4 (negative)", "N"),
        ("potassium 4.4", None),
        ("tsh 5.2 low vitamin d", None),
        ("glucose 98 l", None),
    ],
)
def test_the_laboratorys_flag(tests_known: Catalogue, text: str, flag: str | None) -> None:
    assert one(text, tests_known).flag == flag


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("creatinine 1.1 on 3/14/2025 and 1.6 on 6/2/2025", ["2025-03-14", "2025-06-02"]),
        ("Collected: 2024-11-02\nSodium 139\nPotassium 4.1", ["2024-11-02", "2024-11-02"]),
        ("K 2.9 mEq/L on 14 Sep 2026", ["2026-09-14"]),
        ("my appointment is 9/12/2026. A1c 7.2", [None]),
        ("potassium 4.4", [None]),
    ],
)
def test_the_date_of_a_result(tests_known: Catalogue, text: str, dates: list[str | None]) -> None:
    assert [each.effective for each in extract.read(text, tests_known)] == dates


@pytest.mark.parametrize(
    ("text", "whose"),
    [
        ("My mom's INR is 4.2, mine is 2.5", [("mother", False), ("patient", True)]),
        ("my daughter's sugar is 310", [("daughter", True)]),
        ("My wife is tired. Her hemoglobin is 9.9", [("wife", True)]),
        ("my ferritin is 8", [("patient", True)]),
        ("the dog has a creatinine of 2", [("pet", False)]),
        ("dad a1c 12, me im 5.5 last month", [("father", False), ("patient", True)]),
        ("my dogs creatinine is 2.3", [("pet", False)]),
        ("PSA 7.6. Wife says get it looked at", [("patient", True)]),
    ],
)
def test_whose_result_it_is(tests_known: Catalogue, text: str, whose: list[tuple[str, bool]]) -> None:
    assert [(each.subject, each.asked_about) for each in extract.read(text, tests_known)] == whose


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sorry 4.1 not 3.1", Correction("4.1", "3.1")),
        ("i meant 4.1", Correction("4.1", None)),
        ("*4.1", Correction("4.1", None)),
        ("no it was 5.2", Correction("5.2", None)),
        ("4.1", None),
        ("sorry I missed my 3 o'clock and my 4 o'clock", None),
        ("sorry, my potassium was 4.1", None),
    ],
)
def test_a_correction_without_a_name(tests_known: Catalogue, text: str, expected: Correction | None) -> None:
    assert correction(text, tests_known) == expected


@pytest.mark.parametrize(
    ("text", "number", "means"),
    [
        ("sorry 4.9", "4.9", "correction"), ("sorry 4,9", "4.9", "correction"),
        ("no it says 4.9", "4.9", "correction"),
        ("4.9, not 5.9", "4.9", "correction"), ("i looked again and it says 4.9", "4.9", "correction"),
        ("sorry 4.9 is that ok", "4.9", "correction"), ("quise decir 4.9", "4.9", "correction"),
        ("is 4.9 ok", "4.9", "question"), ("what about 4.9?", "4.9", "question"),
        ("sorry is it 4.9?", "4.9", "question"), ("4.9 ok?", "4.9", "question"),
        ("4.9", "4.9", "unsure"), ("it is 4.9 now", "4.9", "unsure"), ("mine is 4.9", "4.9", "unsure"),
        ("can i come at 3", "3", "other"), ("is 2 weeks too long", "2", "other"),
        ("it was 4.2 last year", "4.2", "other"), ("actually it was 4.2 last year", "4.2", "other"),
        ("the doctor wants it at 4.5", "4.5", "other"), ("he is 4 years old", "4", "other"),
        ("sorry i missed 3 pills", "3", "other"),
    ],
)  # fmt: skip
def test_what_a_number_after_a_result_means(
    tests_known: Catalogue, text: str, number: str, means: str
) -> None:
    assert sense(text, number, tests_known) == means


@pytest.mark.parametrize(
    ("text", "keys"),
    [
        ("is my hiv test conclusive", ["hiv"]),
        ("what is ferritin", ["ferritin"]),
        ("my potassium is 5.9, what about my tsh", ["potassium", "tsh"]),
        ("can i park at the clinic", []),
        ("para que sirve el examen de la tiroides", ["tsh"]),
        ("what does the h&h tell you", ["hemoglobin", "hematocrit"]),
        ("is cologuard any good", ["stool_dna"]),
        ("my urine has protein in it every year", ["urine_protein"]),
        ("how much protein should I eat", []),
    ],
)
def test_the_tests_a_message_names(tests_known: Catalogue, text: str, keys: list[str]) -> None:
    found = extract.named(text, tests_known)
    assert [each.analyte for each in found] == keys
    assert all(text[each.start : each.end] == each.text for each in found)


@pytest.mark.parametrize(
    ("text", "subject", "born", "childhood"),
    [
        ("my daughter is 9 and her sugar is 240", "daughter", date(2017, 9, 1), "child"),
        ("my 9-year-old daughter's sugar is 240", "daughter", date(2017, 9, 1), "child"),
        ("my baby is 2 weeks old and her TSH is 15", "child", date(2026, 8, 18), "child"),
        ("my son is 4 and his ferritin is 8", "son", date(2022, 9, 1), "child"),
        ("my son, 4, has a ferritin of 8", "son", date(2022, 9, 1), "child"),
        ("daughter 9 yrs sugar 240", "daughter", date(2017, 9, 1), "child"),
        ("my 4yo ferritin 8", "child", date(2022, 9, 1), "child"),
        ("my 3 month old has hgb 9", "child", date(2026, 6, 1), "child"),
        ("my newborn bilirubin 14", "child", TODAY, "child"),
        ("my toddler hgb 9", "child", None, "child"),
        ("my daughter's hgb is 9", "daughter", None, "unsure"),
        ("my son had a test 2 weeks ago, hgb 9", "son", None, "unsure"),
        ("my 25 year old son's hgb 9", "son", date(2001, 9, 1), None),
        ("my mom's hgb is 9", "mother", None, None),
    ],
)
def test_the_age_a_text_tells_of_a_relative(
    tests_known: Catalogue, text: str, subject: str, born: date | None, childhood: str | None
) -> None:
    assert [each.subject for each in extract.read(text, tests_known)] == [subject]
    known = extract_people.kin_in(text, subject, TODAY)
    assert (known.birth_date, known.childhood) == (born, childhood)


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("my wife is 8 weeks pregnant, her hemoglobin is 10.1", "wife"),
        ("my daughter is 8 weeks pregnant. her hemoglobin is 10.1", "daughter"),
        ("my daughter is 2 weeks post op, her hemoglobin is 10.1", "daughter"),
        ("my mom, 3 days and counting, has a hemoglobin of 10.1", "mother"),
    ],
)
def test_what_is_counted_beside_someone_is_not_always_their_age(text: str, subject: str) -> None:
    assert extract_people.kin_in(text, subject, TODAY) == extract_people.kin(subject)


@pytest.mark.parametrize(
    ("subject", "sex"),
    [("husband", "male"), ("grandmother", "female"), ("son", None), ("friend", None), ("patient", None)],
)
def test_a_word_for_a_grown_relative_tells_the_sex(subject: str, sex: str | None) -> None:
    assert extract_people.kin(subject).sex == sex

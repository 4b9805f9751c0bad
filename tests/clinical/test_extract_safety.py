"""The ways a text could make an abnormal result look normal, each with rows where it must not."""

from datetime import date

import pytest

from clinical import extract, interpret
from clinical.catalogue import Catalogue
from clinical.types import Person, Result

TODAY = date(2026, 11, 22)


def judged(text: str, known: Catalogue) -> list[str]:
    """ "potassium 6.3 H" for each result of a text; "?" where it is not judged."""
    found = []
    for each in extract.read(text, known):
        likely = each.likely_unit
        result = Result(each.analyte, each.value, each.unit, each.range, each.flag, likely_unit=likely)
        verdict = interpret.judge(result, Person(), TODAY, known).interpretation or "?"
        found.append(f"{each.analyte} {each.value} {verdict}")
    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # an earlier, better result beside the one that counts now
        ("my potassium was normal at 4.2 but the er says 6.3", ["potassium 4.2 N", "potassium 6.3 HH"]),
        ("creatinine no longer 1.0, they now say 3.4", ["creatinine 1.0 N", "creatinine 3.4 H"]),
        ("it says potassium 4.0 normal in may. but today 6.0", ["potassium 4.0 N", "potassium 6.0 HH"]),
        ("sugar was 92, an hour later 44", ["glucose 92 N", "glucose 44 LL"]),
        ("sugar 118", ["glucose 118 ?"]),
        # the laboratory's limits taken for the result, or left out of the judging
        ("150-450 is normal for platelets, I have 19", ["platelets 19 LL"]),
        ("normal range for potassium is 3.5 to 5.1 right? mine hasn't come back", []),
        ("calcium 7.0 normal is 8.5", ["calcium 7.0 L"]),
        ("INR 2.0-3.0 is goal, he is 1.7", ["inr 1.7 H"]),
        ("Both my TSH (9.1) and TPO (>600) were high", ["tsh 9.1 H", "tpo_antibody >600 H"]),
        ("Potassium 5.6 3.5 - 5.1 mmol/L", ["potassium 5.6 H"]),
        # a share told as a count, and a count as a share
        ("WBC 38, ALC 31.7", ["white_cells 38 H", "lymphocytes 31.7 ?"]),
        ("Lymphocytes 71 % absolute 9.8", ["lymphocytes_percent 71 H", "lymphocytes 9.8 H"]),
        ("neutrophils 12% 0.4 K/uL", ["neutrophils_percent 12 L", "neutrophils 0.4 LL"]),
        # limits in thousands, the value in full counts, or the other way round
        ("wbc 3k (4-11)", ["white_cells 3000 L"]),
        ("wbc 27000 (4-11)", ["white_cells 27000 H"]),
        ("platelets 21 (150000-450000)", ["platelets 21 LL"]),
        ("platelets 1.2 lakh (1.5-4.1)", ["platelets 120000 L"]),
        ("tsh 0.01 (0.4-4.5)", ["tsh 0.01 L"]),
        # another test of a like name, another fluid, another unit
        ("base excess -9.2, ph 7.24", ["base_excess -9.2 L", "ph_blood 7.24 L"]),
        ("LDL/HDL 2.6", []),
        ("csf protein 120, glucose 30", []),
        ("AFP 2.9 MoM", ["afp_mom 2.9 H"]),
        ("urea 19", ["urea 19 ?"]),
        ("glucose over 1000 in pee", ["urine_glucose >1000 H"]),
        ("brucella igm 2.1", []),
        # bare numbers of one report are of one system of units
        ("total cholesterol 7.2, ldl 5.1, hdl 1.3", ["cholesterol 7.2 H", "ldl 5.1 H", "hdl 1.3 N"]),
        ("bilirubin 6.3, albumin 2.4", ["bilirubin_total 6.3 H", "albumin 2.4 L"]),
        ("bilirubin 6.3", ["bilirubin_total 6.3 ?"]),
        ("cholesterol 180, ldl 3.9", ["cholesterol 180 N", "ldl 3.9 H"]),
        ("sugar 58 at 3am, ate 2 glucose tabs", ["glucose 58 L"]),
        ("LDL - 143 HDL - 39 Microalb/Cr - 64", [
            "ldl 143 H", "hdl 39 L", "albumin_creatinine_ratio 64 H",
        ]),
        ("BUN/Cr 14/0.9", ["bun 14 N", "creatinine 0.9 N"]),
        # words behind a number that made it a count, a fever or an age
        ("hgb 6.2 doctor left a voicemail", ["hemoglobin 6.2 LL"]),
        ("sugar 312 night before last", ["glucose 312 H"]),
        ("ANC 350 fever 101.5", ["neutrophils 350 LL"]),
        ("AMH 0.4 at 39", ["amh 0.4 L"]),
        # fasting said after the number, thousands with a point
        ("sugars 110-140 now fasting", ["fasting_glucose 110 H", "fasting_glucose 140 H"]),
        ("beta hcg 1.250 mUI/mL", ["hcg 1250 H"]),
        # a table with a column a day: the limits at the end of a row hold for every number in it
        ("Name | 11/02/26 | 05/14/26 | Range\nBUN | 24 | 21 | 8-22 mg/dL", ["bun 24 H", "bun 21 N"]),
        # a finding that belongs to the next test, or to a question
        ("is it negative if hiv test was early", []),
        ("WBC 0-2/hpf, few epithelial cells, nitrite neg", [
            "urine_white_cells 0-2 N", "urine_epithelial_cells few N", "urine_nitrite negative N",
        ]),
        ("HPV 16 positive pap normal", ["hpv positive A"]),
    ],
)  # fmt: skip
def test_nothing_abnormal_is_read_as_normal(tests_known: Catalogue, text: str, expected: list[str]) -> None:
    assert judged(text, tests_known) == expected


@pytest.mark.parametrize(
    ("text", "flag"),
    [
        ("tsh 3.9 lab marked it HIGH", "H"),
        ("platelets are 152, they flagged it as low", "L"),
        ("K+ 3.5 flagged low", "L"),
        ("potassium 4.9, portal says it's high", "H"),
        ("alk phos 121 \u2191", "H"),
        ("potassium 4.9 low carb diet", None),
        ("potassium 4.9 nothing flagged", None),
        ("is potassium 4.9 high", None),
        ("sodium 128 normal or low?", None),
        ("sodium 138 low?", None),
        ("is hep b surface antibody 5 negative", None),
        ("my doctor wonders whether potassium 4.9 high is an error", None),
    ],
)
def test_a_flag_of_the_laboratory_is_never_overheard(
    tests_known: Catalogue, text: str, flag: str | None
) -> None:
    """In range by the catalogue, and still not to be called so: the lab marked it."""
    (mention,) = extract.read(text, tests_known)
    assert mention.flag == flag

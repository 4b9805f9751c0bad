"""Any text at all: no crash, no long wait, and what is found is really there."""

import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinical import catalogue, extract, ranges, triage, units
from clinical.interpret import judge
from clinical.reading_grade import grade
from clinical.types import Person, ReferenceRange, Result
from clinical.values import amount
from tests.support.yardstick import slowness

KNOWN = catalogue.load()
PIECES = st.sampled_from(
    [
        "potassium",
        "K",
        "a1c ",
        " 5.9",
        "12,000",
        "1.5 lakh",
        "5. 6",
        "(3.5-5.1)",
        " H ",
        "mg/dL",
        " my mom's ",
        "\n",
        "urine ",
        "sorry ",
        " not ",
        "normal range ",
        "<",
        ">",
        "-",
        " to ",
        ".",
        ", ",
        "1:160",
        "10^5",
        "positive",
        "IgM",
        "on 3/14/2025 ",
        "fasting ",
        "AST/ALT ",
        "44/99",
        "one forty ",
        "2+",
        "µ",
        "é",
        "💉",
        "|",
        "\t",
        "%",
        "x10e3/uL",
    ]
)
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=40).map("".join))
PATIENT = settings(max_examples=150, deadline=1000, suppress_health_check=[HealthCheck.too_slow])


@PATIENT
@given(TEXTS)
def test_any_text_can_be_read(text: str) -> None:
    for found in extract.read(text, KNOWN):
        assert 0 <= found.start < found.end <= len(text)
        assert found.value
        result = Result(found.analyte, found.value, found.unit, found.range, found.flag)
        judgement = judge(result, Person(), date(2026, 9, 1), KNOWN)
        assert triage.triage(judgement, result, Person(), catalogue=KNOWN).tier in triage.TIERS
    extract.named(text, KNOWN)
    grade(text)
    ranges.parse(text)
    units.parse(text)
    amount(text)


@pytest.mark.parametrize(
    "piece",
    [
        "5 ",
        "1.",
        "1,",
        "5-",
        "a",
        "(",
        "one ",
        "tsh 5 ",
        "potassium ",
        "normal range ",
        "my goal ",
        " ",
        "\n",
        "<",
        "not 5 ",
    ],
)
def test_long_nonsense_takes_no_time(piece: str) -> None:
    text = (piece * 20_000)[:10_000]
    before = time.process_time()
    extract.read(text, KNOWN)
    assert time.process_time() - before < 2 * slowness()


def test_a_report_of_a_hundred_lines_is_quick() -> None:
    tests = [
        analyte
        for analyte in KNOWN.by_key.values()
        if analyte.kind == "quantity" and analyte.specimen == "blood"
    ][:100]
    report = "\n".join(
        f"{test.name:40} {7 + index / 7:.1f}  H  mg/dL   5-20" for index, test in enumerate(tests)
    )
    extract.read("potassium 4.1", KNOWN)
    before = time.process_time()
    found = extract.read(report, KNOWN)
    assert time.process_time() - before < 0.5 * slowness()
    assert len(found) >= 90


NUMBERS = st.decimals(min_value=Decimal("0.001"), max_value=100_000, places=3, allow_nan=False)


@PATIENT
@given(NUMBERS, NUMBERS, NUMBERS)
def test_within_the_labs_range_or_out_of_it(value: Decimal, one: Decimal, other: Decimal) -> None:
    low, high = sorted((one, other))
    result = Result(None, str(value), None, ReferenceRange(low, high, None, "laboratory"))
    verdict = judge(result, Person(), date(2026, 9, 1), KNOWN).interpretation
    assert verdict == ("L" if value < low else "H" if value > high else "N")


@PATIENT
@given(st.sampled_from(sorted(KNOWN.by_key)), NUMBERS)
def test_a_bare_number_is_normal_only_if_its_unit_is_named(key: str, value: Decimal) -> None:
    judgement = judge(Result(key, str(value)), Person(), date(2026, 9, 1), KNOWN)
    if judgement.interpretation == "N":
        assert judgement.unit is not None
        assert judgement.unit_inferred

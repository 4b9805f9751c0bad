"""The catalogue's rows against themselves: sources, codes, units, limits and words hang together."""

from decimal import Decimal
from urllib.parse import urlsplit

import pytest

from clinical import catalogue
from clinical.analyte import Analyte, Limits
from clinical.reading_grade import grade

ROWS = list(catalogue.load().by_key.values())


def ids(analyte: Analyte) -> str:
    return analyte.key


def loinc_check_digit(code: str) -> int:
    """LOINC's own mod-10 check digit: a code mistyped by a digit does not pass."""
    number = code.partition("-")[0][::-1]
    doubled = str(int(number[0::2]) * 2) + number[1::2]
    return -sum(map(int, doubled)) % 10


def test_the_check_digit_is_the_published_one() -> None:
    assert [loinc_check_digit(code) for code in ("2823-3", "718-7", "98979-8")] == [3, 7, 8]
    assert loinc_check_digit("2824-3") != 3


def test_the_catalogue_is_wide_enough() -> None:
    assert len(ROWS) >= 220
    assert len({row.area for row in ROWS}) >= 20


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_every_code_has_its_check_digit(row: Analyte) -> None:
    for code in row.loinc:
        assert int(code[-1]) == loinc_check_digit(code), code


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_every_limit_carries_a_public_address(row: Analyte) -> None:
    limits = [each.limits for each in row.ranges] + ([row.critical] if row.critical else [])
    for source in [*(each.source for each in limits), *([row.rcv_source] if row.rcv_percent else [])]:
        parts = urlsplit(source or "")
        assert parts.scheme in ("https", "http"), source
        assert "." in parts.netloc, source


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_critical_limits_lie_outside_the_ranges_and_inside_what_is_plausible(row: Analyte) -> None:
    if row.critical is None:
        return
    for each in row.ranges:
        assert not _inside(each.limits, row.critical), f"{row.key}: {each.limits} against {row.critical}"
    if row.plausible:
        for limit in (row.critical.low, row.critical.high):
            assert limit is None or _within(limit, row.plausible)


def _inside(usual: Limits, critical: Limits) -> bool:
    """Whether a critical limit would make a result within the usual range critical."""
    low = critical.low is not None and usual.low is not None and critical.low >= usual.low
    high = critical.high is not None and usual.high is not None and critical.high < usual.high
    return low or high


def _within(value: Decimal, limits: Limits) -> bool:
    return (limits.low is None or value >= limits.low) and (limits.high is None or value <= limits.high)


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_ranges_lie_inside_what_is_plausible(row: Analyte) -> None:
    for each in row.ranges:
        for limit in (each.limits.low, each.limits.high):
            assert limit is None or row.plausible is None or _within(limit, row.plausible), each


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_the_canonical_unit_converts_by_one(row: Analyte) -> None:
    if row.unit is None:
        assert row.kind != "quantity"
        assert not row.units
        return
    assert row.units[row.unit] == 1


@pytest.mark.parametrize(
    ("key", "unit", "value", "expected"),
    [
        ("potassium", "mg/dL", "19.55", "5.0"),
        ("creatinine", "umol/L", "88.4", "1.0"),
        ("glucose", "mmol/L", "5.55", "100"),
        ("hemoglobin", "mmol/L", "8.69", "14.0"),
        ("cholesterol", "mmol/L", "5.17", "200"),
        ("triglycerides", "mmol/L", "1.69", "150"),
        ("bilirubin_total", "umol/L", "17.1", "1.0"),
        ("calcium", "mmol/L", "2.5", "10.02"),
        ("magnesium", "mmol/L", "0.82", "2.0"),
        ("phosphate", "mmol/L", "1.0", "3.1"),
        ("bun", "mmol/L", "7.14", "20"),
        ("uric_acid", "umol/L", "357", "6.0"),
        ("free_t4", "pmol/L", "12.87", "1.0"),
        ("vitamin_d", "nmol/L", "75", "30.0"),
        ("vitamin_b12", "pmol/L", "148", "200.5"),
        ("ferritin", "ug/L", "30", "30"),
        ("testosterone_total", "nmol/L", "10", "288"),
        ("estradiol", "pmol/L", "367", "100"),
        ("cortisol", "nmol/L", "276", "10.0"),
        ("iron", "umol/L", "17.9", "100"),
        ("albumin_creatinine_ratio", "mg/mmol", "3.39", "30"),
        ("white_cells", "/uL", "12000", "12"),
        ("crp", "mg/dL", "1.5", "15"),
    ],
)
def test_unit_factors_give_the_textbook_numbers(key: str, unit: str, value: str, expected: str) -> None:
    row = catalogue.load()[key]
    assert float(Decimal(value) * row.units[unit]) == pytest.approx(float(expected), rel=0.01)


@pytest.mark.parametrize("row", ROWS, ids=ids)
def test_the_plain_sentence_is_one_and_plain(row: Analyte) -> None:
    assert row.plain.endswith(".")
    assert grade(row.plain) <= 6, f"{grade(row.plain):.1f}: {row.plain}"
    assert len(row.plain) <= 140


@pytest.mark.parametrize("row", [row for row in ROWS if row.kind == "ordinal"], ids=ids)
def test_words_that_are_expected_are_given_in_lower_case(row: Analyte) -> None:
    assert all(word == word.lower().strip() for word in row.expected)


def test_a_high_result_that_is_good_has_no_upper_limit() -> None:
    for key in ("egfr", "hdl", "psa_free_percent"):
        assert all(each.limits.high is None for each in catalogue.load()[key].ranges)

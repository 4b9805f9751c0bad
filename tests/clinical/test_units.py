"""Units as written, as UCUM, and from one to another."""

from decimal import Decimal

import pytest

from clinical import units
from clinical.catalogue import Catalogue


@pytest.mark.parametrize(
    ("written", "ucum"),
    [
        ("mg/dl", "mg/dL"), ("MG/DL", "mg/dL"), ("mg %", "mg/dL"), ("mg per dl", "mg/dL"),
        ("K/uL", "10*3/uL"), ("x10e3/uL", "10*3/uL"), ("x 10^3 / uL", "10*3/uL"), ("thou/mcL", "10*3/uL"),
        ("Thousand/uL", "10*3/uL"), ("10*3 cells/uL", "10*3/uL"), ("M/uL", "10*6/uL"), ("10^9/L", "10*9/L"),
        ("x10E6/uL", "10*6/uL"), ("/nL", "/nL"), ("cells/cumm", "/uL"), ("lakh/cumm", "10*5/uL"),
        ("mIU/L", "m[IU]/L"), ("uIU/mL", "u[IU]/mL"), ("IU/L", "[IU]/L"), ("u/L", "U/L"),
        ("gm/dL", "g/dL"), ("mcg/dL", "ug/dL"), ("µmol/L", "umol/L"), ("UMOLL", "umol/L"), ("mEq/L", "meq/L"),
        ("/hpf", "/[HPF]"), ("mm/hr", "mm/h"), ("percent", "%"), ("mL/min/1.73m2", "mL/min/{1.73_m2}"),
        ("ng/mL", "ng/mL"), ("fl", "fL"), ("mg/g creat", "mg/g{creat}"),
    ],
)  # fmt: skip
def test_a_written_unit_is_ucum(written: str, ucum: str) -> None:
    assert units.parse(written)[0] == ucum


@pytest.mark.parametrize("written", ["", "bananas", "mg/banana", "per week", "tablets"])
def test_what_is_no_unit(written: str) -> None:
    assert units.parse(written) == ()


@pytest.mark.parametrize(
    ("value", "unit", "analyte", "canonical"),
    [
        ("5.5", "mmol/L", "glucose", "99.1"),
        ("88.4", "umol/L", "creatinine", "1"),
        ("140", "g/L", "hemoglobin", "14"),
        ("12000", "/uL", "white_cells", "12"),
        ("1.5", "10*5/uL", "platelets", "150"),
        ("4.5", "10*12/L", "red_cells", "4.5"),
        ("3.1", "meq/L", "potassium", "3.1"),
        ("48", "mmol/mol", "a1c", "6.54"),
        ("2500", "ng/L", "ferritin", "2.5"),
        ("5", "mg/dL", "tsh", None),
        ("5", "bananas", "potassium", None),
    ],
)
def test_values_convert_to_the_tests_own_unit(
    tests_known: Catalogue, value: str, unit: str, analyte: str, canonical: str | None
) -> None:
    found = units.to_canonical(Decimal(value), unit, tests_known[analyte])
    if canonical is None:
        assert found is None
    else:
        assert found is not None
        assert abs(found - Decimal(canonical)) < Decimal("0.06")


def test_one_spelling_means_different_things_for_different_tests(tests_known: Catalogue) -> None:
    assert units.resolve("G/L", tests_known["platelets"]) == "10*9/L"
    assert units.resolve("G/L", tests_known["hemoglobin"]) == "g/L"


def test_every_unit_in_the_catalogue_converts(tests_known: Catalogue) -> None:
    for analyte in tests_known.by_key.values():
        for unit in analyte.units:
            assert units.fits(unit, analyte), (analyte.key, unit)

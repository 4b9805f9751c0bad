"""The catalogue's tables: what ships loads, and a slip in a table is named."""

import pytest

from clinical.catalogue import Catalogue, CatalogueError, build, read_table

ROW = """
[sodium]
name = "Sodium"
plain = "Sodium is a salt."
area = "metabolic"
kind = "quantity"
specimen = "blood"
loinc = ["2951-2", "2947-0"]
names = ["sodium", "na+"]
short_names = ["na"]
unit = "mmol/L"
units = { "mmol/L" = "1" }
ranges = [{ low = "136", high = "145", source = "https://example.org" }]
"""


def test_what_ships_loads(tests_known: Catalogue) -> None:
    assert len(tests_known) >= 220
    assert tests_known["potassium"].primary_loinc == "2823-3"


def test_any_code_and_any_name_finds_the_analyte() -> None:
    known = build(read_table(ROW, "metabolic.toml"))
    assert known.find_code(" 2947-0 ") is known["sodium"]
    assert known.find_code("1-8") is None
    assert known.find_name("NA+") is known["sodium"]
    assert known.find_name("sodium bicarbonate") is None
    assert known.get(None) is None


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (('name = "Sodium"\n', ""), r"metabolic.toml: \[sodium\] name is missing"),
        (('"2951-2"', '"2951"'), "loinc '2951' is not a LOINC code"),
        (('kind = "quantity"', 'kind = "number"'), "kind must be one of"),
        (('low = "136"', "low = 136"), "must be a number in quotes"),
        (('low = "136"', 'low = "150"'), "is above"),
        (('low = "136"', 'low = "a bit"'), "is not a number"),
        ((', source = "https://example.org"', ""), "has no source"),
        (('specimen = "blood"', 'specimen = "blood"\ncolour = "red"'), "unknown field 'colour'"),
        (('high = "145"', 'high = "145", sex = "f"'), "sex must be female or male"),
        (('unit = "mmol/L"\n', ""), "a quantity needs a unit"),
        (('names = ["sodium"', 'names = ["11"'), "has no plain letter"),
        (('"mmol/L" = "1" }', '"mmol/L" = "0" }'), "must be above zero"),
        (("[sodium]", "[sodium"), "metabolic.toml"),
    ],
)
def test_a_slip_is_named(change: tuple[str, str], problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem):
        build(read_table(ROW.replace(*change), "metabolic.toml"))


@pytest.mark.parametrize(
    ("second", "problem"),
    [
        (ROW, "sodium: defined twice"),
        (ROW.replace("[sodium]", "[natrium]"), "LOINC 2951-2 is claimed by both sodium and natrium"),
        (
            ROW.replace("[sodium]", "[natrium]").replace("2951-2", "9-1").replace("2947-0", "9-2"),
            "name 'sodium' is claimed by both",
        ),
    ],
)
def test_nothing_is_claimed_twice(second: str, problem: str) -> None:
    with pytest.raises(CatalogueError, match=problem):
        build([*read_table(ROW, "a.toml"), *read_table(second, "b.toml")])

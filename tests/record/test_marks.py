"""Laboratories' own marks on results."""

import tomllib
from importlib import resources

import pytest

from record import marks

CASES = [
    (["N"], "N"),
    (["L"], "L"),
    (["LL"], "LL"),
    (["LU"], "LL"),
    (["H"], "H"),
    (["HH"], "HH"),
    (["HU"], "HH"),
    (["A"], "A"),
    (["AA"], "AA"),
    (["Normal"], "N"),
    (["low"], "L"),
    (["LO"], "L"),
    (["High"], "H"),
    (["*HI*"], "H"),
    (["[abnormal]"], "A"),
    (["abn"], "A"),
    (["Critical low"], "LL"),
    (["critical high"], "HH"),
    (["Critically low"], "LL"),
    (["critically high"], "HH"),
    (["critical abnormal"], "AA"),
    (["critical"], "AA"),
    (["H", "A"], "H"),
    (["A", "HH", None], "HH"),
    (["N", "H"], "H"),
    (["POS"], None),
    (["S"], None),
    (["R"], None),
    ([""], None),
    ([None], None),
    ([], None),
    (["x"], None),
]


@pytest.mark.parametrize(("written", "code"), CASES)
def test_marks(written: list[str | None], code: str | None) -> None:
    assert marks.read(written) == code


def test_every_row_of_the_table_has_a_source_and_a_case() -> None:
    table = tomllib.loads(resources.files("record").joinpath("flags.toml").read_text("utf-8"))
    assert all(section["source"].startswith("https://") for section in table.values())
    listed = {mark.casefold() for section in table.values() for mark in section if mark != "source"}
    tried = {(one or "").strip("*[]").casefold() for written, _ in CASES for one in written}
    assert listed <= tried

"""The directory file: whole or refused with the reason; two at most, nearby first, in their language."""

from datetime import date
from pathlib import Path

import pytest

from actions.resources.directory import NATIONAL, Directory, DirectoryError, load
from gateway.sms import is_gsm
from kith.directory import DEMO

ROW = """
[counties]
"Kings" = ["112"]

[[resource]]
id = "pantry"
name = "The Pantry"
needs = ["food-insecurity"]
phone = "555-0142"
hours = "9 to 5"
languages = ["en"]
places = ["Kings"]
source = "https://example.org"
checked = 2026-01-01
"""


def directory(tmp_path: Path, text: str) -> Directory:
    path = tmp_path / "directory.toml"
    path.write_text(text)
    return load(path)


@pytest.mark.parametrize("path", [NATIONAL, DEMO], ids=lambda path: path.name)
def test_what_is_shipped_can_be_used(path: Path) -> None:
    found = load(path)
    for each in found.resources:
        assert each.source.startswith("https://")
        assert is_gsm(f"{each.name} {each.phone} {each.hours}")
    assert found.stale(date(2026, 11, 24)) == ()
    assert len(found.stale(date(2028, 1, 1))) == len(found.resources)


def test_the_demos_own_numbers_are_of_the_kind_reserved_for_fiction() -> None:
    for each in load(DEMO).resources:
        assert each.phone in ("211", "988") or ("demo" in each.name and each.phone.startswith("555-01"))


def test_without_a_file_the_national_numbers_are_used() -> None:
    assert {"211", "988", "eldercare-locator"} <= {each.id for each in load().resources}


FITTING = [
    ("food-insecurity", "en", None, ["demo-pantry", "211"]),  # nearby first, two at most
    ("food-insecurity", "en", "11201", ["demo-pantry", "211"]),
    ("food-insecurity", "en", "90001", ["211"]),  # the pantry does not serve there
    ("transportation-insecurity", "es", "11201", ["demo-rides", "211"]),  # English where nobody speaks theirs
    ("utility-insecurity", "es", "11300", ["211"]),
    ("grief", "en", None, ["988"]),
    ("veteran-status", "en", None, []),
]


@pytest.mark.parametrize(("need", "language", "postal_code", "ids"), FITTING)
def test_who_fits(need: str, language: str, postal_code: str | None, ids: list[str]) -> None:
    assert [each.id for each in load(DEMO).fitting(need, language, postal_code)] == ids


def test_their_own_language_comes_before_english_from_far_away() -> None:
    assert [each.id for each in load().fitting("food-insecurity", "es", None)] == ["211", "hambre"]


BROKEN = [
    ("id =", "idd =", "lacks id"),
    ('needs = ["food-insecurity"]', 'needs = ["food"]', "no need is called food"),
    ('places = ["Kings"]', 'places = ["Queens"]', "the county Queens stands not in"),
    ("checked = 2026-01-01", 'checked = "lately"', "`checked` is no date"),
    ('phone = "555-0142"', 'phone = ""', "`phone` must be short plain text"),
    ('name = "The Pantry"', 'name = "The \u2019Pantry"', "`name` must be short plain text"),
    ('languages = ["en"]', "languages = []", "may not be empty"),
    ("[[resource]]", "[[resources]]", "has no [[resource]]"),
    ("[counties]", "[counties", "cannot be read"),
    ("checked = 2026-01-01", 'checked = 2026-01-01\nemail = "a@b.c"', "not known"),
]


@pytest.mark.parametrize(("old", "new", "says"), BROKEN, ids=[each[2] for each in BROKEN])
def test_a_file_that_is_not_whole_is_refused_with_its_reason(
    tmp_path: Path, old: str, new: str, says: str
) -> None:
    assert old in ROW
    with pytest.raises(DirectoryError) as refused:
        directory(tmp_path, ROW.replace(old, new, 1))
    assert says in str(refused.value)


def test_an_id_may_not_stand_twice(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match="pantry stands twice"):
        directory(tmp_path, ROW + ROW[ROW.index("[[resource]]") :])


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(DirectoryError, match=r"none\.toml cannot be read"):
        load(tmp_path / "none.toml")

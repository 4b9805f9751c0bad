"""A form the clinic supplies: its own words and codes, and refused with a reason when it is not whole."""

from collections.abc import Callable
from pathlib import Path

import pytest

from clinical.screeners import Screener, load, needs, read
from clinical.screeners.clinic import FormsError, made, parse

TEXT = (Path(__file__).parent / "made_up_form.toml").read_text("utf-8")


def form() -> Screener:
    (found,) = made(parse(TEXT))
    return found


def test_its_words_notice_and_codes_are_the_files() -> None:
    found = form()
    assert (found.id, found.loinc, found.instead_of) == ("made-up", "93025-5", {"ahc-hrsn"})
    assert found.copyright.startswith("(c) Nobody at all.")
    item = found.item("table")
    assert item is not None
    assert item.text == "How often did your table stand empty in the past year?"
    assert [option.code for option in item.options] == ["LA28397-0", "LA28398-8"]
    assert found.score is None


@pytest.mark.parametrize(
    ("name", "text", "codes"),
    [
        ("table", "1", "LA28397-0"),
        ("table", "often empty", "LA28397-0"),
        ("table", "most weeks, sadly", "LA28397-0"),
        ("table", "never empty", "LA28398-8"),
        ("table", "it depends", ""),
        ("roof", "Yes", "LA33-6"),
        ("roof", "sí", "LA33-6"),
        ("roof", "no", "LA32-8"),
        ("roof", "yes and no", ""),
    ],
)
def test_answers_are_read_by_its_own_words(name: str, text: str, codes: str) -> None:
    item = form().item(name)
    assert item is not None
    assert read(item, text).codes == codes


def test_its_answers_tell_of_needs() -> None:
    assert needs(form(), {"table": "LA28397-0", "roof": "LA32-8"}) == ("food-insecurity",)


# ruff: noqa: E501
FAULTS: list[tuple[str, Callable[[str], str], str]] = [
    ("no toml", lambda text: "[[form]\n" + text, "not TOML"),
    ("no form", lambda _: 'title = "x"', r"no \[\[form\]\]"),
    ("ours", lambda text: text.replace('id = "made-up"', 'id = "phq-2"'), "phq-2: this form comes with Kith"),
    ("odd id", lambda text: text.replace('id = "made-up"', 'id = "Made up"'), "small letters"),
    ("no notice", lambda text: text.replace("copyright", "copied"), "copyright is missing: the owner's notice"),
    ("no item code", lambda text: text.replace('loinc = "88122-7"', 'loinc = "food"'), "made-up/table: loinc"),
    ("no words", lambda text: text.replace('text = "Does the rain come in?"', 'text = " "'), "roof: text is miss"),
    ("no answers", lambda text: text.replace('options = "rain"', 'options = "snow"'), "roof: its answers are miss"),
    ("odd answer", lambda text: text.replace("LA33-6", "yes"), "an answer's code must be LOINC's"),
    ("answers twice", lambda text: text.replace("LA32-8", "LA33-6"), "two answers with one code"),
    ("one key", lambda text: text.replace('key = "2"', 'key = "1"'), "two answers with one key"),
    ("items twice", lambda text: text.replace('id = "roof"', 'id = "table"'), "two items with one id"),
    ("no moment", lambda text: text.replace("[form.asked]", "[form.moment]"), r"\[form.asked\] is missing"),
    ("odd days", lambda text: text.replace("period_days = 365", 'period_days = "a year"'), "asked.period_days"),
    ("twice", lambda text: text + text, "two forms with one id"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "message"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS]
)
def test_a_file_that_is_not_whole_is_refused_with_its_reason(
    change: Callable[[str], str], message: str
) -> None:
    with pytest.raises(FormsError, match=message):
        parse(change(TEXT))


def test_ours_are_untouched_by_it() -> None:
    assert "made-up" not in [each.id for each in load()]

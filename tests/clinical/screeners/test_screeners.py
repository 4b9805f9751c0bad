"""The published forms as data: codes and words as published, answers read only when sure, points added."""

import re
import tomllib
from itertools import product
from pathlib import Path

import pytest

from clinical import screeners
from clinical.screeners import Item, Screener, load, needs, read, total
from gateway.sms import is_gsm

ROOT = Path(__file__).parents[3]
ANSWERS = tomllib.loads((ROOT / "clinical/screeners/tables/answers.toml").read_text())["answer"]
ITEMS = {item.choices: item for screener in load() for item in screener.items}
EVERY = [(screener, item) for screener in load() for item in screener.items]


def form(name: str) -> Screener:
    found = screeners.find(name)
    assert found is not None
    return found


def test_three_forms_in_the_order_of_asking() -> None:
    assert [each.id for each in load()] == ["phq-2", "gad-2", "ahc-hrsn"]
    assert screeners.find("prapare") is None  # its licence does not let us ship its words: docs/screeners.md


@pytest.mark.parametrize("screener", load(), ids=lambda each: each.id)
def test_a_form_names_its_owner_and_its_source(screener: Screener) -> None:
    assert "LOINC content (c) Regenstrief Institute" in screener.copyright
    assert screener.source.startswith("https://")
    assert screener.period > 0
    assert screener.declined > screener.period or screener.id == "ahc-hrsn"
    if screener.score:
        assert screener.score.source.startswith("https://")


@pytest.mark.parametrize(("screener", "item"), EVERY, ids=[f"{s.id}/{i.id}" for s, i in EVERY])
def test_an_item_has_codes_a_source_and_plain_characters(screener: Screener, item: Item) -> None:
    assert re.fullmatch(r"\d{3,6}-\d", item.loinc)
    assert item.source == f"https://loinc.org/{item.loinc}"
    assert is_gsm(f"{item.stem} {item.text}")
    codes = [option.code for option in item.options]
    assert len(set(codes)) == len(codes) > 1
    assert all(re.fullmatch(r"LA\d+-\d", code) for code in codes)
    if screener.score:
        assert [option.value for option in item.options] == [0, 1, 2, 3]


def test_the_codes_are_those_loinc_publishes() -> None:
    codes = {(screener.id, item.loinc) for screener, item in EVERY}
    assert codes == {
        ("phq-2", "44250-9"), ("phq-2", "44255-8"), ("gad-2", "69725-0"), ("gad-2", "68509-9"),
        ("ahc-hrsn", "71802-3"), ("ahc-hrsn", "96778-6"), ("ahc-hrsn", "88122-7"), ("ahc-hrsn", "88123-5"),
        ("ahc-hrsn", "93030-5"), ("ahc-hrsn", "96779-4"),
    }  # fmt: skip
    assert (form("phq-2").loinc, form("ahc-hrsn").loinc) == ("55757-9", "96777-8")
    assert (form("gad-2").loinc, form("gad-2").score.loinc) == (None, None)  # type: ignore[union-attr]


PUBLISHED = [
    ("phq-2", "interest", "Little interest or pleasure in doing things"),
    ("phq-2", "down", "Feeling down, depressed, or hopeless"),
    ("gad-2", "nervous", "Feeling nervous, anxious or on edge"),
    ("gad-2", "worrying", "Not being able to stop or control worrying"),
    ("ahc-hrsn", "living", "What is your living situation today?"),
    (
        "ahc-hrsn",
        "food-worry",
        "Within the past 12 months, you worried that your food would run out before you got money to buy "
        "more.",
    ),
    (
        "ahc-hrsn",
        "food-last",
        "Within the past 12 months, the food you bought just didn't last and you didn't have money to get "
        "more.",
    ),
    (
        "ahc-hrsn",
        "rides",
        "In the past 12 months, has lack of reliable transportation kept you from medical appointments, "
        "meetings, work or from getting things needed for daily living?",
    ),
    (
        "ahc-hrsn",
        "utilities",
        "In the past 12 months has the electric, gas, oil, or water company threatened to shut off services "
        "in your home?",
    ),
]


@pytest.mark.parametrize(("name", "item", "words"), PUBLISHED, ids=[f"{a}/{b}" for a, b, _ in PUBLISHED])
def test_the_words_are_the_published_ones(name: str, item: str, words: str) -> None:
    found = form(name).item(item)
    assert found is not None
    assert found.text == words


@pytest.mark.parametrize("row", ANSWERS, ids=[f"{r['choices'][0]}:{r['code']}" for r in ANSWERS])
def test_an_answer_in_ones_own_words(row: dict) -> None:
    assert row["source"]
    for choices in row["choices"]:
        assert read(ITEMS[choices], row["case"]).codes == row["code"]
        assert row["code"] not in read(ITEMS[choices], row["refused"]).codes.split()


def test_every_option_can_be_said_in_own_words() -> None:
    said = {(choices, row["code"]) for row in ANSWERS for choices in row["choices"]}
    assert said == {(item.choices, option.code) for _, item in EVERY for option in item.options}


@pytest.mark.parametrize(("_", "item"), EVERY, ids=[f"{s.id}/{i.id}" for s, i in EVERY])
def test_the_published_answers_and_their_numbers_are_understood(_: Screener, item: Item) -> None:
    for option in item.options:
        if not item.repeats or option.key:
            assert read(item, option.key or option.text).codes == option.code
            assert read(item, (option.key or option.text).upper() + "!").codes == option.code


INTEREST = ("phq-2", "interest")
UNSURE = [
    (*INTEREST, "sometimes"),  # how often is that?
    (*INTEREST, "yes"),
    (*INTEREST, "idk"),
    (*INTEREST, "it depends on the day"),
    (*INTEREST, "not every day"),
    (*INTEREST, "a few days, or most days"),  # two answers are none
    (*INTEREST, "3 days"),
    (*INTEREST, "5"),
    ("ahc-hrsn", "rides", "maybe"),
    ("ahc-hrsn", "utilities", "yes and no"),
    ("ahc-hrsn", "food-worry", "yes"),  # often, or sometimes?
    ("ahc-hrsn", "living", "my landlord is ok"),
    ("ahc-hrsn", "place", "no mold here"),
    ("ahc-hrsn", "place", "the stove is fine"),
    ("ahc-hrsn", "place", "2 and none of the above"),
    (*INTEREST, "every day " + "and more " * 30),  # a story, not an answer
]


@pytest.mark.parametrize(("name", "item", "text"), UNSURE, ids=[each[2][:30] for each in UNSURE])
def test_what_is_not_sure_is_no_answer(name: str, item: str, text: str) -> None:
    found = form(name).item(item)
    assert found is not None
    assert not read(found, text).sure


SEVERAL = [
    ("1 and 4", "LA31996-4 LA31998-0"),
    ("mold and the roof leaks", "LA28580-1 LA32001-2"),
    ("the stove is not working", "LA31999-8"),
    ("None of the above.", "LA9-3"),
    ("2", "LA28580-1"),
]


@pytest.mark.parametrize(("text", "codes"), SEVERAL)
def test_several_housing_problems_at_once(text: str, codes: str) -> None:
    assert read(ITEMS["ahc-hrsn.place"], text).codes == codes


FREQUENCY = ("LA6568-5", "LA6569-3", "LA6570-1", "LA6571-9")


@pytest.mark.parametrize("name", ["phq-2", "gad-2"])
@pytest.mark.parametrize(("first", "second"), list(product(range(4), repeat=2)))
def test_every_pair_of_answers_adds_up(name: str, first: int, second: int) -> None:
    screener = form(name)
    codes = dict(
        zip([item.id for item in screener.items], (FREQUENCY[first], FREQUENCY[second]), strict=True)
    )
    found = total(screener, codes)
    assert found is not None
    assert found.points == first + second
    assert found.positive is (first + second >= 3)  # below, on and above the published cut
    wanted = None if first + second < 3 else "routine" if first + second < 5 else "urgent"
    assert (found.rule.priority if found.rule else None) == wanted


def test_a_missing_answer_is_never_a_zero() -> None:
    assert total(form("phq-2"), {"interest": "LA6571-9"}) is None
    assert total(form("ahc-hrsn"), {"rides": "LA33-6"}) is None  # it has no score


def test_the_needs_answers_tell_of() -> None:
    given = {
        "living": "LA31994-9",
        "place": "LA28580-1 LA31998-0",
        "food-worry": "LA6729-3",
        "food-last": "LA28398-8",
    }
    assert needs(form("ahc-hrsn"), given) == ("housing-instability", "inadequate-housing", "food-insecurity")
    assert needs(form("ahc-hrsn"), {"rides": "LA32-8", "place": "LA9-3"}) == ()


def test_a_task_names_the_points_and_never_a_diagnosis() -> None:
    for screener in load():
        for rule in screener.score.rules if screener.score else ():
            assert "{points}" in rule.description
            assert "not a diagnosis" in rule.description
            assert rule.priority in ("routine", "urgent")

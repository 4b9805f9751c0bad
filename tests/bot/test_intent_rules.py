"""What is sure about an intent: every row of the table, beside messages it must leave alone."""

import tomllib
from pathlib import Path

import pytest

from bot.components.deciding import Rules, decide, load, words

TABLE = tomllib.loads((Path(__file__).parents[2] / "bot/components/intent_rules.toml").read_text("utf-8"))
NONE: frozenset[str] = frozenset()
RESULT = frozenset({"lab_result"})
TEST = frozenset({"lab_test"})


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load()


def test_every_row_has_a_source() -> None:
    rows = [*TABLE["keyword"], *TABLE["correction"], *TABLE["mine"], TABLE["longest"], TABLE["least"]]
    assert all(row["source"] for row in rows)


def test_a_keyword_means_one_thing() -> None:
    every = [words(each) for row in TABLE["keyword"] for each in row["words"]]
    assert len(every) == len(set(every))


@pytest.mark.parametrize(
    ("word", "intent"), [(word, row["intent"]) for row in TABLE["keyword"] for word in row["words"]]
)
def test_a_keyword_is_sure_however_it_is_typed(rules: Rules, word: str, intent: str) -> None:
    for typed in (word, word.upper(), f"  {word}!! ", word.title() + "."):
        assert decide(rules, typed, "joke", 0.9, NONE) == (intent, 1.0)


@pytest.mark.parametrize(
    "text", ["I help my mother", "no car", "show up", "the nurse was kind", "yes and no"]
)
def test_a_keyword_inside_a_message_decides_nothing(rules: Rules, text: str) -> None:
    assert decide(rules, text, "tell", 0.8, NONE) == ("tell", 0.8)


@pytest.mark.parametrize("row", TABLE["correction"], ids=lambda row: row["case"])
def test_a_number_taken_back(rules: Rules, row: dict[str, str]) -> None:
    assert decide(rules, row["case"], "tell", 0.9, NONE) == ("correct_result", 1.0)
    assert decide(rules, row["case"], "tell", 0.9, RESULT) == ("correct_result", 1.0)
    assert decide(rules, row["refused"], "tell", 0.9, NONE) == ("tell", 0.9)


@pytest.mark.parametrize("row", TABLE["mine"], ids=lambda row: row["case"])
def test_a_question_after_their_own_results(rules: Rules, row: dict[str, str]) -> None:
    assert decide(rules, row["case"], "tell", 0.9, TEST) == ("ask_my_results", 1.0)
    assert decide(rules, row["case"] + "?", "smalltalk", 0.9, NONE) == ("ask_my_results", 1.0)
    assert decide(rules, row["case"], "tell", 0.9, RESULT)[0] == "ask_result"
    assert decide(rules, row["refused"], "tell", 0.9, NONE) == ("tell", 0.9)


@pytest.mark.parametrize(
    "text",
    [
        "is my sugar ok?", "are my kidneys alright now", "hows my cholesterol", "Is my liver ok",
        "how's my thyroid doing?", "is everything normal?", "was anything off in my blood work",
        "are my labs ok", "how are my sugar levels",
    ],
)  # fmt: skip
def test_people_ask_after_themselves_in_many_ways(rules: Rules, text: str) -> None:
    assert decide(rules, text, "tell", 0.9, TEST) == ("ask_my_results", 1.0)


def test_a_result_told_is_explained(rules: Rules) -> None:
    assert decide(rules, "my potassium is 5.9", "tell", 0.9, RESULT) == ("ask_result", 1.0)
    assert (
        decide(rules, "my potassium is 5.9 should i stop my pill", "ask_advice", 0.9, RESULT)[0]
        == "ask_result"
    )
    assert decide(rules, "my potassium is really 4.9", "correct_result", 0.6, RESULT)[0] == "correct_result"


@pytest.mark.parametrize(
    ("intent", "most"), [(name, most) for name, most in TABLE["longest"].items() if name != "source"]
)
def test_a_long_message_is_a_story(rules: Rules, intent: str, most: int) -> None:
    text = " ".join(["word"] * most)
    assert decide(rules, text, intent, 0.9, NONE) == (intent, 0.9)
    assert decide(rules, f"{text} more", intent, 0.9, NONE) == ("tell", 1.0)


@pytest.mark.parametrize(("confidence", "intent"), [(0.44, "tell"), (0.45, "greet"), (0.46, "greet")])
def test_a_guess_is_heard_as_something_told(rules: Rules, confidence: float, intent: str) -> None:
    assert decide(rules, "oh hi mark", "greet", confidence, NONE)[0] == intent


def test_a_question_about_a_test_without_a_result(rules: Rules) -> None:
    assert decide(rules, "is my sodium ok?", "ask_result", 0.9, TEST)[0] == "ask_test"
    assert decide(rules, "my sodium again", "ask_result", 0.9, TEST)[0] == "tell"
    assert decide(rules, "what is ferritin", "joke", 0.1, TEST)[0] == "ask_test"


def test_a_letter_is_about_the_test_it_names_only_if_it_asks(rules: Rules) -> None:
    letter = "my sodium was low once " * 10
    assert decide(rules, letter + "what does that mean?", "tell", 0.9, TEST)[0] == "ask_test"
    assert decide(rules, letter + "and then we moved.", "tell", 0.9, TEST)[0] == "tell"
    assert decide(rules, letter + "what does that mean?", "tell", 0.9, NONE)[0] == "tell"


def test_no_guess_at_all_is_heard_as_something_told(rules: Rules) -> None:
    assert decide(rules, "", None, 0.0, NONE) == ("tell", 1.0)

"""What the screen must hear, and what it must leave alone, one trap a row."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from listening.embedding import Embedder
from listening.redflags import LEVELS, screen, warm
from tests.listening.redflags.cases_of import load as load_cases
from tests.support.yardstick import slowness

HEARD = [
    # what negates nothing
    ("I can't stop bleeding", "emergency"),
    ("I can\u2019t breathe", "emergency"),
    ("isn't it bad to have chest pain and be sweating?", "emergency"),
    ("not sure if this is chest pain but it is crushing", "emergency"),
    ("no fever but my chest hurts and my arm is numb", "emergency"),
    ("I don't want to live", "crisis"),
    ("he doesn't let me leave the house", "crisis"),
    # minimising changes nothing
    ("its probably nothing but my chest is tight and im sweaty", "emergency"),
    ("my wife says im fine. half my face is numb and i cant lift my arm", "emergency"),
    ("i want to die but dont worry about it", "crisis"),
    # the past does not cover the present
    ("had a stroke in 2014 and now my face is drooping again", "emergency"),
    ("I am 72 years old and my chest hurts", "emergency"),
    # someone else, now
    ("my husband is not waking up", "emergency"),
    ("my daughter is cutting herself", "crisis"),
    # capitals, spelling, Spanish
    ("MY CHEAST HURTZ AND I CANT BRETHE", "emergency"),
    ("cant breth", "emergency"),
    ("no puedo respirar", "emergency"),
    ("me quiero morir", "crisis"),
    ("mi esposo me pega", "crisis"),
    # read, and true as well
    ("the paper says call for chest pain and i have it right now", "emergency"),
    ("I'm a nurse and im having chest pain", "emergency"),
    # numbers
    ("bp 215/125 and my head is splitting", "emergency"),
    ("sugar 38 shaking", "emergency"),
    ("my 5 week old has a temp of 101", "emergency"),
]
LEFT_ALONE = [
    "no chest pain, no trouble breathing",
    "I have not had any bleeding",
    "never had a seizure",
    "no tengo dolor de pecho",
    "I had a heart attack in 2011",
    "my dad had a stroke at 60",
    "what are the signs of a stroke?",
    "how would one know if it was a heart attack?",
    "this bill gave me a heart attack lol",
    "im dying to know my results",
    "the label says call 911 for chest pain",
    "saw a movie where a man is stabbed",
    "what does natural killer cell mean",
    "im not suicidal",
    "my husband does not hit me",
    "i used to cut in high school",
    "",
    "   \n ",
    "?????",
    "\U0001f600",
]


@pytest.mark.parametrize(("text", "level"), HEARD)
def test_heard(text: str, level: str) -> None:
    screening = screen(text)
    assert level in {flag.level for flag in screening.flags}, screening


@pytest.mark.parametrize("text", LEFT_ALONE)
def test_left_alone(text: str) -> None:
    assert screen(text).level in ("none", "soon", "ask"), screen(text)
    assert not [flag for flag in screen(text).flags if flag.level == "ask" and flag.rule != "second-opinion"]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("bp 179/100 and a bad headache", False),
        ("bp 180/100 and a bad headache", True),
        ("bp 220/100 and a bad headache", True),
        ("sugar 53 and shaky", True),
        ("sugar 71", False),
        ("potassium 6.4", False),
        ("potassium 6.5", True),
        ("o2 90", False),
        ("o2 89", True),
    ],
)
def test_thresholds(text: str, level: bool) -> None:
    ruled = {flag.level for flag in screen(text).flags if flag.rule != "second-opinion"}
    assert ("emergency" in ruled) is level, screen(text)


def test_doubt_asks() -> None:
    """A list without "or" can be read both ways: one direct question, never silence."""
    flags = {flag.rule: flag.level for flag in screen("no fever, chest pain").flags}
    assert flags["chest-pain-any"] == "ask"


def test_quote_is_the_patients_own_words() -> None:
    text = "Since noon \u2026 MY CHEST is Real TIGHT, help"
    for flag in screen(text).flags:
        assert text[flag.start : flag.end] == flag.quote
        assert flag.quote


def test_subject() -> None:
    assert screen("my husband cant breathe").flags[0].subject == "other"
    assert screen("i cant breathe").flags[0].subject == "patient"


def test_worst_first() -> None:
    found = [LEVELS.index(flag.level) for flag in screen("i took all my pills to kill myself").flags]
    assert found == sorted(found, reverse=True)


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=400))
def test_any_text_is_answered(text: str) -> None:
    screening = screen(text)
    assert screening == screen(text)
    for flag in screening.flags:
        assert text[flag.start : flag.end] == flag.quote


@pytest.mark.parametrize(
    ("length", "seconds"), [(200, 0.010), (1600, 0.010), (10_000, 0.150), (40_000, 0.600)]
)
def test_time_is_bounded(length: int, seconds: float) -> None:
    """Ordinary talk put end to end; processor time, best of nine, for the machine may be a busy one."""
    warm()
    story = ". ".join(
        message for case in load_cases("tuned") for message in case.say if case.urgency == "soon"
    )
    text = (story * (length // len(story) + 1))[:length]
    screen(text)
    assert min(_seconds(text) for _ in range(9)) < seconds * slowness()


@pytest.mark.parametrize(("length", "seconds"), [(100, 0.010), (300, 0.020), (10_000, 0.200)])
def test_time_with_the_model_is_bounded(meaning: Embedder, length: int, seconds: float) -> None:
    """One window is looked at, however long the text. A quiet machine needs half of this."""
    warm()
    story = " ".join(message for case in load_cases("tuned")[::9] for message in case.say)
    text = (story * (length // len(story) + 1))[:length]
    screen(text, meaning=meaning)
    assert min(_seconds(text, meaning) for _ in range(9)) < seconds * slowness()


@pytest.mark.parametrize(
    "text", ["pain chest " * 2000, "no " * 5000, "a" * 20_000, "1/2 " * 4000, "(" * 10_000]
)
def test_nothing_makes_it_hang(text: str) -> None:
    assert _seconds(text) < 1.5 * slowness()


def _seconds(text: str, meaning: Embedder | None = None) -> float:
    begin = time.process_time()
    screen(text, meaning=meaning)
    return time.process_time() - begin


@pytest.mark.parametrize(
    "text",
    [
        "my dad fell and hit his head",
        "my moms INR is 6 she fell yesterday and hit her head",
        "my dad slipped in the shower, hit his head",
        "my mother fell and hurt her hip",
        "my daughter fell and hit her head",
        "my son cut his finger while cooking",
        "my dad hit his head on the cabinet",
    ],
)
def test_a_fall_is_no_blow(text: str, meaning: Embedder) -> None:
    for screening in (screen(text), screen(text, meaning=meaning)):
        assert "crisis" not in {flag.level for flag in screening.flags}, screening


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("my dad fell and hit his head", "ask"),
        ("my moms INR is 6 she fell yesterday and hit her head", "emergency"),
        ("my dad is 82 and fell and hit his head this morning", "emergency"),
        ("grandma fell and hit her head", "emergency"),
        ("my daughter fell and hit her head", "ask"),
    ],
)
def test_a_head_hit_in_a_fall_is_a_head_injury(text: str, level: str) -> None:
    assert ("head-injury", level) in {(flag.kind, flag.level) for flag in screen(text).flags}


@pytest.mark.parametrize(
    "text",
    [
        "my dad hit her in the head",
        "my dad pushed her and she fell and hit her head",
        "my stepdad hit me and i fell and hit my head",
        "my boyfriend threw the baby and he fell and hit his head",
        "my dad hit her head on the wall",
    ],
)
def test_a_blow_beside_a_fall_is_still_one(text: str) -> None:
    assert screen(text).level == "crisis"


@pytest.mark.parametrize(
    "text",
    [
        "my husband says our daughter fell and hit her face but i saw the marks",
        "she fell and hit her head again, third time at her dads",
    ],
)
def test_a_fall_somebody_wonders_about_is_no_plain_fall(text: str, meaning: Embedder) -> None:
    """By the meaning: no rule knows these words."""
    assert screen(text, meaning=meaning).level in ("crisis", "emergency")


@pytest.mark.parametrize(
    "text",
    [
        "meter says LO",
        "dexcom says LOW",
        "my glucometer just says Lo",
        "my sugar says lo",
        "my son's meter reads lo",
    ],
)
def test_a_meter_that_says_lo_is_low_sugar(text: str) -> None:
    assert {flag.kind for flag in screen(text).flags} == {"low-sugar"}


def test_a_meter_that_says_hi_is_high_sugar() -> None:
    assert {flag.kind for flag in screen("meter says HI").flags} == {"high-sugar"}


@pytest.mark.parametrize("text", ["dexcom says low battery", "pump says low reservoir"])
def test_a_meter_that_runs_low_is_left_alone(text: str) -> None:
    assert screen(text).level == "none"


@pytest.mark.parametrize(
    "text",
    [
        "leave me alone",
        "please leave me alone",
        "he takes metformin should he stop",
        "im 16 can my mom see this",
        "my inr is 2.5 im on coumadin",
        "ANA 1:160 speckled",
    ],
)
def test_plain_words_are_no_cry_for_help(text: str, meaning: Embedder) -> None:
    assert screen(text, meaning=meaning).level in ("none", "soon")


@pytest.mark.parametrize(
    "text",
    [
        "he won't leave me alone",
        "they leave me alone all day",
        "leave me alone all day in a wet bed",
        "my inr is 2.5 im on coumadin and i feel faint",
        "im 16 can my mom see this i want to die",
        "he takes my metformin and hits me",
    ],
)
def test_one_more_word_is_heard(text: str, meaning: Embedder) -> None:
    assert screen(text, meaning=meaning).level in ("emergency", "crisis")

"""What hearing gives back: exact words, their place, and every kind of thing a person tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening.stories import hear, stressors
from listening.stories.hearing import LONGEST_QUOTE
from listening.stories.words import plain


def pytest_generate_tests(metafunc):
    if "other" in metafunc.fixturenames:
        from pathlib import Path

        lines = (Path(__file__).parent / "cases" / "others.jsonl").read_text(encoding="utf-8").splitlines()
        import json

        rows = [json.loads(line) for line in lines]
        metafunc.parametrize("other", rows, ids=[row["id"] for row in rows])


def test_each_kind_is_heard_or_not(other):
    expected = other["expect"]
    found = [
        item
        for item in hear(other["say"][0]).items
        if item.counts and (item.category, item.code) == (expected["category"], expected["code"])
    ]
    assert bool(found) is expected["hears"], other["say"]


def test_the_quote_is_the_whole_sentence_as_written():
    text = "Hi there. The BUS stopped  running out here, so I been missing my visits! ok"
    (item,) = [i for i in hear(text).items if i.category == "stressor"]
    assert item.quote == "The BUS stopped  running out here, so I been missing my visits"
    assert text[item.start : item.end] == item.quote


def test_a_very_long_sentence_is_cut_around_what_was_said():
    rambling = "well the weather was fine and we went along and " * 12
    text = f"{rambling} then they shut off our water and {rambling}"
    item = next(i for i in hear(text).items if i.code == "utility-insecurity")
    assert "shut off our water" in item.quote
    assert len(item.quote) < LONGEST_QUOTE < len(text)


def test_several_needs_in_one_message_each_have_their_own_words():
    heard = hear("Navy vet, 71. Been sleeping in a tent since the wife died")
    assert stressors(heard) == {"veteran-status", "homelessness", "grief"}


def test_the_feeling_named_first():
    assert hear("I'm so relieved but still scared").feeling == "fear"
    assert hear("my potassium is 4.1").feeling is None


@pytest.mark.parametrize("text", ["", "   ", "?!", "😀", "\n\n", "0" * 1600, "no " * 500, "(" * 50])
def test_odd_messages_give_nothing_and_no_error(text):
    assert hear(text).items == ()


@given(st.text(max_size=200))
def test_offsets_always_hold(text):
    for item in hear(text).items:
        assert text[item.start : item.end] == item.quote


SPELLED_OUT = [
    ("lost my jb 2wks ago n gf put me out", "lost my job 2 weeks ago and girlfriend put me out"),
    ("I CAN’T SLEEP", "i can not sleep"),
    ("sleepn at the mission", "sleeping at the mission"),
    ("me corrió mi señora", "me corrio mi senora"),
    ("soooo tired", "so tired"),
    ("evictoin notice", "eviction notice"),
    ("my landlrd", "my landlord"),
]


@pytest.mark.parametrize(("written", "meant"), SPELLED_OUT)
def test_short_forms_and_slips_are_spelled_out(written, meant):
    from listening.stories import rulebook

    assert plain(written, rulebook.load().words).text.strip() == meant

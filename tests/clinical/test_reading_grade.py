"""The reading grade, against sentences counted by hand."""

import pytest

from clinical.reading_grade import grade, sentences, syllables


@pytest.mark.parametrize(
    ("word", "count"),
    [
        ("cat", 1),
        ("blood", 1),
        ("sugar", 2),
        ("level", 2),
        ("kidneys", 2),
        ("potassium", 4),
        ("hemoglobin", 4),
        ("cholesterol", 4),
        ("doctor", 2),
        ("called", 1),
        ("needed", 2),
        ("tested", 2),
        ("walked", 1),
        ("worried", 2),
        ("usually", 4),
        ("area", 3),
        ("every", 2),
        ("little", 2),
        ("table", 2),
        ("medicine", 3),
        ("appointment", 3),
        ("result", 2),
        ("results", 2),
        ("houses", 2),
        ("being", 2),
        ("created", 3),
        ("science", 2),
        ("quiet", 2),
        ("higher", 2),
        ("don't", 1),
        ("you're", 1),
        ("5.9", 1),
        ("12,000", 1),
        ("rhythm", 2),
        ("question", 2),
        ("emergency", 4),
        ("through", 1),
        ("eye", 1),
        ("breathe", 1),
        ("nurse", 1),
        ("infection", 3),
        ("healthy", 2),
        ("before", 2),
        ("sometimes", 2),
        ("cells", 1),
        ("virus", 2),
        ("liver", 2),
    ],
)
def test_syllables(word: str, count: int) -> None:
    assert syllables(word) == count


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Your potassium is 5.9. That is a bit high.", 2),
        ("Dr. Lee will call you at 3 p.m. today.", 1),
        ("Is it bad? No! Call us.", 3),
        ("See https://medlineplus.gov/lab-tests/potassium-blood-test/ for more.", 1),
        ("One thing\n\nAnother thing", 2),
        ("Eat foods low in salt, e.g. fruit.", 1),
        ("It was 1.2 vs. 1.4 before", 1),
        ("", 0),
        ("...", 0),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


@pytest.mark.parametrize(
    ("text", "words", "syllables_in_all", "sentence_count"),
    [
        ("The cat sat on the mat.", 6, 6, 1),
        ("Your blood sugar was high. Call us today.", 8, 10, 2),
        ("Your potassium is 5.9. That is a bit high.", 9, 12, 2),
        ("The doctor will check your kidneys and your liver.", 9, 12, 1),
    ],
)
def test_the_formula(text: str, words: int, syllables_in_all: int, sentence_count: int) -> None:
    expected = 0.39 * words / sentence_count + 11.8 * syllables_in_all / words - 15.59
    assert grade(text) == pytest.approx(expected)


def test_hard_words_are_harder() -> None:
    easy = grade("Your sugar is high. Please call us today.")
    hard = grade("Hyperglycemia necessitates immediate consultation with your endocrinologist.")
    assert easy < 4 < 12 < hard
    assert grade("") == 0.0

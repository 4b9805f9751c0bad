"""Each kind of thing told: whose it is, when it holds, whether it is denied, its words, its rule."""

import pytest

from listening.stories import hear

PATIENT, OTHER = "patient", "other"

ROWS = [
    # text, category, code, subject, temporality, polarity
    ("I'm scared of the scan", "feeling", "fear", PATIENT, "now", "affirmed"),
    ("I'm not frightened", "feeling", "fear", PATIENT, "now", "negated"),
    ("my daughter is terrified", "feeling", "fear", OTHER, "now", "affirmed"),
    ("I was so depressed years ago", "feeling", "sadness", PATIENT, "past", "affirmed"),
    ("I don't feel hopeless", "feeling", "sadness", PATIENT, "now", "negated"),
    ("my brother is furious", "feeling", "anger", OTHER, "now", "affirmed"),
    ("I felt like a burden back then", "feeling", "shame", PATIENT, "past", "affirmed"),
    ("I'm relieved", "feeling", "relief", PATIENT, "now", "affirmed"),
    ("my wife is hopeful", "feeling", "hope", OTHER, "now", "affirmed"),
    ("I feel numb inside", "feeling", "numbness", PATIENT, "now", "affirmed"),
    ("my husband died in May", "loss", "death", PATIENT, "now", "affirmed"),
    ("they said it is cancer", "loss", "diagnosis", PATIENT, "now", "affirmed"),
    ("my son helps me with everything", "strength", "family-support", PATIENT, "now", "affirmed"),
    ("my faith keeps me going", "strength", "faith", PATIENT, "now", "affirmed"),
    ("I want to walk again", "goal", "goal", PATIENT, "now", "affirmed"),
    ("I'm worried about my heart", "worry", "health", PATIENT, "now", "affirmed"),
    ("I can't afford my medicine", "barrier", "cost", PATIENT, "now", "affirmed"),
    ("my neighbor can't afford her insulin", "barrier", "cost", OTHER, "now", "affirmed"),
    ("I had no ride back in 2010", "barrier", "transport", PATIENT, "past", "affirmed"),
    ("I need an interpreter", "barrier", "language", PATIENT, "now", "affirmed"),
    ("I can't read the labels", "barrier", "reading", PATIENT, "now", "affirmed"),
    ("I don't trust that clinic", "barrier", "trust", PATIENT, "now", "affirmed"),
    ("I stopped taking my pills", "medicine", "not-taken", PATIENT, "now", "affirmed"),
    ("my mother stopped taking her pills", "medicine", "not-taken", OTHER, "now", "affirmed"),
    ("I ran out of my insulin", "medicine", "not-taken-out", PATIENT, "now", "affirmed"),
    ("I don't have chest pain", "symptom", "chest-pain", PATIENT, "now", "negated"),
    ("my husband is dizzy", "symptom", "dizziness", OTHER, "now", "affirmed"),
    ("I had a fever years ago", "symptom", "fever", PATIENT, "past", "affirmed"),
    ("what if I get dizzy", "symptom", "dizziness", PATIENT, "feared", "affirmed"),
    ("I can't sleep", "stressor", "sleep", PATIENT, "now", "affirmed"),
]


@pytest.mark.parametrize(("text", "category", "code", "subject", "temporality", "polarity"), ROWS)
def test_each_kind_carries_whose_when_and_whether(text, category, code, subject, temporality, polarity):
    found = [item for item in hear(text).items if (item.category, item.code) == (category, code)]
    assert [(i.subject, i.temporality, i.polarity) for i in found[:1]] == [(subject, temporality, polarity)]
    assert all(text[item.start : item.end] == item.quote and item.rule for item in found)


def test_every_kind_has_a_row():
    assert {row[1] for row in ROWS} == {
        "stressor", "feeling", "loss", "strength", "goal", "worry", "barrier", "medicine", "symptom"
    }  # fmt: skip

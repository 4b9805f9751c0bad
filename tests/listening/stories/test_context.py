"""What surrounds a wording: one sentence, one thing it must do."""

import pytest

from listening.stories import hear, speaks_for, stressors

ROWS = [
    # sentence, code, subject, temporality, polarity
    ("I'm homeless", "homelessness", "patient", "now", "affirmed"),
    ("I’m not homeless", "homelessness", "patient", "now", "negated"),
    ("I don't think I'm depressed or homeless", "homelessness", "patient", "now", "negated"),
    ("I can't pay and I'm homeless", "homelessness", "patient", "now", "affirmed"),
    ("we were homeless in 2019 but have had our place since", "homelessness", "patient", "past", "affirmed"),
    ("I was homeless years ago", "homelessness", "patient", "past", "affirmed"),
    ("if I end up homeless I don't know", "homelessness", "patient", "feared", "affirmed"),
    ("my brother is homeless", "homelessness", "other", "now", "affirmed"),
    ("my neighbor lost her job", "employment-status", "other", "now", "affirmed"),
    ("my wife and I are homeless", "homelessness", "patient", "now", "affirmed"),
    ("my kids don't have shoes", "material-hardship", "patient", "now", "affirmed"),
    ("my sister can't sleep", "sleep", "other", "now", "affirmed"),
    ("saw a show about a homeless vet", "homelessness", "other", "now", "affirmed"),
    ("I might lose my house", "housing-instability", "patient", "now", "affirmed"),
    ("I don't have insurance", "health-insurance-coverage-status", "patient", "now", "affirmed"),
    ("no tengo aseguranza", "health-insurance-coverage-status", "patient", "now", "affirmed"),
    ("I don't have any trouble sleeping", "sleep", "", "", ""),
]


@pytest.mark.parametrize(("text", "code", "subject", "temporality", "polarity"), ROWS)
def test_surroundings_are_weighed(text, code, subject, temporality, polarity):
    found = [item for item in hear(text).items if item.category == "stressor" and item.code == code]
    if not subject:
        assert not [item for item in found if item.counts]
        return
    assert [(item.subject, item.temporality, item.polarity) for item in found] == [
        (subject, temporality, polarity)
    ]


NEED_MET = [
    "The church van takes me to dialysis 3 times a week now so getting there is no problem anymore",
    "I'm by myself but I have plenty of company",
    "roaches were bad but the exterminator came, no more roaches",
    "My hours were cut but I found a new job",
]


@pytest.mark.parametrize("text", NEED_MET)
def test_a_need_that_is_met_does_not_count(text):
    assert not stressors(hear(text))


WRITES_FOR = [
    ("I'm writing for my mother, she is 79 and doesn't text", "mother"),
    ("Texting on behalf of my dad", "dad"),
    ("escribo por mi abuela", "abuela"),
    ("this is her daughter", ""),
    ("I write my mother every week", None),
    ("my daughter set this up", None),
]


@pytest.mark.parametrize(("text", "person"), WRITES_FOR)
def test_who_writes_for_whom(text, person):
    assert speaks_for(text) == person


def test_a_caregivers_words_are_of_the_patient_and_marked_so():
    (item,) = [i for i in hear("She is so lonely", author="caregiver").items if i.category == "stressor"]
    assert (item.code, item.subject, item.origin) == ("social-connection", "patient", "told-by-caregiver")


def test_a_caregivers_own_matter_is_not_the_patients():
    assert not stressors(hear("I lost my job last week", author="caregiver"))
    assert not stressors(hear("I'm writing for my mother. My brother is homeless"))


def test_the_same_words_without_the_frame_are_anothers():
    assert not stressors(hear("My mother is so lonely"))

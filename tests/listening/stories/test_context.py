"""What surrounds a wording: one sentence, one thing it must do."""

import pytest

from listening.stories import hear, speaks_for, speaks_self, stressors, voices, writes_for
from listening.stories.words import plain

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


HANDED_BACK = [
    # what is said after someone wrote for their mother, and whether it is the mother who says it
    ("it's me again, not my daughter", True),
    ("its me now", True),
    ("this is Ana herself now", True),
    ("I'm the patient", True),
    ("im writing this myself now", True),
    ("I'll talk for myself now", True),
    ("speaking for myself now", True),
    ("I can speak for myself", True),
    ("my daughter gave me the phone back", True),
    ("i got my phone back", True),
    ("My son was writing for me before", True),
    ("my daughter isn't texting anymore", True),
    ("soy yo otra vez, no mi hija", True),
    ("ya soy yo", True),
    ("soy yo misma", True),
    ("Soy Ana misma", True),
    ("habla la paciente", True),
    ("escribo yo ahora", True),
    ("ahora escribo yo", True),
    ("mi hija escribía por mí", True),
    ("mi hija me dio el telefono", True),
    ("ya tengo mi telefono", True),
    ("it's me again", False),
    ("it's me again, not my mother", False),
    ("it's me, not my mom", False),
    ("she is herself again", False),
    ("I'm the patient's daughter", False),
    ("she is the patient type", False),
    ("i do it all by myself", False),
    ("my mom gave me the phone", False),
    ("my brother was talking about it and now she is upset", False),
    ("this is me asking, mom is asleep", False),
    ("soy yo, su hija", False),
    ("yo le contesto, soy la hija", False),
]


@pytest.mark.parametrize(("text", "own"), HANDED_BACK)
def test_a_phone_is_handed_back(text, own):
    assert speaks_self(text, "mother") is own
    assert writes_for(text, "mother") == (None if own else "mother")
    if own:
        assert writes_for(text, None) is None


def test_every_wording_of_it_has_a_sentence():
    said = [plain(text).text for text, own in HANDED_BACK if own]
    table = voices._wordings("speaks-self")
    assert [each.pattern for each in table if not any(each.search(text) for text in said)] == []


def test_who_writes_for_whom_goes_on_until_it_is_said():
    assert writes_for("I'm writing for my mother", None) == "mother"
    assert writes_for("this is her daughter", "mother") == "mother"
    assert writes_for("this is her daughter", None) == "loved one"
    assert writes_for("now I'm writing for my dad", "mother") == "dad"


def test_a_caregivers_words_are_of_the_patient_and_marked_so():
    (item,) = [i for i in hear("She is so lonely", author="caregiver").items if i.category == "stressor"]
    assert (item.code, item.subject, item.origin) == ("social-connection", "patient", "told-by-caregiver")


def test_a_caregivers_own_matter_is_not_the_patients():
    assert not stressors(hear("I lost my job last week", author="caregiver"))
    assert not stressors(hear("I'm writing for my mother. My brother is homeless"))


def test_the_same_words_without_the_frame_are_anothers():
    assert not stressors(hear("My mother is so lonely"))

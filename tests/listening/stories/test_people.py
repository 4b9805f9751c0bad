"""Whose it is, and who told it: kin by relation, by name, and caregivers who say who they are."""

import pytest

from listening.stories import hear, rulebook
from listening.stories.people import mentioned, teller
from listening.stories.words import plain

NAMED = [
    ("my wife Ana drives me", ["Ana (wife)"]),
    ("my wife, Ana, drives me", ["Ana (wife)"]),
    ("Ana, my wife, drives me", ["Ana (wife)"]),
    ("Rosa is my sister", ["Rosa (sister)"]),
    ("my wife ana says i snore", ["Ana (wife)"]),
    ("mi hija Lupe me ayuda", ["Lupe (hija)"]),
    ("MY SON CALLS", ["son"]),
    ("my son never calls", ["son"]),
    ("my daughter Medicare", ["daughter"]),
    ("my brother's truck died", ["brother"]),
    ("Monday my aunt comes", ["aunt"]),
    ("a wife knows", []),
]


@pytest.mark.parametrize(("text", "labels"), NAMED)
def test_kin_are_known_by_relation_and_name(text, labels):
    assert [person.label for person in mentioned(text, plain(text, rulebook.load().words))] == labels


TELLERS = [
    ("Hi, this is Ana, his daughter.", "Ana (daughter)"),
    ("I am Rosa, writing for my mother", "Rosa"),
    ("Tom here, helping dad with this", "Tom"),
    ("my name is Dolores", "Dolores"),
    ("soy Lupe, la hija", "Lupe"),
    ("I am writing for my mother", None),
    ("this is her daughter", None),
    ("I am Scared", None),
    ("nobody is here", None),
]


@pytest.mark.parametrize(("text", "label"), TELLERS)
def test_a_caregiver_who_gives_a_name_is_known_by_it(text, label):
    found = teller(text, plain(text, rulebook.load().words))
    assert (found.label if found else None) == label


WHOSE = [
    # text, author, code, subject, who, teller
    ("I can't sleep", "patient", "sleep", "patient", "", ""),
    ("my sister Rosa lost her job", "patient", "employment-status", "other", "Rosa (sister)", ""),
    ("my brother is homeless", "patient", "homelessness", "other", "brother", ""),
    ("my wife Ana says I stop breathing and I can't sleep", "patient", "sleep", "patient", "", "Ana (wife)"),
    ("my wife Ana says he can't sleep", "patient", "sleep", "other", "", "Ana (wife)"),
    ("my son Joe moved in. he can't sleep", "patient", "sleep", "other", "Joe (son)", ""),
    ("my sister came. he can't sleep", "patient", "sleep", "other", "", ""),
    ("This is Ana, his daughter. He is so lonely", "caregiver", "social-connection", "patient", "",
     "Ana (daughter)"),
    ("This is Ana, his daughter. I can't sleep", "caregiver", "sleep", "other", "Ana (daughter)",
     "Ana (daughter)"),
    ("She is so lonely", "caregiver", "social-connection", "patient", "", "caregiver"),
    ("I lost my job", "caregiver", "employment-status", "other", "caregiver", "caregiver"),
    ("I'm writing for my mother. My brother is homeless", "patient", "homelessness", "other", "brother",
     "caregiver"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "author", "code", "subject", "who", "told"), WHOSE)
def test_whose_it_is_and_who_told_it(text, author, code, subject, who, told):
    (item,) = [i for i in hear(text, author=author).items if i.category == "stressor" and i.code == code]
    assert (item.subject, item.who, item.teller) == (subject, who, told)

"""The guard's first look: is this a plain English answer of the right size at all?"""

import re

from actions.rephrasing.draft import Draft
from actions.rephrasing.words import content, listed, same, stems, table
from clinical.reading_grade import grade

HIGHEST_GRADE = 7.0
HARD_SENTENCE = 10.0  # one sentence may be harder than the whole, not much
SHORT_SENTENCE = 6  # words; the formula says little of fewer
# What both GSM-7 and a web page show alike: the printable part of ASCII that GSM-7 has, without its escapes.
PLAIN = re.compile(r"[A-Za-z0-9 \n@$!\"#%&'()*+,\-./:;<=>?]*")


def is_empty(draft: Draft, said: str) -> bool:
    return not content(said)


def is_too_long(draft: Draft, said: str) -> bool:
    return len(said) > draft.longest


def has_link(draft: Draft, said: str) -> bool:
    return _matches("links", said) and not _matches("links", draft.text)


def has_markup(draft: Draft, said: str) -> bool:
    return any(
        re.search(pattern, said) and not re.search(pattern, draft.text)
        for pattern in table("markup")["patterns"]
    )


def leaks(draft: Draft, said: str) -> bool:
    """Talk about the task instead of the task done."""
    low, plain = same(said), same(draft.text)
    return any(phrase in low and phrase not in plain for phrase in table("leak")["phrases"])


def has_foreign_characters(draft: Draft, said: str) -> bool:
    """One curly quote more than doubles the price of a text; other scripts are not read here at all."""
    return PLAIN.fullmatch(said) is None


def is_another_language(draft: Draft, said: str) -> bool:
    known = {one for text in draft.sources for one in stems(text)} | listed("allowed") | listed("feelings")
    found = stems(said)
    least: float = table("languages")["known_share"]
    return sum(one in known for one in found) < least * len(found)


def is_hard_to_read(draft: Draft, said: str) -> bool:
    loose = [one for one in draft.own(said) if len(one.split()) > SHORT_SENTENCE]
    return grade(said) > HIGHEST_GRADE or any(grade(one) > HARD_SENTENCE for one in loose)


def _matches(name: str, text: str) -> bool:
    return any(re.search(pattern, same(text)) for pattern in table(name)["patterns"])

"""The guard on facts: every number with its unit, every verdict and warning is there, and no other."""

import re

from actions.rephrasing.draft import Draft
from actions.rephrasing.words import (
    content,
    is_number,
    listed,
    negates,
    numbers,
    same,
    sentences,
    stem,
    stems,
    table,
    tokens,
)


def has_new_number(draft: Draft, said: str) -> bool:
    """ "5.9" said as "9.5", as "5,9" or as "six": each is a number the record does not hold."""
    known = {number for number, _ in numbers(draft.text)}
    return any(number not in known for number, _ in numbers(said))


def has_new_unit(draft: Draft, said: str) -> bool:
    """A known number with another unit, or a unit without its number."""
    if numbers(said) - numbers(draft.text):
        return True
    measures = listed("unit_words") & set(stems(said))
    return not measures <= {one for text in draft.sources for one in stems(text)}


def lost_kept(draft: Draft, said: str) -> bool:
    """A warning, a next step, a comparison: each stands as a sentence of its own, in its order."""
    remaining = iter([same(one) for one in sentences(said)])
    return not all(same(kept) in remaining for kept in draft.kept)


def lost_number(draft: Draft, said: str) -> bool:
    """Every number of the plain answer is said, and every range whole."""
    ranges = [match["range"] for match in draft.judged if match["range"]]
    return bool(numbers(draft.text) - numbers(said)) or any(same(one) not in same(said) for one in ranges)


def changed_result(draft: Draft, said: str) -> bool:
    """Each verdict in one sentence: its test, its value, its direction, and nothing that bends them.

    "Potassium 5.9 is high." may become "Your potassium came back at 5.9, which is high.".
    """
    loose = draft.loose(said)
    values = [match["value"] for match in draft.judged]
    for match in draft.judged:
        telling = [one for one in loose if match["value"].strip("<>=%") in tokens(one)]
        if not any(_tells(one, match) for one in telling):
            return True
        if len(values) == len(set(values)) and any(_bends(one, match) for one in telling):
            return True
    return False


def _tells(sentence: str, match: re.Match[str]) -> bool:
    """A sentence that says this verdict, and no other."""
    spoken, named = same(sentence), set(content(match["name"]))
    return match["direction"] in spoken and named <= set(stems(sentence)) and not _bends(sentence, match)


def _bends(sentence: str, match: re.Match[str]) -> bool:
    """ "5.9 is not high", "5.9 may be high", "5.9 is a bit high", "5.9 is low"."""
    said = same(sentence).replace(match["direction"], " ")
    found = [stem(token) for token in tokens(said) if not is_number(token)]
    table_of = table("directions")
    turning = {stem(word) for key in ("up", "down", "intensifiers") for word in table_of[key]}
    return bool(
        turning & set(found)
        or listed("hedges") & set(found)
        or any(negates(token) for token in tokens(said))
        or (match["direction"] != "in range" and "in range" in said)
    )

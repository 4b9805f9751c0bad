"""The guard on claims: nothing said that the plain answer and the passages it cites do not say."""

import re
from itertools import combinations

from actions.rephrasing.draft import Draft
from actions.rephrasing.words import content, listed, negates, same, stem, stems, table, tokens

LEAST_KEPT = 0.5  # share of what the loose sentences say that must be said again


def comforts_falsely(draft: Draft, said: str) -> bool:
    low, plain = same(said), same(draft.text)
    return any(phrase in low and phrase not in plain for phrase in table("false_comfort")["phrases"])


def diagnoses(draft: Draft, said: str) -> bool:
    return _says(draft, said, "diagnosis")


def doses(draft: Draft, said: str) -> bool:
    return _says(draft, said, "dose")


def _says(draft: Draft, said: str, name: str) -> bool:
    """Whether a sentence of the model's own matches a pattern."""
    patterns = table(name)["patterns"]
    return any(re.search(pattern, same(one)) for one in draft.own(said) for pattern in patterns)


def asks(draft: Draft, said: str) -> bool:
    """A question opens a talk nobody planned: none but the plain answer's own, letter for letter."""
    return any("?" in one for one in draft.own(said))


def promises(draft: Draft, said: str) -> bool:
    """ "I will call your doctor": only of a feeling may the model speak as "I"."""
    speakers = {"i", "we", "our", "my", "me"}
    return any(speakers & set(stems(one)) and not _is_feeling(draft, one) for one in draft.own(said))


def claims_anew(draft: Draft, said: str) -> bool:
    """Every word of weight in a sentence comes from one or two sentences of what is known."""
    sources = [set(content(text)) for text in draft.sources]
    topic = draft.names | {word for match in draft.judged for word in content(match["name"])}
    for one in draft.own(said):
        said_words = set(content(one))
        if _is_feeling(draft, one):
            continue
        if not said_words or not _covered(said_words - topic, sources, bool(_frequencies(one))):
            return True
    return False


def _covered(words: set[str], sources: list[set[str]], alone: bool) -> bool:
    """By two sentences at most, by one where how often something is so is said."""
    if not words or any(words <= source for source in sources):
        return True
    useful = [source for source in sources if source & words]
    return not alone and any(words <= one | other for one, other in combinations(useful, 2))


def _frequencies(sentence: str) -> frozenset[str]:
    return listed("frequencies") & set(stems(sentence))


def _is_feeling(draft: Draft, sentence: str) -> bool:
    """A sentence about a feeling the plain answer named, and about nothing else."""
    words = set(content(sentence))
    return draft.feels and bool(words) and words <= listed("feelings") and not _negated(sentence)


def turns_round(draft: Draft, said: str) -> bool:
    """A word under a "not" that was not, or free of one; a cause of a low result given for a high one."""
    ways = {stem(word) for way in ("up", "down") for word in table("directions")[way]}
    known = {(word, word in _negated(text)) for text in draft.sources for word in content(text)}
    beside = {(word, way) for text in draft.sources for way in _directions(text) for word in content(text)}
    topic = draft.names | {word for match in draft.judged for word in content(match["name"])}
    for one in draft.own(said):
        if _is_feeling(draft, one):
            continue
        words, negated = set(content(one)), _negated(one)
        if any(negates(token) for token in tokens(one)) and not negated:
            return True
        if any((word, word in negated) not in known for word in words - topic):
            return True
        if any((word, way) not in beside for way in _directions(one) for word in words - topic - ways):
            return True
    return False


def is_too_sure(draft: Draft, said: str) -> bool:
    """ "can come from" told as "comes from"."""
    plainly = {word for text in draft.sources if not _hedged(text) for word in content(text)}
    topic = draft.names | {word for match in draft.judged for word in content(match["name"])}
    ways = {stem(word) for key in ("up", "down") for word in table("directions")[key]}
    return any(
        set(content(one)) - plainly - topic - ways and not _hedged(one) and not _is_feeling(draft, one)
        for one in draft.own(said)
    )


def lost_meaning(draft: Draft, said: str) -> bool:
    """An explanation cut down to nothing explains nothing."""
    meant = {word for line in draft.lines if line.kind == "free" for word in content(line.text)}
    return len(meant & set(content(said))) < LEAST_KEPT * len(meant)


def _hedged(text: str) -> bool:
    return bool(listed("hedges") & set(stems(text)))


def _negated(text: str) -> set[str]:
    """Words of weight after a "not", to the sentence's end."""
    found = tokens(text)
    at = next((number for number, token in enumerate(found) if negates(token)), len(found))
    return set(content(" ".join(found[at + 1 :])))


def _directions(text: str) -> set[str]:
    """ "up" where a text speaks of high, raise or rise; "down" likewise."""
    spoken = same(text)
    for phrase in table("directions")["aside"]:
        spoken = spoken.replace(phrase, " ")
    found = set(stems(spoken))
    return {way for way in ("up", "down") if found & {stem(word) for word in table("directions")[way]}}

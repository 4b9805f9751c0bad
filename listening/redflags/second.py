"""The second opinion as one: what the words are like and, where a model is there, what they mean."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from listening.embedding import Embedder
from listening.redflags import opinion, sense
from listening.redflags.opinion import Opinion
from listening.redflags.scope import Shading
from listening.redflags.tables import table
from listening.redflags.tokens import Sentence, spell


@dataclass(frozen=True)
class Limits:
    """From which likelihood on an opinion counts; policy, in opinion.toml."""

    certain: dict[str, float]  # by class; the level is raised
    results: (
        float  # of an emergency, told beside lab results, below which it is asked about: numbers frighten
    )
    doubtful: dict[str, float]  # a direct question is asked
    heeded: float  # of any danger, below which an alarm of wide words is asked about
    idle: float  # of any danger, below which such an alarm is only noted for the care team
    worded: dict[str, float]  # by class; what the words weigh beside the meaning, which is one
    look: float  # of the words, below which the model is not asked: it is the dear part of a screening
    soon: float  # worth a look by the care team
    placed: float  # share of words denied, past or another's, over which it only asks
    longest: int  # words; a longer message is not a cry for help by likeness alone: it is asked about
    shortest: int  # words; of fewer there is no opinion


def limits(meaning: Embedder | None) -> Limits:
    return Limits(**table("opinion.toml")["words-and-meaning" if meaning else "words-alone"])


def opinions(
    text: str,
    said: Sequence[Sentence],
    shadings: Sequence[Shading],
    concepts: Sequence[set[str]],
    meaning: Embedder | None,
    look: float = 0,
) -> list[Opinion]:
    """How likely each class is. The model looks once, at the window the words fear most: its time is what
    a screening may take."""
    heard = opinion.judge(said, shadings, concepts)
    if meaning is None or max(fear.likelihood for fear in heard) < look:
        return heard
    worst = max(heard, key=lambda fear: fear.likelihood)
    likely = sense.likelihoods(meaning.states(_words(text, said, worst)))
    weight = limits(meaning).worded
    weighed = [
        replace(
            worst,
            level=fear.level,
            likelihood=_together(likely[fear.level], fear.likelihood, weight[fear.level]),
        )
        for fear in heard
    ]
    return [*weighed, replace(worst, level="soon", likelihood=1 - likely["none"])]


def danger(
    text: str,
    said: Sequence[Sentence],
    shadings: Sequence[Shading],
    concepts: Sequence[set[str]],
    meaning: Embedder,
) -> tuple[slice, float]:
    """The place in the text the words fear most, and how likely any danger at all is there."""
    worst = max(opinion.judge(said, shadings, concepts), key=lambda fear: fear.likelihood)
    start, end = said[worst.first].tokens[0].start, said[worst.last].tokens[-1].end
    likely = sense.likelihoods(meaning.states(_words(text, said, worst)))
    return slice(start, end), _together(likely["emergency"] + likely["crisis"], worst.likelihood)


def tells_results(said: Sequence[Sentence]) -> bool:
    """Whether a lab test is named and a number is told. The danger in a number is for the rules to know."""
    words = {token.word for sentence in said for token in sentence.tokens}
    return not words.isdisjoint(_tests()) and any(word[0].isdigit() for word in words)


@cache
def _tests() -> frozenset[str]:
    return frozenset(table("opinion.toml")["results"]["tests"].split())


def is_harmless(said: Sequence[Sentence]) -> bool:
    """ "he takes metformin should he stop": plain words of a medicine, a reader or a result alone."""
    spoken = [token.word for sentence in said for token in sentence.tokens]
    if any(f"{one} {two}" in table("opinion.toml")["harmless"]["unless"] for one, two in pairwise(spoken)):
        return False
    words = {word for word in spoken if not word[0].isdigit()}
    plain, about, seen, readers = (_plain_words(name) for name in ("plain", "about", "seen", "readers"))
    if not words <= plain | about | _tests() | {","}:
        return False
    read = not words.isdisjoint(seen) and not words.isdisjoint(readers)
    return read or not words.isdisjoint(about | _tests())


@cache
def _plain_words(name: str) -> frozenset[str]:
    return frozenset(spell(word) for word in table("opinion.toml")["harmless"][name].split())


def is_doubted_fall(said: Sequence[Sentence]) -> bool:
    """Whether any word makes a fall one to wonder about: somebody else's account, again, a push."""
    return any(token.word in _doubted() for sentence in said for token in sentence.tokens)


@cache
def _doubted() -> frozenset[str]:
    return frozenset(table("opinion.toml")["fall"]["doubted"].split())


def is_foreign(said: Sequence[Sentence]) -> bool:
    """Whether any word is one only Spanish has: the model was made with English, and is no judge of it."""
    return any(token.word in _foreign() for sentence in said for token in sentence.tokens)


@cache
def _foreign() -> frozenset[str]:
    return frozenset(table("opinion.toml")["foreign"]["words"].split())


def _words(text: str, said: Sequence[Sentence], fear: Opinion) -> str:
    """The window as it was written; a message of one window is looked at whole, as the heads were trained."""
    if fear.first == 0 and fear.last == len(said) - 1:
        return text.strip()
    return text[said[fear.first].tokens[0].start : said[fear.last].tokens[-1].end]


def _together(meant: float, worded: float, weight: float = 1.0) -> float:
    """The odds of both as one: each hears what the other has never met."""
    return 1 / (1 + math.exp(-(_odds(meant) + weight * _odds(worded))))


def _odds(likelihood: float) -> float:
    held = min(max(likelihood, 1e-4), 1 - 1e-4)
    return math.log(held / (1 - held))

"""The main points of an explanation, and which of them a person's own words hold."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any

from actions.voice import table
from clinical.folding import fold

WORDS = "teach_back"
MEANING_SENTENCES = 3
WORD = re.compile(r"[a-z]{4,}")
Likeness = Callable[[str, Sequence[str]], Sequence[float]]


@dataclass(frozen=True)
class MainPoints:
    """What a person should carry away: which way it is, what it can mean, what comes next and by when."""

    analyte: str
    name: str
    side: str  # High | Low | Other
    tier: str
    step: str  # as it was said; "" where nothing is asked of them
    meaning: tuple[str, ...]  # the article's sentences for this side, common and harmless first
    question: str  # one the article proposes for the visit; "" where there is none

    def as_slot(self) -> dict[str, Any]:
        return {**asdict(self), "meaning": list(self.meaning)}

    @classmethod
    def of_slot(cls, slot: Mapping[str, Any]) -> "MainPoints":
        return cls(
            **{**{name: slot[name] for name in cls.__annotations__}, "meaning": tuple(slot["meaning"])}
        )


@dataclass(frozen=True)
class Wrong:
    """A way to misunderstand a result that must not be left standing."""

    id: str
    pattern: "Pattern"
    tiers: frozenset[str]  # empty: whatever the tier
    says: tuple[str, ...]
    adds: tuple[str, ...]  # the points said after it


@dataclass(frozen=True)
class Pattern:
    """Keywords less what takes them back: "high", but not in "it is not high"."""

    keywords: re.Pattern[str]
    unless: re.Pattern[str] | None

    def search(self, text: str) -> re.Match[str] | None:
        """In a folded text, on its own line: what is taken back is cut out first."""
        kept = self.unless.sub(" ~ ", text) if self.unless else text
        return self.keywords.search(kept)


@cache
def pattern(*path: str) -> Pattern:
    """One list of words/teach_back.toml, ready to search with."""
    row: Any = table(WORDS)
    for step in path:
        row = row[step]
    return _compiled(row)


@cache
def wrongs() -> tuple[Wrong, ...]:
    """Every misunderstanding we know of, in the order they are looked for."""
    return tuple(
        Wrong(
            row["id"], _compiled(row), frozenset(row.get("tiers", ())), tuple(row["says"]), tuple(row["with"])
        )
        for row in table(WORDS)["wrong"]
    )


def _compiled(row: Mapping[str, Any]) -> Pattern:
    unless = row.get("unless")
    return Pattern(
        re.compile(rf"(?<!\w)(?:{'|'.join(row['keywords'])})(?!\w)"),
        re.compile(rf"(?<!\w)(?:{'|'.join(unless)})") if unless else None,
    )


def says_side(points: MainPoints, text: str) -> bool:
    """Whether they say to which side it is: high, low, or as it should be."""
    return pattern("points", points.side).search(fold(text)) is not None


def held(points: MainPoints, text: str, likeness: Likeness) -> frozenset[str]:
    """Which of `side`, `meaning`, `step` their words hold; `call` where they know whom but not by when."""
    said = fold(text)
    found = {"side"} if says_side(points, text) else set()
    if not points.step:
        found.add("step")
    elif pattern("points", "step").search(said):
        found.add("step" if _in_time(points.tier, said) else "call")
    if "step" not in found and points.tier == "next-visit" and "visit" in said:
        found.add("step")
    if points.meaning and _near(points.meaning, text, likeness):
        found.add("meaning")
    return frozenset(found)


def _in_time(tier: str, said: str) -> bool:
    """Today is today; "this week" is met by anything sooner; a next visit has no date to get wrong."""
    by_when = {"call-today": "today", "this-week": "week"}.get(tier)
    return by_when is None or pattern("points", by_when).search(said) is not None


def _near(meaning: Sequence[str], text: str, likeness: Likeness) -> bool:
    limits = table(WORDS)["meaning"]
    own = _stems(text)
    if any(len(own & _stems(sentence)) >= limits["least_words"] for sentence in meaning):
        return True
    return bool(max(likeness(text, meaning), default=0.0) >= limits["least_likeness"])


def _stems(text: str) -> frozenset[str]:
    common = table(WORDS)["meaning"]["common"]
    return frozenset(word[:5] for word in WORD.findall(fold(text)) if word not in common)


def misunderstood(points: MainPoints, text: str, conditions: Sequence[str] = ()) -> Wrong | None:
    """What must be set right in their words, if anything; what their chart says is no mistake of theirs."""
    said = fold(text)
    known = fold(" ".join(conditions))
    for wrong in wrongs():
        if wrong.tiers and points.tier not in wrong.tiers:
            continue
        match = wrong.pattern.search(said)
        if match and not _in_chart(match.group(), known):
            return wrong
    return None


def _in_chart(words: str, conditions: str) -> bool:
    return any(word[:6] in conditions for word in WORD.findall(words) if len(word) > 5)


def opposite(points: MainPoints, text: str) -> bool:
    """ "so it is too low" of a high result."""
    other = {"High": "Low", "Low": "High"}.get(points.side)
    if other is None:
        return False
    said = fold(text)
    plain = re.compile(r"(?<!\w)(?:not normal|abnormal|out of range)(?!\w)")
    one, two = pattern("points", points.side), pattern("points", other)
    turned = two.search(plain.sub(" ", said))
    return one.search(said) is None and turned is not None and not _as_told(points, turned)


def _as_told(points: MainPoints, words: re.Match[str]) -> bool:
    """ "too much water" of a low sodium was said to them: it is its cause, and not the wrong side."""
    following = re.match(r"\W+\w+", words.string[words.end() :])
    phrase = words.group() + (following.group() if following else "")
    return fold(phrase) in fold(" ".join(points.meaning))


def begins_like_one(text: str) -> bool:
    """ "so it means ..." """
    match = pattern("opening").search(fold(text))
    return match is not None and match.start() <= 12


def is_lost(text: str) -> bool:
    """ "i don't get it" """
    short = len(text.split()) <= table(WORDS)["lost"]["most_words"]
    return short and pattern("lost").search(fold(text)) is not None

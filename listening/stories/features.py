"""What the head sees of a window of words: its words and word pairs, and the letters in them, as numbers."""

import math
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

from listening.stories import patterns
from listening.stories.words import STOPS, Plain

BUCKETS = 1 << 14  # of each kind
KINDS = 2  # words, letters
LEAST = 5  # words; a shorter sentence is read together with the next
MOST = 30  # words of one window
PAUSES = frozenset({",", ":"}) | STOPS


@dataclass(frozen=True)
class Window:
    """Words first to last (not included) of a message, read together."""

    first: int
    last: int


def windows(said: Plain) -> list[Window]:
    """Sentences, each of a few words or more; the last short one joins the one before it.

    One sentence at a time: a need told among other matters would drown in the average of them all.
    """
    found: list[Window] = []
    begin = words = 0
    for at, word in enumerate(said.words):
        words += word not in PAUSES
        if (word in STOPS and words >= LEAST) or words >= MOST:
            found.append(Window(begin, at + 1))
            begin, words = at + 1, 0
    if words and found and words < LEAST and found[-1].last - found[-1].first < MOST:
        return [*found[:-1], Window(found[-1].first, len(said.words))]
    return [*found, Window(begin, len(said.words))] if words else found


def is_spanish(said: Plain, window: Window) -> bool:
    """Spanish, or enough of it mixed in that an English model misreads the whole."""
    return len(patterns.table_words("spanish") & set(said.words[window.first : window.last])) >= 2


def counts(said: Plain, window: Window) -> tuple[dict[int, float], dict[int, float]]:
    """How often each bucket of words and of letters is met, as 1 + ln(times)."""
    words = [word for word in said.words[window.first : window.last] if word not in (",", ":")]
    words = ["#" if word[0].isdigit() else word for word in words]
    met: dict[int, float] = {}
    letters: dict[int, float] = {}
    for length in (1, 2, 3):
        for at in range(len(words) - length + 1):
            bucket = _bucket("w", " ".join(words[at : at + length]))
            met[bucket] = met.get(bucket, 0) + 1
    for word in words:
        for bucket in _letters(word):
            letters[bucket] = letters.get(bucket, 0) + 1
    return _damped(met), _damped(letters)


def _damped(met: dict[int, float]) -> dict[int, float]:
    return {bucket: 1 + math.log(times) for bucket, times in met.items()}


@lru_cache(maxsize=8192)
def _letters(word: str) -> tuple[int, ...]:
    """Runs of three to five letters: misspelt words share most of them."""
    edged = f"<{word}>"
    return tuple(_bucket("c", edged[i : i + n]) for n in (3, 4, 5) for i in range(len(edged) - n + 1))


def _bucket(kind: str, text: str) -> int:
    return crc32(f"{kind}:{text}".encode()) % BUCKETS

"""Verdicts on word results: "Not Detected", "2+", "reactive", "O positive"."""

import re
from functools import cache

from clinical import ranges
from clinical.analyte import Analyte
from clinical.folding import fold
from clinical.tables import table
from clinical.types import Interpretation

NEGATIVES = frozenset({"negative", "not detected", "non-reactive", "none"})
POSITIVES = frozenset({"positive", "detected", "reactive", "present"})


@cache
def _spellings() -> dict[str, str]:
    return {
        word: value for value, words in table("result_words")["words"].items() for word in (value, *words)
    }


def canonical(value: str) -> str | None:
    """The one spelling of a word result: "NEG" is "negative", "Non Reactive" "non-reactive"; or None."""
    text = re.sub(r"\s+", " ", fold(value)).strip(" .*()")
    return _spellings().get(text)


def _same(value: str, expected: str) -> bool:
    wanted = canonical(expected) or fold(expected)
    if value in NEGATIVES or value in POSITIVES:
        return (value in NEGATIVES and wanted in NEGATIVES) or (value in POSITIVES and wanted in POSITIVES)
    return value == wanted


def judge_word(value: str, analyte: Analyte | None, range_text: str | None) -> Interpretation | None:
    """N when it is what the laboratory, or else the catalogue, expects; A when it is not; None if unknown."""
    word = canonical(value)
    quoted = ranges.words(range_text) if range_text else None
    if word is None:
        plain = fold(value).strip()
        if quoted and plain == fold(range_text or "").strip():
            return "N"
        return "N" if analyte and plain in map(fold, analyte.expected) else None
    if quoted:
        return "N" if _same(word, quoted) else "A"
    if analyte is None or not analyte.expected or word in table("judging")["unsure"].get(analyte.key, ()):
        return None
    return "N" if any(_same(word, expected) for expected in analyte.expected) else "A"

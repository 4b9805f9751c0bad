"""The Flesch-Kincaid grade of a text: the years of school one needs to read it at ease."""

import re
from functools import cache

from clinical.folding import fold
from clinical.tables import table

SILENT_E = re.compile(
    r"(?:some|guide|grape|plate|cheese|home|safe|side|face|whole|fire|life|these)(?=[bcdfghlmnprstvw][a-z]{2})"
)
ABBREVIATIONS = re.compile(
    r"\b(?:dr|mr|mrs|ms|st|vs|e\.g|i\.e|etc|a\.m|p\.m|u\.s|no|approx|dept|jr|sr)\.(?=\s|$)"
)
LINK = re.compile(r"https?://\S+|www\.\S+")
NUMBER = re.compile(r"\d+(?:[.,:/]\d+)*")
WORD = re.compile(r"[a-z]+(?:'[a-z]+)*|\d+(?:[.,:/]\d+)*")
SENTENCE_END = re.compile(r"[.!?]+(?=[\s\"')\]]|$)|\n\s*(?:\n|[-*]\s|\d+[.)]\s)|\n(?=[A-Z-])|\n")
VOWELS = re.compile(r"[aeiouy]+")
SPLIT_VOWELS = re.compile(
    r"(?<![tcsgx])i[ao](?!us)|(?<![tcsgxq])iou|[^qg]ua(?!r)|eo(?!u|p)|uou|yi|iu|(?<![tcs])ie(?=t|r$|rs$|n[ct])"
    r"|^rea(?=ct|ss|li|d[jm])|[aeo](?=ing$)|(?<!^)[aou]y(?=[aeou])(?!ed$)|[aeou]y(?=[ao])|(?<=cr)ea(?=t)"
)


@cache
def _exceptions() -> dict[str, int]:
    words: dict[str, int] = table("syllables")["words"]
    return words


def syllables(word: str) -> int:
    """How many syllables a word has: by a table of exceptions, then by rules. A number counts as one."""
    text = fold(word).strip("'")
    if not text or text[0].isdigit():
        return 1
    known = _exceptions().get(text)
    if known is not None:
        return known
    for ending in ("'s", "s"):
        if (
            text.endswith(ending)
            and (stem := text[: -len(ending)]) in _exceptions()
            and not stem.endswith(("s", "x", "ch"))
        ):
            return _exceptions()[stem]
    return _by_rule(text.replace("'", ""))


def _by_rule(word: str) -> int:
    if len(word) <= 3:
        return 1 if len(VOWELS.findall(word)) <= 1 else len(VOWELS.findall(word)) - word.endswith("e")
    if not VOWELS.search(word):
        return len(word)  # "TSH" is said letter by letter
    count = len(VOWELS.findall(word)) + len(SPLIT_VOWELS.findall(word))
    if re.search(r"[^aeiouy]es$", word) and not re.search(r"(?:[sxz]|ch|sh|c|g|[^aeiouy]l)es$", word):
        count -= 1
    elif (
        word.endswith("e") and not re.search(r"[^aeiouy]le$", word) and not word.endswith(("ee", "ye", "ie"))
    ):
        count -= bool(re.search(r"[^aeiouy]e$|[aeiougq]ue$", word))
    elif re.search(r"[^aeioutdy]ed$", word) or re.search(r"[aeiouy][wy]?ed$", word):
        count -= bool(re.search(r"[^aeioutdy]ed$", word)) and not re.search(r"[^aeiouyl]led$", word)
    if re.search(r"[^aeiouyl]e(?:ly|ment|ments|ful|less|ness)$", word) or SILENT_E.match(word):
        count -= 1
    if re.search(r"(?:thm|sm)s?$", word):
        count += 1
    return max(count, 1)


def sentences(text: str) -> list[list[str]]:
    """The words of each sentence. "5.9", "Dr. Lee", "e.g." and links end none."""
    plain = LINK.sub("link", text)
    folded = ABBREVIATIONS.sub(lambda match: match[0].replace(".", ""), fold(plain))
    found = (WORD.findall(part) for part in SENTENCE_END.split(folded))
    return [words for words in found if words]


def grade(text: str) -> float:
    """Flesch-Kincaid grade: 0.39 words per sentence + 11.8 syllables per word - 15.59; 0 for no words.

    Source: Kincaid et al. 1975, https://stars.library.ucf.edu/istlibrary/56/
    """
    found = sentences(text)
    words = [word for sentence in found for word in sentence]
    if not words:
        return 0.0
    counted = sum(map(syllables, words))
    return 0.39 * len(words) / len(found) + 11.8 * counted / len(words) - 15.59

"""Results given as words: "hep C reactive", "protein 2+", "trace ketones", "blood type O positive"."""

import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from clinical.lexicon import Name
from clinical.tables import table


@dataclass(frozen=True)
class WordValue:
    """A word result of a test, in the canonical spelling: "non-reactive", "2+", "trace"."""

    name: Name
    value: str
    start: int
    end: int


@cache
def _after() -> re.Pattern[str]:
    rows = table("result_words")
    words = "|".join(
        sorted((re.escape(w) for listed in rows["words"].values() for w in listed), key=len, reverse=True)
    )
    return re.compile(rf"(?:{rows['between']})*?[\s:(=|'\"-]*(?P<word>{words})(?![\w-])")


@cache
def _column() -> re.Pattern[str]:
    """A finding in a column of its own: "N. GONORRHOEAE RNA, TMA   Not Detected"."""
    words = "|".join(sorted(map(re.escape, _canonical()), key=len, reverse=True))
    kind = r"(?:[^\n.;!?\d]|\d(?:th|st|nd|rd|g)\b|\b1/2\b){0,48}?"  # "Antigen and Antibodies, 4th Gen"
    return re.compile(rf"{kind}(?:[ ]{{2,}}|[|:] ?)(?P<word>{words})(?![\w-])")


@cache
def _far() -> re.Pattern[str]:
    rows = table("result_words")
    return re.compile(rf"(?:{rows['far']})(?P<word>{_plain_findings()})(?![\w-])")


@cache
def _for() -> re.Pattern[str]:
    return re.compile(rf"\b(?P<word>{_plain_findings()})\s+(?:{table('result_words')['of']})\s+(?:\w+\s)?$")


def _plain_findings() -> str:
    rows = table("result_words")
    words = [word for value in rows["of_quantities"] for word in rows["words"][value]]
    return "|".join(sorted(map(re.escape, words), key=len, reverse=True))


@cache
def _canonical() -> dict[str, str]:
    return {word: value for value, words in table("result_words")["words"].items() for word in words}


@cache
def _before() -> re.Pattern[str]:
    grades = "|".join(table("result_words")["grades_before"])
    return re.compile(rf"\b(?P<word>{grades})\s+(?:of\s+)?$")


SHARED = re.compile(r"\s?(?:,\s?)?(?:and|&|/|nor|y|e|or)\s?(?:the |for |my )?")
BLOOD_TYPE = re.compile(
    r"[\s:=-]*(?:is|was|came back|as|group|type)?[\s:=-]*(?P<group>ab|a|b|o)\s?(?:rh)?\s?(?:\(d\)\s?)?"
    r"(?P<rh>\+|-|pos(?:itive)?|neg(?:ative)?)?(?!\w)"
)
TOLD_OF = re.compile(r"\s+(?:for|en|para)\s+(?:the )?")
GRADES = {"1+", "2+", "3+", "4+"}
SHORT_WORDS = {"not detected", *GRADES}  # what "VL" and "sugar" may be, but not "k"
NEGATED = re.compile(r"(?:\bnot|n't|\bnever|\bif|\bwhether|\bcould be|\bmight be)\s+$")

WISHED = re.compile(
    r"(?:\bif|\bwhether|\bcould|\bmight|\bnot|n't|\bnever|\bdoes|\bfalse|\bexposed to|\bsi)\b[^.,;]{0,14}$"
)


def find(text: str, original: str, names: list[Name], with_numbers: set[int]) -> list[WordValue]:
    """Every word result of the names that have no number; `with_numbers` holds their starts."""
    found: dict[int, WordValue] = {}
    for index, name in enumerate(names):
        if name.start in with_numbers:
            continue
        reach = names[index + 1].start if index + 1 < len(names) else len(text)
        value = _of(text, original, name, reach)
        wordless = name.short and name.analyte.kind == "quantity" and not _is_looked_at(name)
        if value and (value.value in SHORT_WORDS or not wordless):
            found[index] = value
    _share(text, names, found, with_numbers)
    return [found[index] for index in sorted(found)]


def _share(text: str, names: list[Name], found: dict[int, WordValue], with_numbers: set[int]) -> None:
    """ "Positive for thc and benzos", "HIV and hep C both negative": one finding for both."""
    pairs = list(pairwise(range(len(names))))
    for left, right in [*pairs, *reversed(pairs)]:
        if not SHARED.fullmatch(text[names[left].end : names[right].start]):
            continue
        for giver, taker in ((left, right), (right, left)):
            told, name = found.get(giver), names[taker]
            before = told is not None and told.end <= names[giver].start
            if (
                told is not None
                and taker not in found
                and before is (giver == left)
                and name.start not in with_numbers
                and name.analyte.kind == "ordinal"
                and told.value in table("result_words")["of_quantities"]
            ):
                found[taker] = WordValue(name, told.value, told.start, told.end)


def tells_first(text: str, name: Name, number: int) -> bool:
    """ "HIV: Non Reactive (0.18)": the finding stands before the number it was read from."""
    if name.analyte.kind != "ordinal" or number <= name.end:
        return False
    match = _after().match(text, name.end, min(number, name.end + 60))
    return match is not None and _canonical()[match["word"]] in table("result_words")["of_quantities"]


def _of(text: str, original: str, name: Name, reach: int) -> WordValue | None:
    if name.analyte.kind == "text" and "blood_type" in name.analyte.key:
        return _blood_type(text, name)
    match = _after().match(text, name.end, min(reach, name.end + 60))
    if match is None and not text[text.rfind("\n", 0, name.start) + 1 : name.start].strip(" *-#|"):
        match = _column().match(text, name.end, min(reach, name.end + 80))
    if (
        match
        and not _tells_of_next(text, name, match, reach)
        and not _is_of_next(text, name, match, reach)
        and _counts(name, _canonical()[match["word"]])
        and _is_told(text, name, match)
        and not NEGATED.search(text[: match.start("word")][-12:])
    ):
        value = _canonical()[match["word"]]
        if match["word"] == "+" and name.analyte.area == "infections":
            value = "positive"
        return WordValue(name, value, match.start("word"), match.end("word"))
    told = _grown(text, name) or _told_later(text, name, reach) or _told_before(text, name)
    if told:
        return told
    if (name.analyte.kind == "ordinal" or _is_looked_at(name)) and (
        before := _before().search(text[max(0, name.start - 16) : name.start])
    ):
        start = name.start - (len(text[max(0, name.start - 16) : name.start]) - before.start("word"))
        if before["word"] == "no" and name.analyte.specimen != "urine":
            return None
        value = "none" if before["word"] == "no" else _canonical().get(before["word"], before["word"])
        return WordValue(name, value, start, start + len(before["word"]))
    return None


def _is_of_next(text: str, name: Name, match: re.Match[str], reach: int) -> bool:
    """ "WBC 0-2, few epithelial cells": behind a comma and right before a name it is the next one's."""
    word = match["word"] in table("result_words")["grades_before"]
    return word and "," in text[name.end : match.start("word")] and match.end("word") + 1 == reach


def _grown(text: str, name: Name) -> WordValue | None:
    """ "My urine culture grew E. coli": the germ named is the finding."""
    match = _germs().match(text, name.end) if name.analyte.key.endswith("_culture") else None
    if match is None or NEGATED.search(text[: match.start("word")][-12:]):
        return None
    return WordValue(name, "positive", match.start("word"), match.end("word"))


@cache
def _germs() -> re.Pattern[str]:
    return re.compile(str(table("result_words")["grown"]))


def _tells_of_next(text: str, name: Name, match: re.Match[str], reach: int) -> bool:
    """ "Positive for THC and benzos, negative for opiates": behind a comma, with its own "for"."""
    comma = re.search(r"[,;(]", text[name.end : match.start("word")])
    return comma is not None and TOLD_OF.fullmatch(text, match.end("word"), reach) is not None


def _is_looked_at(name: Name) -> bool:
    return (name.analyte.unit or "").endswith(("[HPF]", "[LPF]"))


def _told_later(text: str, name: Name, reach: int) -> WordValue | None:
    """ "My pregnancy test at the clinic was negative": a few words on, behind a verb."""
    match = _far().match(text, name.end, min(reach, name.end + 70))
    home_test = "home" in text[max(0, name.start - 8) : name.end]
    if (
        home_test
        or name.analyte.kind != "ordinal"
        or match is None
        or NEGATED.search(text[: match.start("word")][-12:])
    ):
        return None
    return WordValue(name, _canonical()[match["word"]], match.start("word"), match.end("word"))


def _told_before(text: str, name: Name) -> WordValue | None:
    """ "I tested positive for strep": the finding, then what it is of."""
    match = _for().search(text, max(0, name.start - 40), name.start)
    if name.analyte.kind != "ordinal" or match is None or WISHED.search(text[: match.start()][-20:]):
        return None
    return WordValue(name, _canonical()[match["word"]], match.start("word"), match.end("word"))


def _is_told(text: str, name: Name, match: re.Match[str]) -> bool:
    """In running words "bacteria not seen" is talk; in a list's line it is a result."""
    glued = match["word"] == "+" and match.start("word") == name.end  # "Covid+ yesterday"
    if (
        text[match.end("word") :].lstrip(" ")[:1].isalnum()
        and match["word"] in {"+", "clear", "some"}
        and not glued
    ):
        return False
    value, rows = _canonical()[match["word"]], table("result_words")
    if value in rows["only_in_lists_or_urine"] and name.analyte.specimen != "blood":
        return True
    if match["word"] in ("absent", "nil", "ausente") and name.analyte.specimen == "urine":
        return True
    if value not in rows["only_in_lists"] and value not in rows["only_in_lists_or_urine"]:
        return True
    line_start = text.rfind("\n", 0, name.start) + 1
    return not text[line_start : name.start].strip(" *-#") or ":" in text[name.end : match.start("word")]


def _counts(name: Name, value: str) -> bool:
    """A quantity may be "positive" or "not detected"; "few" and "clear" belong to what is looked at."""
    return (
        name.analyte.kind != "quantity"
        or _is_looked_at(name)
        or value in GRADES
        or value in table("result_words")["of_quantities"]
    )


def _blood_type(text: str, name: Name) -> WordValue | None:
    match = BLOOD_TYPE.match(text, name.end)
    if match is None or (match["group"] == "a" and not match["rh"]):
        return None
    rh = {"+": " positive", "-": " negative", "p": " positive", "n": " negative"}.get(
        (match["rh"] or " ")[0], ""
    )
    return WordValue(name, match["group"].upper() + rh, match.start("group"), match.end())

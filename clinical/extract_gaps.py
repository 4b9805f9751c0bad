"""The words between a name and a number, and how hard they are to read as "is" or "came back at"."""

import re
from collections.abc import Sequence
from functools import cache

from clinical import units
from clinical.extract_marks import Limit
from clinical.extract_value import Value
from clinical.tables import table

TOKEN = re.compile(r"\d{1,2}(?:st|nd|rd|th)\b|[a-z']+|\d+(?:[.,]\d+)*|\n\s*\n|\n|[^\w\s]")
ASIDE = re.compile(
    r"\b[ekps]\. ?(?:coli|aureus|pneumon|aerugin|faecal|mirabil|saproph)[a-z]*"
    r"|\([^()\n]*[a-z][^()\n]*\)"
    r"|,? ?\b(?:which|who|whom|whose|that (?:was|is|had|were)) [^,.;()\n]{3,90},"
)
"""What may be left out between a name and its number: "(she's 3 days old)", ", which was fine last year,"."""
TIME_OF_DAY = re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?:\s?[ap]\.?m\b\.?)?")
DAY_OF_CYCLE = re.compile(r"\b(?:at |on )?\d{1,2} ?(?:dp ?\d? ?dt|dpo|dpt|dpiui|dpr|days? past \w+)\b")
"""Says when a pregnancy test was taken: "at 13dp5dt 212"."""
"""Says when a result was taken: "at 8:00 am 95"."""
END = {".", "!", "?"}
LEADS_UP = {"is", "was", "came", "were", "at", "of", ":", "="}
LEADS_UP_WORTH = 0.6  # "TSH in newborn screening came 14.5"
WHAT_FOR = {"after", "on", "since", "before", "off"}
SERIES_END = {*END, ";", "|"}


@cache
def _glue() -> frozenset[str]:
    return frozenset(table("words")["gap"]["glue"])


@cache
def _series_glue() -> frozenset[str]:
    return frozenset(table("words")["series"]["glue"])


@cache
def _barriers() -> frozenset[str]:
    return frozenset(table("words")["gap"]["barriers"])


def gap_cost(text: str, start: int, end: int, *, alone: bool = False) -> float:
    """How hard it is to read the words in [start, end) as nothing but "is", "came back at", "was up to"."""
    if end - start > 160:
        return 99.0
    gap = _without_units(DAY_OF_CYCLE.sub(" ", TIME_OF_DAY.sub(" ", ASIDE.sub(" ", text[start:end]))))
    if gap.strip() == "?":
        return 1.0  # "can prednisone raise WBC? 14.9 yesterday"
    cost, last_unknown = 0.0, False
    tokens = TOKEN.findall(gap)
    for index, token in enumerate(tokens):
        last_unknown = False
        if token.startswith("\n"):
            cost += _line_cost(token, index, alone=alone)
        elif token in END:
            cost += 0.0 if _is_dots(tokens, index) else 99.0
        elif token in _barriers() and not _is_rise(tokens, index):
            return 99.0
        elif token in _glue():
            cost += 0.15
        elif token[0].isdigit():
            cost += 0.15 if token[-1].isalpha() else 0.6  # "the 3rd" is a day
        elif token[0].isalpha():
            cost += float(table("words")["gap"]["unknown_cost"])
            last_unknown = True
        else:
            cost += {",": 0.8, ";": 2.0, "?": 99.0}.get(token, 0.0)
        if cost >= 99.0:
            return cost
    if cost > LEADS_UP_WORTH and tokens[-1] in LEADS_UP:
        cost -= LEADS_UP_WORTH
    return cost + (1.0 if last_unknown else 0.0)


def _without_units(gap: str) -> str:
    """ "Potassium (mmol/L): 5.9": a unit in the gap is no unknown word."""
    match = re.search(r"[(\[,|]\s?(?=[a-z%/\d])", gap)
    unit = units.find(gap, match.end()) if match else None
    return gap[: unit.start] + gap[unit.end :] if unit and unit.complete else gap


def _line_cost(token: str, index: int, *, alone: bool) -> float:
    if alone and index < 6 and token.count("\n") == 1:
        return 0.3
    return 99.0 if token.count("\n") > 1 else 2.5


def _is_rise(tokens: list[str], index: int) -> bool:
    """ "Her INR shot up to 7.2": no injection."""
    return tokens[index] == "shot" and tokens[index + 1 : index + 2] in (
        ["up"],
        ["to"],
        ["from"],
        ["through"],
    )


def _is_dots(tokens: list[str], index: int) -> bool:
    """ "TSH ... 5.2": dots that lead on, not a full stop."""
    return (index > 0 and tokens[index - 1] == ".") or (index + 1 < len(tokens) and tokens[index + 1] == ".")


def series_cost(text: str, start: int, end: int) -> float:
    """How hard it is to read the words between two numbers as going on about the same test."""
    if end - start > 90:
        return 99.0
    fine = re.match(r"\d+\.\d", text[end : end + 5]) is not None
    cost, last_unknown, told_what_for = 0.0, False, False
    for token in TOKEN.findall(DAY_OF_CYCLE.sub(" ", TIME_OF_DAY.sub(" ", text[start:end]))):
        if token.startswith("\n") or token in SERIES_END:
            return 99.0
        if token[0].isdigit():
            cost += 0.1 if token[-1].isalpha() else 0.4
        elif token[0].isalpha():
            cost += 0.1 if token in _series_glue() else 1.0 if told_what_for else 2.5
        last_unknown = token[0].isalpha() and token not in _series_glue() and not told_what_for
        told_what_for = token in WHAT_FOR and fine  # "after kayexalate 4.9", but "on rosuva 20"
    return cost + (1.0 if last_unknown else 0.0)  # "hdl 38, tri 210": the last word names another test


def mask(text: str, limits: Sequence[Limit | Value]) -> str:
    """The text with the lab's own limits blanked out: they neither join nor part a name and its number."""
    pieces, position = [], 0
    for limit in limits:
        start = max(limit.start, position)
        pieces += [text[position:start], "_" * (limit.end - start)]
        position = max(limit.end, position)
    return "".join(pieces) + text[position:]

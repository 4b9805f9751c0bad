"""The laboratory's own range, from its text: "3.5-5.1", "<10 ug/dL", "up to 40", "Negative"."""

import re
from dataclasses import replace
from decimal import Decimal

from clinical import units
from clinical.folding import fold
from clinical.numbers import DIGITS, SIGNS, find
from clinical.types import ReferenceRange

LABORATORY = "laboratory"
_N = rf"(?:{DIGITS})"
_SIGN = r"(?:>=|<=|=>|=<|≥|≤|>|<|> or = ?|< or = ?)"
BETWEEN = rf"(?P<low>{_N})\s?(?:%|mg/dl|g/dl|mmol/l)?\s?(?:-|to|a|and|y|~)\s?(?P<high>{_N})"
TWO_ENDS = rf"(?:{_N})\s?(?:-|to|a|and|y|~)\s?(?:{_N})"
ONE_SIDED = (
    rf"(?P<sign>{_SIGN}|up to|upto|under|below|less than(?: or equal to)?|no more than|hasta|menor (?:de|a)"
    r"|menos de"
    rf"|over|above|greater than(?: or equal to)?|more than|at least|mayor (?:de|a)|mas de)\s*(?P<limit>{_N})"
)
BODY = rf"(?:{BETWEEN}|{ONE_SIDED})"
_WHOLE = re.compile(rf"\s*[(\[]?\s*(?:[a-z. ]*(?:range|interval|limits?|ref|normal)[a-z ]*[:=]?\s*)?{BODY}")
_AT = re.compile(BODY)
_HIGH_SIGNS = {"<", "<=", "up to", "upto", "under", "below", "no more than", "hasta"}
_WORDS = re.compile(
    r"\s*(?:ref(?:erence)?\.?:?\s*)?(not detected|none detected|none seen|non[- ]?reactive|no growth"
    r"|negative|neg"
    r"|absent|none|nil|clear|yellow|normal|trace|not seen|positive|detected|reactive|immune|non[- ]?immune)\b"
)


def number(text: str) -> Decimal:
    """The likeliest value of a number as written."""
    return Decimal(find(text)[0].readings[0])


def from_match(match: re.Match[str], text: str) -> ReferenceRange | None:
    """The range a match of BODY stands for; None when its ends are the wrong way round."""
    if match["low"] is not None:
        low, high = number(match["low"]), number(match["high"])
        return ReferenceRange(low, high, text, LABORATORY) if low <= high else None
    sign = SIGNS.get(match["sign"].strip(), match["sign"].strip())
    limit = number(match["limit"])
    if sign in _HIGH_SIGNS or sign.startswith(("less", "men")):
        return ReferenceRange(None, limit, text, LABORATORY)
    return ReferenceRange(limit, None, text, LABORATORY)


def match_at(text: str, position: int) -> re.Match[str] | None:
    """A range that starts at this position of a folded text."""
    return _AT.match(text, position)


def parse(text: str | None) -> ReferenceRange | None:
    """The limits a range text gives; words are kept as text alone ("Negative"); None when it says nothing.

    "M: 13-17 F: 12-15" holds for nobody in particular: it is kept as text without limits.
    """
    return parse_with_unit(text)[0]


def parse_with_unit(text: str | None) -> tuple[ReferenceRange | None, str | None]:
    """Like `parse`, with the unit the range names, as UCUM: "0.27 - 4.20 uIU/mL" gives "u[IU]/mL"."""
    if not text or not text.strip():
        return None, None
    written = text.strip()
    folded = fold(written)
    match = _WHOLE.match(folded)
    if match is None or _for_several(folded, match.end()):
        return ReferenceRange(None, None, written, LABORATORY), None
    end = match.end()
    unit = units.find(folded, end + len(folded[end:]) - len(folded[end:].lstrip()))
    found = from_match(match, written)
    code = unit.ucum[0] if unit and (unit.complete or unit.ucum[0] == "%") else None
    return (replace(found, unit=code) if found else None), code


def _for_several(folded: str, end: int) -> bool:
    """Whether more limits follow ("12-15 (F) 13-17 (M)"): which of them holds is then not for us to say."""
    return _AT.search(folded, end) is not None


def words(text: str) -> str | None:
    """The word a range gives as what is expected: "Negative", "Not Detected"."""
    match = _WORDS.match(fold(text))
    return match[1] if match else None

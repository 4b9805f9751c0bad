"""Dates as people and laboratories write them, month before day where both could be."""

import re
from dataclasses import dataclass
from datetime import date

MONTHS = {
    name: month
    for month, names in enumerate(
        (
            "january jan enero", "february feb febrero", "march mar marzo", "april apr abril", "may mayo",
            "june jun junio", "july jul julio", "august aug agosto", "september sept sep septiembre",
            "october oct octubre", "november nov noviembre", "december dec diciembre",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))
DATE = re.compile(
    r"(?<![\d.])(?:(?P<y1>(?:19|20)\d\d)[-/.](?P<m1>\d{1,2})[-/.](?P<d1>\d{1,2})(?:t[\d:.z+-]+)?"
    r"|(?P<a>\d{1,2})(?P<sep>[-/.])(?P<b>\d{1,2})(?P=sep)(?P<y2>(?:19|20)?\d\d)"
    rf"|(?P<d3>\d{{1,2}})(?:st|nd|rd|th)?[ -](?:of |de )?(?P<m3>{_MONTH})\b\.?,?"
    r"(?:[ -](?:de )?(?P<y3>(?:19|20)\d\d))?"
    rf"|\b(?P<m4>{_MONTH})\b\.? (?P<d4>\d{{1,2}})(?:st|nd|rd|th)?\b(?!\.\d)(?:,? (?P<y4>(?:19|20)\d\d))?"
    rf"|\b(?P<m5>{_MONTH})\b\.?,? (?P<y5>(?:19|20)\d\d)"
    r"|(?<!\d/)\b(?P<m6>\d{1,2})/(?P<d6>\d{1,2})\b(?!\s?[/.%]|-|\s-\d|\d))(?!\d)"
)
LABELLED = re.compile(
    r"(?:collect\w*|drawn|taken|date|resulted|reported|received|performed|labs? from|results? from"
    r"|lab letter|letter|as of|test(?:ed|s)? on|done on)[^\n\d]{0,25}$"
)


@dataclass(frozen=True)
class DateText:
    """A date in a text; `iso` is None where the text leaves the year open."""

    start: int
    end: int
    iso: str | None
    labelled: bool = False  # "Collected on …": holds for the whole report


def find(text: str) -> list[DateText]:
    """Every date in a folded text."""
    found = []
    for match in DATE.finditer(text):
        if match["m6"] and not _looks_like_date(text, match):
            continue
        iso = _iso(match)
        if iso is None and match["sep"] is not None:
            continue  # "31/28/77" is no day
        labelled = LABELLED.search(text[max(0, match.start() - 40) : match.start()]) is not None
        found.append(DateText(match.start(), match.end(), iso, labelled))
    return found


def _looks_like_date(text: str, match: re.Match[str]) -> bool:
    """ "on 3/14" is a day; "115/65" and a titre "1/2" are not."""
    if not (1 <= int(match["m6"]) <= 12 and 1 <= int(match["d6"]) <= 31):
        return False
    if re.match(r"\s?[-:=]\s?(?:\d|[a-z])", text[match.end() : match.end() + 4]):
        return True  # "5/2 - 45, 5/4 - 102"
    return (
        re.search(
            r"\b(?:on|since|from|until|by|of|el|date|drawn|collected)[: ]\s*$|\($",
            text[: match.start()][-12:],
        )
        is not None
    )


def _iso(match: re.Match[str]) -> str | None:
    if match["y1"]:
        return _day(match["y1"], match["m1"], match["d1"])
    if match["y2"]:
        year = match["y2"] if len(match["y2"]) == 4 else f"20{match['y2']}"
        return _day(year, match["a"], match["b"]) or _day(year, match["b"], match["a"])
    if match["m3"] and match["y3"]:
        return _day(match["y3"], str(MONTHS[match["m3"]]), match["d3"])
    if match["m4"] and match["y4"]:
        return _day(match["y4"], str(MONTHS[match["m4"]]), match["d4"])
    return None


def _day(year: str, month: str, day: str) -> str | None:
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None

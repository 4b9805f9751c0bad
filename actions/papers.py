"""What a paper holds for its patient: results, numbers that are not sure, and whose name is on it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from clinical import extract
from clinical.catalogue import Catalogue
from clinical.folding import fold
from clinical.types import LabMention, ReferenceRange

Paper = Mapping[str, Any]  # docs/architecture.md, metadata.papers

# "Patient: LOPEZ, MARIA", "Patient Name  Maria Lopez": where a report prints whose it is.
NAME = re.compile(
    r"(?im)^[^\S\n]*(?:patient(?:'s)?(?:[^\S\n]+name)?|pt(?:[^\S\n]+name)?|name|nombre|paciente)[^\S\n]*[:\-][^\S\n]*"
    r"(?P<name>[A-Za-zÀ-ÿ'][A-Za-zÀ-ÿ'. ,\-]{2,60})"
)
# What follows a name on the same line: "Maria Lopez  DOB: …". Two spaces begin the next column of a table.
AFTER_NAME = re.compile(
    r"\s{2,}|\b(?:dob|d\.o\.b|date|birth|sex|gender|age|mrn|id|account|acct|collected|fecha)\b", re.I
)
FAR_OUT = Decimal("2.5")  # times the printed upper limit: where a lost decimal point puts a usual value


@dataclass(frozen=True)
class Found:
    """All papers of one message taken together, each test once in the order of the paper."""

    kind: str  # photo | pdf
    results: tuple[LabMention, ...]
    unsure: tuple[LabMention, ...]  # tests whose number may be wrong
    name: str | None
    pages_read: int | None  # where not all were
    problems: tuple[str, ...]

    @property
    def readable(self) -> bool:
        """Whether any test was found at all."""
        return bool(self.results or self.unsure)


def look(papers: Sequence[Paper], catalogue: Catalogue) -> Found:
    """What the papers of a message say."""
    results: dict[tuple[str, str | None], LabMention] = {}
    unsure: dict[str, LabMention] = {}
    for paper in papers:
        for mention, sure in _mentions(paper, catalogue):
            if sure:
                results.setdefault((mention.analyte, mention.effective), mention)
            else:
                unsure.setdefault(mention.analyte, mention)
    read = {analyte for analyte, _ in results}
    cut = [paper["pages_read"] for paper in papers if 0 < paper["pages_read"] < paper["pages"]]
    return Found(
        kind=papers[0]["kind"],
        results=tuple(sorted(results.values(), key=_flagged_first)),
        unsure=tuple(each for analyte, each in unsure.items() if analyte not in read),
        name=next((name for paper in papers if (name := printed_name(paper["text"]))), None),
        pages_read=cut[0] if cut else None,
        problems=tuple(dict.fromkeys(paper["problem"] for paper in papers if paper["problem"])),
    )


def _mentions(paper: Paper, catalogue: Catalogue) -> Iterator[tuple[LabMention, bool]]:
    """Each result with whether its number can be trusted. Everything on a paper is of one person."""
    text, doubtful = paper["text"], [(start, end) for start, end in paper["doubtful"]]
    for mention in extract.read(text, catalogue):
        unclear = any(start < mention.end and end > mention.start for start, end in doubtful)
        own = replace(mention, subject="patient", asked_about=True)
        yield own, not unclear and not lost_point(mention)


def lost_point(mention: LabMention) -> bool:
    """ "54" where the laboratory prints 3.5 to 5.1: the decimal point may not have been seen."""
    limits = mention.range
    if limits is None or limits.high is None or "." in mention.value:
        return False
    decimals = any(limit is not None and _decimals(limit) for limit in (limits.low, limits.high))
    try:
        return decimals and Decimal(mention.value) > FAR_OUT * limits.high
    except InvalidOperation:
        return False


def _decimals(number: Decimal) -> bool:
    exponent = number.as_tuple().exponent
    return isinstance(exponent, int) and exponent < 0


def _flagged_first(mention: LabMention) -> int:
    """What the laboratory itself marked comes first: nothing is judged here yet."""
    return 0 if mention.flag not in (None, "N") else 1


def printed_name(text: str) -> str | None:
    """The patient's name as the paper prints it, None where it prints none."""
    for match in NAME.finditer(text):
        name = AFTER_NAME.split(match["name"])[0].strip(" .,-")
        if len(name.split()) >= 2:
            return _in_order(name)
    return None


def _in_order(name: str) -> str:
    """ "LOPEZ, MARIA E" as people say it: "Maria E Lopez"."""
    family, comma, given = (part.strip() for part in name.partition(","))
    whole = f"{given} {family}" if comma else name
    return " ".join(part.capitalize() if part.isupper() else part for part in whole.split())


def is_of(name: str, given: str | None, family: str | None) -> bool:
    """Whether a printed name can be this person's; what the record does not know contradicts nothing.

    >>> is_of("Rosa M Lopez", "Rosa", "López"), is_of("Maria Lopez", "Rosa", "López")
    (True, False)
    """
    printed = fold(name).replace("-", " ").split()
    known_family = fold(family or "").replace("-", " ").split()
    known_given = fold(given or "").replace("-", " ").split()
    if known_family and not set(known_family) & set(printed):
        return False
    rest = [part for part in printed if part not in known_family]
    return not known_given or not rest or any(_alike(part, known_given[0]) for part in rest)


def _alike(printed: str, known: str) -> bool:
    """The same name, its beginning ("Rob" for "Robert"), or its initial."""
    if len(printed) == 1 or len(known) == 1:
        return printed[0] == known[0]
    return printed.startswith(known[:3]) or known.startswith(printed[:3])


def as_row(mention: LabMention) -> dict[str, Any]:
    """A result as a slot keeps it until it is confirmed."""
    limits = mention.range
    return {
        "analyte": mention.analyte,
        "loinc": mention.loinc,
        "text": mention.text,
        "value": mention.value,
        "unit": mention.unit,
        "unit_text": mention.unit_text,
        "low": None if limits is None or limits.low is None else f"{limits.low:f}",
        "high": None if limits is None or limits.high is None else f"{limits.high:f}",
        "range_text": limits.text if limits else None,
        "range_unit": limits.unit if limits else None,
        "flag": mention.flag,
        "effective": mention.effective,
    }


def as_mention(row: Mapping[str, Any], place: int, subject: str) -> LabMention:
    """The result again; `place` keeps the order of the paper."""
    limits = None
    if row["low"] or row["high"]:
        low, high = (Decimal(row[side]) if row[side] else None for side in ("low", "high"))
        limits = ReferenceRange(low, high, row["range_text"], "laboratory", row["range_unit"])
    return LabMention(
        analyte=row["analyte"],
        loinc=row["loinc"],
        text=row["text"],
        value=row["value"],
        start=place,
        end=place,
        unit=row["unit"],
        unit_text=row["unit_text"],
        range=limits,
        flag=row["flag"],
        effective=row["effective"],
        subject=subject,
    )

"""What a message says was measured: `read` for results, `named` for tests spoken of without a number."""

import re
from bisect import bisect_right
from collections.abc import Sequence

from clinical import (
    dates,
    extract_company,
    extract_gaps,
    extract_links,
    extract_marks,
    extract_names,
    extract_owners,
    extract_people,
    extract_values,
    extract_words,
)
from clinical.catalogue import Catalogue
from clinical.extract_context import Context
from clinical.extract_doses import is_count_of_tests
from clinical.extract_meaning import mentions_of
from clinical.extract_value import Ground, Value
from clinical.folding import fold
from clinical.lexicon import Name, compiled
from clinical.types import LabMention, NamedTest

SLASHED_NAMES = re.compile(r"\b[a-z]{2,5}/[a-z]{2,5}/[a-z]{2,5}\s?(?:is |was |were |are |:|=|-)?\s?$")
UNDETECTABLE = re.compile(r"\b(?:undetect\w+|not detect\w+) ?$")
VALUE_BEHIND = re.compile(r"[ :=|-]{0,4}[<>]?\d")


def read(text: str, catalogue: Catalogue, spoken_of: str = "patient") -> list[LabMention]:
    """Every lab result a text gives, in order: "A1c went from 6.1 to 7.2" gives two.

    `spoken_of`: whose the results of the message before were, for "and his potassium is 5.7".

    Offsets point into `text` as it came. The lab's own limits, ages, doses, dates, blood
    pressures and the like are no results. A result told twice is given once.
    """
    folded = fold(text)
    found_dates = [day for day in dates.find(folded) if not _is_list_of_values(folded, day)]
    specimens = tuple(extract_marks.specimens(folded))
    named_tests = compiled(catalogue).find(folded)
    limits = tuple(_without_values(folded, extract_marks.limits(folded), named_tests))
    around = extract_names.Surroundings(folded, limits, specimens)
    names = extract_names.free(named_tests, around, catalogue.by_key)
    if not names:
        return []
    ground = Ground(folded, text, names, _taken(folded, names, found_dates, limits), limits)
    values = extract_values.find(ground)
    qualifiers = extract_marks.qualifiers(folded)
    names = tuple(name for name in names if not _is_in_unit(name, values))
    others = _not_in_names(extract_marks.distractors(folded), names)
    owners = extract_owners.owners(
        names, others, [*extract_marks.pronouns(folded)], [value.start for value in values]
    )
    links = extract_links.link(
        _without_limits(folded, limits, values), owners, [v for v in values if not v.quoted], found_dates
    )
    links = [link for link in links if not extract_words.tells_first(folded, link.name, link.value.start)]
    linked = {link.name.start for link in links if not is_count_of_tests(link, link.name.analyte, folded)}
    words = extract_words.find(folded, text, list(names), linked)
    context = Context(
        folded, text, catalogue, compiled(catalogue), tuple(qualifiers), specimens,
        tuple(found_dates), extract_people.find(folded, spoken_of), limits,
    )  # fmt: skip
    return extract_company.settle(mentions_of(links, words, context), catalogue)


def _is_list_of_values(text: str, day: dates.DateText) -> bool:
    """ "AST/ALT/ALP: 12/11/77": as many numbers as names before them, and no date."""
    return SLASHED_NAMES.search(text, max(0, day.start - 30), day.start) is not None


def _without_values(
    text: str, limits: Sequence[extract_marks.Limit], names: Sequence[Name]
) -> list[extract_marks.Limit]:
    """ "TPO (>600)" is a result in brackets, "LDL (<100) 140" a limit before one."""
    ends = {name.end + space for name in names for space in (0, 1)}
    return [limit for limit in limits if not _is_value(text, limit, ends)]


def _is_value(text: str, limit: extract_marks.Limit, ends: set[int]) -> bool:
    if limit.labelled or (limit.range.low is not None and limit.range.high is not None):
        return False
    if UNDETECTABLE.search(text, max(0, limit.start - 16), limit.start):
        return True  # "PSA is undetectable (<0.02)"
    return limit.start in ends and not VALUE_BEHIND.match(text, limit.end)


def _is_in_unit(name: Name, values: Sequence[Value]) -> bool:
    """ "312 mg/g creat" is no creatinine, and the "k" of "90k" no potassium."""
    index = bisect_right(values, name.start, key=lambda value: value.start) - 1
    if index < 0:
        return False
    value = values[index]
    return name.end <= max(value.number_end, value.unit.end if value.unit else 0)


def named(text: str, catalogue: Catalogue) -> list[NamedTest]:
    """Every test a text names, once each, whether or not it gives a value: "what is ferritin"."""
    folded = fold(text)
    of_urine = tuple(extract_marks.specimens(folded))
    found: dict[str, NamedTest] = {}
    for name in compiled(catalogue).find(folded):
        food = name.urine_only and extract_marks.specimen_at(of_urine, name.start) != "urine"
        if not name.short and not food and name.analyte.key not in found:
            found[name.analyte.key] = NamedTest(
                name.analyte.key,
                name.analyte.primary_loinc,
                text[name.start : name.end],
                name.start,
                name.end,
            )
    return list(found.values())


def _without_limits(text: str, limits: Sequence[extract_marks.Limit], values: Sequence[Value]) -> str:
    quoted: list[extract_marks.Limit | Value] = [*limits, *(value for value in values if value.quoted)]
    return extract_gaps.mask(text, sorted(quoted, key=lambda span: span.start))


def _taken(
    text: str,
    names: Sequence[Name],
    found_dates: Sequence[dates.DateText],
    limits: Sequence[extract_marks.Limit],
) -> tuple[tuple[int, int], ...]:
    spans = [
        (name.start, name.end)
        for name in names
        if not name.short or any(map(str.isdigit, text[name.start : name.end]))  # "1h 192"
    ]
    spans += [(day.start, day.end) for day in found_dates]
    spans += [(limit.start, limit.end) for limit in limits]
    return tuple(_merged(spans))


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _not_in_names(spans: list[extract_marks.Span], names: Sequence[Name]) -> list[extract_marks.Span]:
    taken = [(name.start, name.end) for name in names]
    return [span for span in spans if not extract_marks.overlaps(taken, span.start, span.end)]

"""What a message says was measured: `read` for results, `named` for tests spoken of without a number."""

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace

from clinical import (
    dates,
    extract_gaps,
    extract_links,
    extract_marks,
    extract_owners,
    extract_people,
    extract_values,
    extract_words,
)
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.extract_context import Context
from clinical.extract_doses import is_count_of_tests
from clinical.extract_meaning import mentions_of
from clinical.extract_value import Ground, Value
from clinical.folding import atoms, fold
from clinical.lexicon import Name, compiled
from clinical.tables import table
from clinical.types import LabMention, NamedTest


def read(text: str, catalogue: Catalogue) -> list[LabMention]:
    """Every lab result a text gives, in order: "A1c went from 6.1 to 7.2" gives two.

    Offsets point into `text` as it came. The lab's own limits, ages, doses, dates, blood
    pressures and the like are no results. A result told twice is given once.
    """
    folded = fold(text)
    found_dates = [day for day in dates.find(folded) if not _is_list_of_values(folded, day)]
    specimens = tuple(extract_marks.specimens(folded))
    named_tests = compiled(catalogue).find(folded)
    limits = tuple(_without_values(folded, extract_marks.limits(folded), named_tests))
    names = _free_names(folded, named_tests, limits, specimens, catalogue.by_key)
    ground = Ground(folded, text, names, _taken(names, found_dates, limits), limits)
    values = extract_values.find(ground)
    qualifiers = extract_marks.qualifiers(folded)
    names = tuple(name for name in names if not _is_in_unit(name, values))
    others = _not_in_names(extract_marks.distractors(folded), names)
    owners = extract_owners.owners(
        names, others, [*extract_marks.pronouns(folded)], [value.start for value in values]
    )
    links = extract_links.link(
        _without_limits(folded, limits, values), owners, [v for v in values if not v.quoted]
    )
    links = [link for link in links if not extract_words.tells_first(folded, link.name, link.value.start)]
    linked = {link.name.start for link in links if not is_count_of_tests(link, link.name.analyte, folded)}
    words = extract_words.find(folded, text, list(names), linked)
    context = Context(
        folded, text, catalogue, compiled(catalogue), tuple(qualifiers), specimens,
        tuple(found_dates), extract_people.find(folded), limits,
    )  # fmt: skip
    return mentions_of(links, words, context)


def _is_list_of_values(text: str, day: dates.DateText) -> bool:
    """ "AST/ALT/ALP: 12/11/77": as many numbers as names before them, and no date."""
    return SLASHED_NAMES.search(text, max(0, day.start - 30), day.start) is not None


def _without_values(
    text: str, limits: Sequence[extract_marks.Limit], names: Sequence[Name]
) -> list[extract_marks.Limit]:
    """ "TPO (>600)" is a result in brackets, "LDL (<100) 140" a limit before one."""
    ends = {name.end + space for name in names for space in (0, 1)}
    return [
        limit
        for limit in limits
        if limit.labelled
        or limit.start not in ends
        or (limit.range.low is not None and limit.range.high is not None)
        or VALUE_BEHIND.match(text, limit.end)
    ]


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
    found: dict[str, NamedTest] = {}
    for name in compiled(catalogue).find(folded):
        if not name.short and not name.urine_only and name.analyte.key not in found:
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


RATIO = re.compile(r"\s?ratio\b")
CLAUSE_END = re.compile(r"[.!?;\n]\s?(?!\d)")
VALUE_BEHIND = re.compile(r"[ :=|-]{0,4}[<>]?\d")
GRADED = re.compile(r"\s?(?:is|was|:|=|-)?\s?(?:[1-4]\s?\+|\+{1,4}|traces?\b)(?!\w)")
SLASHED_NAMES = re.compile(r"\b[a-z]{2,5}/[a-z]{2,5}/[a-z]{2,5}\s?(?:is |was |were |are |:|=|-)?\s?$")
UNIT_MARK = re.compile(r"\s?/\s?[a-z]")


def _free_names(
    text: str,
    names: Sequence[Name],
    limits: Sequence[extract_marks.Limit],
    specimens: Sequence[extract_marks.Span],
    by_key: Mapping[str, Analyte],
) -> tuple[Name, ...]:
    """Without the "K" of "K/uL", what stands inside the lab's own limits, and "protein" where it is food."""
    spans = [(limit.start, limit.end) for limit in limits]
    others = [(span.start, span.end) for span in extract_marks.distractors(text)]
    starts = {name.start for name in names}
    return tuple(
        name
        for name in (_in_company(text, name, by_key) for name in names)
        if not (name.short and (mark := UNIT_MARK.match(text, name.end)) and mark.end() - 1 not in starts)
        and not (name.short and extract_marks.overlaps(spans, name.start, name.end))
        and not _is_everyday(text, name)
        and not RATIO.match(text, name.end)
        and not _is_of_another_germ(text, name)
        and not _is_of_another_fluid(text, name, specimens)
        and not any(
            start <= name.start and end >= name.end and (start, end) != (name.start, name.end)
            for start, end in _around(others, name)
        )
        and not (
            name.urine_only
            and extract_marks.specimen_at(specimens, name.start) != "urine"
            and not GRADED.match(text, name.end)
        )
    )


def _in_company(text: str, name: Name, by_key: Mapping[str, Analyte]) -> Name:
    """ "CO2" among blood gases is the pressure, "mono" beside "strep" no monocytes."""
    other = table("words")["ambiguous"].get(text[name.start : name.end])
    if other is None or other["test"] not in by_key or not re.search(other["near"], text):
        return name
    return replace(name, analyte=by_key[other["test"]], short=False)


def _is_of_another_fluid(text: str, name: Name, specimens: Sequence[extract_marks.Span]) -> bool:
    """ "Stool routine: pus cells 6-8" are not those of the urine; the stool's own tests stand."""
    elsewhere = table("words")["specimens"]["elsewhere"]
    before = [span for span in specimens if span.end <= name.start]
    if not before or before[-1].kind != "other" or name.analyte.key not in elsewhere:
        return False
    return CLAUSE_END.search(text, before[-1].end, name.start) is None


def _is_of_another_germ(text: str, name: Name) -> bool:
    """ "Dengue IgM" is not all IgM there is, where the catalogue has no test of that name."""
    rule = table("words")["immunoglobulins"]
    if name.analyte.key not in rule["keys"]:
        return False
    word = re.search(r"([a-z]{4,})[ -]$", text[max(0, name.start - 24) : name.start])
    return word is not None and word[1] not in rule["before"] and word[1] not in table("words")["gap"]["glue"]


def _around(spans: list[tuple[int, int]], name: Name) -> list[tuple[int, int]]:
    """The other measurements that begin where a name does: "calcium score" is no calcium."""
    index = bisect_right(spans, name.start, key=lambda span: span[0])
    return spans[max(0, index - 1) : index]


def _is_everyday(text: str, name: Name) -> bool:
    """ "They lead 12 hikes" is no lead, and a finger's oxygen reading no laboratory result."""
    hours = table("words")["hours"]
    if name.short and name.analyte.key in hours["keys"]:
        return not (
            re.search(hours["near"], text) and re.match(hours["value"], text[name.end : name.end + 20])
        )
    if name.short and (row := table("words")["contextual"].get(" ".join(atoms(text[name.start : name.end])))):
        return not (
            re.search(row.get("near", ""), text)
            and re.match(row.get("value", ""), text[name.end : name.end + 40])
        )
    words, vital = table("words")["everyday"].get(name.analyte.key), table("words")["vital_signs"]
    if words and re.search(words, text[max(0, name.start - 12) : name.start]):
        return True
    return name.analyte.key in vital["keys"] and not re.search(vital["laboratory"], text)


def _taken(
    names: Sequence[Name], found_dates: Sequence[dates.DateText], limits: Sequence[extract_marks.Limit]
) -> tuple[tuple[int, int], ...]:
    spans = [(name.start, name.end) for name in names if not name.short]
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

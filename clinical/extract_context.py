"""Where in a text a result stands: specimen, meal, date, whose it is; and which test that makes it."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from clinical import interpret_units, units
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.dates import DateText
from clinical.extract_marks import Limit, Span, specimen_at
from clinical.extract_people import People
from clinical.extract_value import Value
from clinical.folding import atoms
from clinical.lexicon import MEALS, Lexicon, Name
from clinical.tables import table

BLOOD = re.compile(r"\b(?:blood|serum|finger|meter|fasting|random|plasma)\b")  # never of the urine
FIELDS_OF_VIEW = ("/[HPF]", "/[LPF]")
CLEARLY = 0.2  # how much odder one reading must be than the other to be ruled out
SURELY_SHARE = 20  # no one has so many lymphocytes a microlitre, in thousands, without being very ill
NEXT_NUMBER = re.compile(r"\s?[:=-]?\s?\d")
TIME_FILLERS = re.compile(
    r"[\s(]*(?:when |while |was |is |now |today |usually |always |mostly |all |both |range |i was |directly "
    r"|right |one hour |an hour |\d hours? |two hours |about )*[\s(]*"
)
SENTENCE = re.compile(r"[.!?](?=\s)|\n\s*\n")


@dataclass(frozen=True)
class Context:
    """Everything known of a text while its results are made out."""

    folded: str
    text: str
    catalogue: Catalogue
    lexicon: Lexicon
    qualifiers: tuple[Span, ...]
    specimens: tuple[Span, ...]
    dates: tuple[DateText, ...]
    people: People
    limits: tuple[Limit, ...]
    shares: bool = False  # the white cells are listed as shares of a hundred

    def sentence(self, position: int, *, reach: int = 400) -> tuple[int, int]:
        """Start and end of the sentence around a position."""
        index = bisect_right(self._sentence_ends, position)
        start = self._sentence_ends[index - 1] if index else 0
        end = self._sentence_ends[index] if index < len(self._sentence_ends) else len(self.folded)
        return max(start, position - reach), min(end, position + reach)

    @cached_property
    def _sentence_ends(self) -> list[int]:
        return [match.end() for match in SENTENCE.finditer(self.folded)]

    def specimen(self, position: int) -> str | None:
        """The specimen the text last turned to before a position: "urine", "blood", or unknown."""
        return specimen_at(self.specimens, position)

    def said_of_urine(self, name: Name, value: Value) -> bool:
        """ "Glucose over 1000 in pee", "glucose in his urine (2+)": the specimen said with a result."""
        end = max(value.end, name.end)
        if any(span.kind == "urine" and name.end <= span.start < value.start for span in self.specimens):
            return True
        return any(
            span.kind == "urine"
            and self.folded.startswith("in", span.start)
            and not self.folded[end : span.start].strip(" ,")
            and span.start >= end
            for span in self.specimens
        )

    def meal(self, start: int, end: int, earliest: int) -> str | None:
        """ "fasting" or "after-meal": said right behind the number, or else before it since `earliest`."""
        before = [span for span in self.qualifiers if earliest <= span.start and span.end <= start]
        for span in self.qualifiers:
            if span.start >= end and self._only_fillers(end, span.start):
                heads_next = NEXT_NUMBER.match(self.folded, span.end) is not None
                return before[-1].kind if before and heads_next else span.kind
        return before[-1].kind if before else None

    def _only_fillers(self, start: int, end: int) -> bool:
        gap = self.folded[start:end]
        return len(gap) < 24 and TIME_FILLERS.fullmatch(gap) is not None

    def date_of(self, start: int, end: int, until: int) -> str | None:
        """The date said with a result: nearest in its sentence; else the one that holds for the report."""
        first, last = self.sentence(start)
        near = [
            day
            for day in self.dates
            if first <= day.start < min(last, until)
            and day.iso
            and not (day.labelled and "\n" in self.folded[end : day.start])  # the next report's
        ]
        if near:
            return min(near, key=lambda day: min(abs(day.start - end), abs(day.end - start))).iso
        above = [day.iso for day in self.dates if day.labelled and day.iso and day.start < start]
        if above:
            return above[-1]  # a portal's "Collected: …" holds until the next
        whole = {day.iso for day in self.dates if day.labelled and day.iso}
        return whole.pop() if len(whole) == 1 else None


def plausible(analyte: Analyte, number: str, unit: str | None) -> bool:
    """Whether a number could be this test's, in the unit said, or in any it is given in."""
    if analyte.plausible is None:
        return True
    candidates = (unit,) if unit else units.known_units(analyte)
    return any(in_plausible(analyte, Decimal(number), candidate) for candidate in candidates)


def in_plausible(analyte: Analyte, number: Decimal, unit: str) -> bool:
    """Whether this number in this unit lies within what a body can have."""
    canonical = units.to_canonical(number, unit, analyte)
    if canonical is None or analyte.plausible is None:
        return canonical is not None
    low, high = analyte.plausible.low, analyte.plausible.high
    return (low is None or canonical >= low) and (high is None or canonical <= high)


def analyte_of(name: Name, value: Value | None, context: Context, *, earliest: int) -> Analyte:
    """The test meant: the name's own, or its sibling in urine, fasting, absolute, of this virus."""
    named = _of_compound(name, context)
    if value is None:
        return _in_specimen(named, name, None, context)
    if context.qualifiers and named.key in context.lexicon.timed:
        named = _at_meal(named, context.meal(value.start, value.end, earliest), context)
    named = _in_specimen(named, name, value, context)
    if value.grade and (strip := table("words")["graded"].get(named.key)):
        return context.catalogue[strip]
    return _by_measure(_by_meter(named, name, value, context), name, value, context)


def _by_meter(analyte: Analyte, name: Name, value: Value, context: Context) -> Analyte:
    """ "Ketones 2.4" and "ketones 3 mmol/L" are of a blood meter, unless the text is about urine."""
    row = table("words")["by_unit"].get(analyte.key)
    if row is None or not value.numbers or context.said_of_urine(name, value):
        return analyte
    urine = context.specimen(name.start) == "urine" or "urin" in context.folded[name.start : name.end]
    number = value.numbers[0].readings[0]
    told = row["unit"] in value.unit.ucum if value.unit else "." in number and Decimal(number) <= row["most"]
    return context.catalogue[row["test"]] if told and not urine else analyte


def _siblings(analyte: Analyte, modifier: str | None, context: Context) -> list[Analyte]:
    keys = context.lexicon.siblings.get(analyte.key, {}).get(modifier or "", ())
    return [context.catalogue[key] for key in keys]


def _at_meal(analyte: Analyte, meal: str | None, context: Context) -> Analyte:
    """ "2 hr pp 210 fasting 140": fasting glucose is glucose after a meal, at another time."""
    if meal is None:
        return analyte
    for timed in context.lexicon.siblings.values():
        times = {key: when for when in MEALS for key in timed.get(when, ())}
        if times.get(analyte.key, meal) != meal:
            return context.catalogue[timed[meal][0]] if timed.get(meal) else analyte
    return next(iter(_siblings(analyte, meal, context)), analyte)


def other_part(analyte: Analyte, name: Name, start: int, end: int, context: Context) -> Analyte:
    """ "bilirubin total 1.9 direct 0.4": the second number is of the direct bilirubin."""
    words = re.findall(r"[a-z]+", context.folded[start:end])
    stems = [*re.findall(r"[a-z]+", context.folded[name.start : name.end]), *atoms(analyte.name)]
    if {"absolute", "abs"} & set(words[-2:]):
        return next(iter(_siblings(analyte, "absolute", context)), analyte)
    for word in words[-2:]:
        for stem in stems:
            other = context.catalogue.by_name.get((word, stem)) or context.catalogue.by_name.get((stem, word))
            if other is not None and word != stem:
                return other
    return analyte


def _of_compound(name: Name, context: Context) -> Analyte:
    """ "IgM antibodies" after "parvovirus B19 blood work" are the parvovirus's."""
    heads = context.lexicon.compounds.get(atoms(context.folded[name.start : name.end]))
    if not heads:
        return name.analyte
    start, _ = context.sentence(name.start)
    before = context.folded[start : name.start]
    return next((analyte for head, analyte in heads if re.search(rf"\b{head}\b", before)), name.analyte)


def _in_specimen(analyte: Analyte, name: Name, value: Value | None, context: Context) -> Analyte:
    """In urine, white cells are counted in a field of view, and protein is measured in another way."""
    siblings = _siblings(analyte, "urine", context)
    if siblings and value and value.unit and value.unit.ucum[0] in FIELDS_OF_VIEW:
        return min(siblings, key=lambda test: test.kind != "quantity")
    if value is None and siblings and analyte.kind == "quantity":
        return min(siblings, key=lambda test: test.kind == "quantity")  # "glucose neg" is a strip's
    behind = value is not None and context.said_of_urine(name, value)
    if not siblings or not (behind or context.specimen(name.start) == "urine"):
        return analyte
    if value is None or not value.numbers:
        return min(siblings, key=lambda test: test.kind == "quantity")
    sibling = min(siblings, key=lambda test: test.kind != "quantity")
    if value.grade:
        return min(siblings, key=lambda test: test.kind == "quantity")
    if BLOOD.search(context.folded[name.start : name.end]) and not behind:
        return analyte
    if value.unit and value.unit.complete:
        return sibling if units.fits(units.resolve(value.unit.text, sibling) or "", sibling) else analyte
    start, _ = context.sentence(name.start)
    same_sentence = any(span.kind == "urine" and start <= span.start for span in context.specimens)
    number = value.numbers[0].readings[0]
    settled = analyte.key in table("words")["specimens"]["of_blood_if_small"]
    if settled and "urin" not in context.folded[name.start : name.end]:
        odd = [interpret_units.oddity(Decimal(number), test.unit or "", test) for test in (sibling, analyte)]
        if odd[0] - odd[1] > CLEARLY:
            return analyte  # "urine: blood 3+, creat 1.4" is of the blood
    counted = sibling.kind == "quantity" and plausible(sibling, number, None)
    if same_sentence or counted or not plausible(analyte, number, None):
        return sibling
    return analyte


def _by_measure(analyte: Analyte, name: Name, value: Value, context: Context) -> Analyte:
    """Percent or count, total or free: the unit tells, or else which of them the number can be."""
    if not value.numbers:
        return analyte
    number = value.numbers[0].readings[0]
    counts = [other for kind in ("absolute", "percent") for other in _siblings(analyte, kind, context)]
    if value.unit:
        codes = units.parse(value.unit.text)
        tests = [analyte, *counts, *_siblings(analyte, "free", context)]
        return next((test for test in tests if _can_be(test, number, codes)), analyte)
    if counts and _is_absolute(name, context):
        return analyte
    if counts:
        return _share_or_count(analyte, counts[0], number, context)
    # in the same unit a number cannot tell: "PSA 22" is all of it
    free = [test for test in _siblings(analyte, "free", context) if test.unit != analyte.unit]
    odd = _oddity(analyte, number) if free else 0.0
    return next((test for test in free if odd - _oddity(test, number) > CLEARLY), analyte)


def _is_absolute(name: Name, context: Context) -> bool:
    return re.search(table("words")["absolute"]["names"], context.folded[name.start : name.end]) is not None


def _can_be(test: Analyte, number: str, codes: Sequence[str]) -> bool:
    return any(units.fits(code, test) and in_plausible(test, Decimal(number), code) for code in codes)


def _share_or_count(analyte: Analyte, other: Analyte, number: str, context: Context) -> Analyte:
    """ "Lymphocytes 46" is a share, "lymphocytes 1.9" a count, "eosinophils 02" what its list is."""
    share, count = (analyte, other) if analyte.unit == "%" else (other, analyte)
    if not plausible(share, number, "%"):
        return count
    if not plausible(count, number, None) or context.shares:
        return share
    as_share, as_count = _oddity(share, number), _oddity(count, number)
    if abs(as_share - as_count) > CLEARLY:
        return share if as_share < as_count else count
    return count if "." in number else share


def _oddity(test: Analyte, number: str) -> float:
    read = [interpret_units.oddity(Decimal(number), unit, test) for unit in units.known_units(test)]
    return min(read, default=0.0)


def is_share(analyte: Analyte, value: Value, lexicon: Lexicon) -> bool:
    """Whether a bare number can only be a share of the white cells, so that its whole list gives shares."""
    pairs = lexicon.siblings.get(analyte.key, {})
    if value.unit or not value.numbers or not ("percent" in pairs or "absolute" in pairs):
        return False
    return SURELY_SHARE <= Decimal(value.numbers[0].readings[0]) <= 100

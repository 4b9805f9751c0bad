"""Where in a text a result stands: its specimen, its meal, its date, whose it is; and which test that makes it."""

import re
from dataclasses import dataclass
from decimal import Decimal

from clinical import units
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.dates import DateText
from clinical.extract_marks import Limit, Span
from clinical.extract_people import People
from clinical.extract_values import Value
from clinical.folding import atoms
from clinical.lexicon import Lexicon, Name

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

    def sentence(self, position: int, *, reach: int = 400) -> tuple[int, int]:
        """Start and end of the sentence around a position."""
        start = max(0, position - reach)
        for match in SENTENCE.finditer(self.folded, start, position):
            start = match.end()
        after = SENTENCE.search(self.folded, position, position + reach)
        return start, after.start() if after else min(len(self.folded), position + reach)

    def specimen(self, position: int) -> str | None:
        """The specimen the text last turned to before a position: "urine", "blood", or unknown."""
        last = None
        for span in self.specimens:
            if span.start > position:
                break
            last = span.kind
        return last

    def meal(self, start: int, end: int, earliest: int) -> str | None:
        """ "fasting" or "after-meal": said right behind the number, or else before it since `earliest`."""
        behind = [
            span for span in self.qualifiers if span.start >= end and self._only_fillers(end, span.start)
        ]
        if behind:
            return behind[0].kind
        before = [span for span in self.qualifiers if earliest <= span.start and span.end <= start]
        return before[-1].kind if before else None

    def _only_fillers(self, start: int, end: int) -> bool:
        gap = self.folded[start:end]
        return len(gap) < 24 and re.fullmatch(r"[\s(]*(?:when |while |was |is |directly |right |one hour |an hour |\d hours? |two hours |about )*[\s(]*", gap) is not None  # fmt: skip

    def date_of(self, start: int, end: int, until: int) -> str | None:
        """The date said with a result: in its sentence, nearest; else the one that holds for the whole report."""
        first, last = self.sentence(start)
        near = [day for day in self.dates if first <= day.start < min(last, until) and day.iso]
        if near:
            return min(near, key=lambda day: min(abs(day.start - end), abs(day.end - start))).iso
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
    meal = context.meal(value.start, value.end, earliest)
    named = _sibling(named, meal, context) or named
    named = _in_specimen(named, name, value, context)
    return _by_measure(named, name, value, context)


def _sibling(analyte: Analyte, modifier: str | None, context: Context) -> Analyte | None:
    key = context.lexicon.siblings.get(analyte.key, {}).get(modifier or "")
    return context.catalogue.get(key)


def _of_compound(name: Name, context: Context) -> Analyte:
    """ "IgM antibodies" after "parvovirus B19 blood work" are the parvovirus's."""
    heads = context.lexicon.compounds.get(atoms(context.folded[name.start : name.end]))
    if not heads:
        return name.analyte
    start, _ = context.sentence(name.start)
    before = context.folded[start : name.start]
    return next((analyte for head, analyte in heads if re.search(rf"\b{head}\b", before)), name.analyte)


def _in_specimen(analyte: Analyte, name: Name, value: Value | None, context: Context) -> Analyte:
    sibling = _sibling(analyte, "urine", context)
    if sibling is None or context.specimen(name.start) != "urine":
        return analyte
    if value is None or not value.numbers:
        return sibling
    if value.unit and value.unit.complete:
        return sibling if units.fits(units.resolve(value.unit.text, sibling) or "", sibling) else analyte
    start, _ = context.sentence(name.start)
    same_sentence = any(span.kind == "urine" and start <= span.start for span in context.specimens)
    number = value.numbers[0].readings[0]
    if same_sentence or plausible(sibling, number, None) or not plausible(analyte, number, None):
        return sibling
    return analyte


def _by_measure(analyte: Analyte, name: Name, value: Value, context: Context) -> Analyte:
    """Percent or count, total or free: the unit tells, or else which of them the number can be."""
    siblings = context.lexicon.siblings.get(analyte.key, {})
    others = [
        context.catalogue[siblings[kind]] for kind in ("absolute", "percent", "free") if kind in siblings
    ]
    if not others or not value.numbers:
        return analyte
    number = value.numbers[0].readings[0]
    if value.unit:
        codes = units.parse(value.unit.text)
        fit = lambda test: any(
            units.fits(code, test) and in_plausible(test, Decimal(number), code) for code in codes
        )  # noqa: E731
    else:
        fit = lambda test: plausible(test, number, None)  # noqa: E731
    if fit(analyte):
        return analyte
    return next((other for other in others if fit(other)), analyte)

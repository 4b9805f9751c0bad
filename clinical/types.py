"""The values every other file of this room speaks in: what was measured, of whom, and what it means."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

Interpretation = Literal["N", "L", "LL", "H", "HH", "A", "AA"]
"""HL7 v3 ObservationInterpretation codes; `None` beside it means *not judged*, never normal."""

Sex = Literal["female", "male", "other", "unknown"]


Childhood = Literal["child", "unsure"]
"""Under 18 whatever the age is, or perhaps: of someone told of without an age."""


@dataclass(frozen=True)
class Person:
    """Who a result belongs to, as far as it changes what the result means. Unknown is None."""

    sex: Sex | None = None
    birth_date: date | None = None
    pregnant: bool | None = None
    conditions: tuple[str, ...] = ()
    medicines: tuple[str, ...] = ()
    childhood: Childhood | None = None

    def age_on(self, day: date) -> int | None:
        """Whole years on a day, None when the birth date is not known."""
        if self.birth_date is None:
            return None
        before_birthday = (day.month, day.day) < (self.birth_date.month, self.birth_date.day)
        return day.year - self.birth_date.year - before_birthday


@dataclass(frozen=True)
class ReferenceRange:
    """Limits in the result's own unit; an open side is None. Bounds are inside the range."""

    low: Decimal | None = None
    high: Decimal | None = None
    text: str | None = None
    source: str | None = None  # "laboratory", or the address a catalogue row was checked against
    unit: str | None = None  # UCUM, where the range names one; else it stands in the result's own


@dataclass(frozen=True)
class LabMention:
    """One result as a message says it: "potassium 5.9 (3.5-5.1) H" gives value "5.9", low, high, flag."""

    analyte: str  # catalogue key: "potassium"
    loinc: str  # the primary code of that analyte
    text: str  # the test's name as written
    value: str  # canonical: "5.9", "12000", ">7" (comparator stays), "12-14", "1:160", "positive"
    start: int  # offsets into the text that was read
    end: int
    unit: str | None = None  # UCUM, None when the text says none
    unit_text: str | None = None  # as written
    range: ReferenceRange | None = None  # the laboratory's own, if quoted
    flag: Interpretation | None = None  # the laboratory's own, if quoted
    effective: str | None = None  # date as far as the text gives it, ISO
    subject: str = "patient"  # "patient", or whose: "mother", "friend"
    likely_unit: str | None = None  # UCUM, of a bare number: told by the results beside it
    asked_about: bool = True  # False where the text gives this other person's result beside the writer's own


@dataclass(frozen=True)
class NamedTest:
    """A test a message names without a value: "is my hiv test conclusive"."""

    analyte: str
    loinc: str
    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Result:
    """One lab result to be judged, whether told or measured."""

    analyte: str | None
    value: str
    unit: str | None = None
    range: ReferenceRange | None = None
    flag: Interpretation | None = None
    effective: date | None = None
    status: str = "final"  # FHIR ObservationStatus
    likely_unit: str | None = None  # of a bare number, by the results beside it


@dataclass(frozen=True)
class Judgement:
    """What a result means, with the rule that says so. `interpretation` None is *not judged*."""

    interpretation: Interpretation | None
    rule: str  # laboratory-range, catalogue-range, critical-limit, laboratory-flag, not-judged:no-unit, …
    reason: str  # plain words for WHY
    range: ReferenceRange | None = None
    unit: str | None = None  # the unit judged in, when it had to be inferred
    unit_inferred: bool = False
    ask: str | None = None  # the one question that would let it be judged, if any


Tier = Literal["act-now", "call-today", "this-week", "next-visit", "nothing"]


@dataclass(frozen=True)
class Triage:
    """How soon something should happen, and the rule that fired."""

    tier: Tier
    rule: str
    reason: str
    source: str

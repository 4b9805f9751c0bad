"""What a machine's record says, in one shape whatever format it came in; nothing is written here."""

from dataclasses import dataclass, field
from typing import Literal

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"

Format = Literal["fhir-r4", "hl7v2", "ccda", "text", "csv"]
Category = Literal["laboratory", "vital-signs"]


class Malformed(ValueError):
    """A record that is refused whole: `where` names the element, `what` what is wrong with it."""

    def __init__(self, where: str, what: str) -> None:
        super().__init__(f"{where}: {what}" if where else what)
        self.where, self.what = where, what


@dataclass(frozen=True)
class Skipped:
    """An element that was understood and left out, and why."""

    where: str
    why: str


@dataclass(frozen=True)
class Coding:
    """A code as the sender gave it."""

    system: str | None
    code: str | None
    display: str | None = None


@dataclass(frozen=True)
class IncomingPatient:
    """Whom a record is about, as far as it says."""

    ref: str
    identifiers: tuple[tuple[str, str], ...] = ()
    given: str | None = None
    family: str | None = None
    birth_date: str | None = None
    sex: str | None = None


@dataclass(frozen=True)
class IncomingRange:
    """One of the laboratory's own ranges: limits in `unit`, or words, and whom it holds for."""

    low: str | None = None
    high: str | None = None
    unit: str | None = None  # None: the result's own
    text: str | None = None
    sex: str | None = None
    age_low: float | None = None  # years, inclusive
    age_high: float | None = None


@dataclass(frozen=True)
class IncomingResult:
    """One laboratory result as it came."""

    where: str
    patient: str  # IncomingPatient.ref
    source_key: str  # what makes this the same result when it comes again
    codings: tuple[Coding, ...]
    text: str  # the test's name as written
    value: str  # with its comparator: "<0.5"
    status: str  # FHIR ObservationStatus
    category: Category = "laboratory"
    context: str = ""  # panel and specimen, for a test known by name alone
    unit: str | None = None  # as coded or written
    unit_text: str | None = None
    ranges: tuple[IncomingRange, ...] = ()
    flag: str | None = None  # the laboratory's own, as HL7 interpretation code
    effective: str | None = None
    quote: str | None = None
    note: str | None = None  # the laboratory's own remark on it


@dataclass(frozen=True)
class IncomingFact:
    """A condition or a medication."""

    where: str
    patient: str
    kind: Literal["condition", "medication"]
    source_key: str
    coding: Coding
    text: str
    status: str | None = None
    onset: str | None = None


@dataclass
class Parcel:
    """Everything one message or file says, and what in it was left out."""

    source: str  # the sending system, where known
    patients: list[IncomingPatient] = field(default_factory=list)
    results: list[IncomingResult] = field(default_factory=list)
    facts: list[IncomingFact] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    identity: str = ""  # what makes this the same message when it comes again, beside its content

    def skip(self, where: str, why: str) -> None:
        self.skipped.append(Skipped(where, why))


LONGEST = {"code": 200, "system": 300, "identifier": 300, "status": 32}  # characters: what an index can hold


def check(parcel: Parcel) -> None:
    """Malformed where something is longer than such a thing ever is: no database would take it."""
    for someone in parcel.patients:
        for system, value in someone.identifiers:
            _short(someone.ref, "system", system)
            _short(someone.ref, "identifier", value)
    for result in parcel.results:
        for coding in result.codings:
            _short(result.where, "system", coding.system)
            _short(result.where, "code", coding.code)
    for fact in parcel.facts:
        _short(fact.where, "system", fact.coding.system)
        _short(fact.where, "code", fact.coding.code)
        _short(fact.where, "status", fact.status)


def _short(where: str, what: str, text: str | None) -> None:
    if text and len(text) > LONGEST[what]:
        raise Malformed(where[:100], f"its {what} is longer than {LONGEST[what]} characters")

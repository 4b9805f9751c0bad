"""The parts of FHIR resources Kith reads: strict about what it uses, silent about everything else.

The full R4 models refuse a file for a field Kith never looks at (an STU3 leftover, a local
addition); refusing a patient's results for that helps nobody. Export is checked against them.
"""

import re
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field

from record.words import storable

_DATE_TIME = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")


def _date_time(text: str) -> str:
    if not _DATE_TIME.fullmatch(text):
        raise ValueError("is not a FHIR dateTime")
    if "T" in text:
        datetime.fromisoformat(text)
        return text if len(text) <= 32 else text[:19] + re.sub(r"^.*?(Z|[+-]\d\d:\d\d)?$", r"\1", text[19:])
    parts = [int(part) for part in text.split("-")]
    date(*parts, *([1] * (3 - len(parts))))
    return text


def _exact_number(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("is not a number")
    if isinstance(value, Decimal) and value.is_finite() and not -40 < value.adjusted() < 40:
        raise ValueError("is not a number anything is measured in")
    return value


def _text(value: Any) -> Any:
    return storable(value) if isinstance(value, str) else value


Text = Annotated[str, BeforeValidator(_text)]
DateTime = Annotated[str, AfterValidator(_date_time)]
Number = Annotated[Decimal, BeforeValidator(_exact_number), Field(allow_inf_nan=False)]


class Part(BaseModel):
    """Unknown fields are not ours to judge."""

    model_config = ConfigDict(extra="ignore", frozen=True)


class Coding(Part):
    system: Text | None = None
    code: Text | None = None
    display: Text | None = None


class CodeableConcept(Part):
    coding: list[Coding] = []
    text: Text | None = None

    @property
    def words(self) -> str | None:
        """What a person would read: the text, else the first display, else the first code."""
        displays = [coding.display for coding in self.coding if coding.display]
        codes = [coding.code for coding in self.coding if coding.code]
        return next(iter([*([self.text] if self.text else []), *displays, *codes]), None)

    def codes(self) -> set[str]:
        return {coding.code.casefold() for coding in self.coding if coding.code}


def _concepts(value: Any) -> Any:
    """STU3 and DSTU2 gave one concept where R4 has a list."""
    return [value] if isinstance(value, dict) else value


def _concept(value: Any) -> Any:
    """STU3 gave a bare code for a condition's clinical status."""
    return {"coding": [{"code": value}]} if isinstance(value, str) else value


Concepts = Annotated[list[CodeableConcept], BeforeValidator(_concepts)]
Concept = Annotated[CodeableConcept, BeforeValidator(_concept)]


class Identifier(Part):
    type: CodeableConcept | None = None
    system: Text | None = None
    value: Text | None = None


class Reference(Part):
    reference: Text | None = None
    identifier: Identifier | None = None
    display: Text | None = None


class Quantity(Part):
    value: Number | None = None
    comparator: Literal["<", "<=", ">=", ">"] | None = None
    unit: Text | None = None
    system: Text | None = None
    code: Text | None = None


class Range(Part):
    low: Quantity | None = None
    high: Quantity | None = None


class Ratio(Part):
    numerator: Quantity | None = None
    denominator: Quantity | None = None


class Period(Part):
    start: DateTime | None = None
    end: DateTime | None = None


class ReferenceRange(Part):
    low: Quantity | None = None
    high: Quantity | None = None
    type: CodeableConcept | None = None
    appliesTo: list[CodeableConcept] = []
    age: Range | None = None
    text: Text | None = None


class Component(Part):
    code: CodeableConcept
    valueQuantity: Quantity | None = None
    valueCodeableConcept: CodeableConcept | None = None
    valueString: Text | None = None
    valueBoolean: bool | None = None
    valueInteger: int | None = None
    valueRange: Range | None = None
    valueRatio: Ratio | None = None
    valueDateTime: DateTime | None = None
    valueTime: Text | None = None
    dataAbsentReason: CodeableConcept | None = None
    interpretation: Concepts = []
    referenceRange: list[ReferenceRange] = []


class Annotation(Part):
    text: Text | None = None


class Observation(Component):
    resourceType: Literal["Observation"]
    id: Text | None = None
    status: Literal[
        "registered",
        "preliminary",
        "final",
        "amended",
        "corrected",
        "cancelled",
        "entered-in-error",
        "unknown",
    ]
    category: Concepts = []
    subject: Reference | None = None
    effectiveDateTime: DateTime | None = None
    effectivePeriod: Period | None = None
    effectiveInstant: DateTime | None = None
    issued: DateTime | None = None
    specimen: Reference | None = None
    component: list[Component] = []
    note: list[Annotation] = []
    comment: Text | None = None  # STU3


class HumanName(Part):
    use: Text | None = None
    family: Annotated[Text | None, BeforeValidator(lambda v: " ".join(v) if isinstance(v, list) else v)] = (
        None
    )
    given: list[Text] = []


class Patient(Part):
    resourceType: Literal["Patient"]
    id: Text | None = None
    identifier: list[Identifier] = []
    name: list[HumanName] = []
    gender: Literal["male", "female", "other", "unknown"] | None = None
    birthDate: DateTime | None = None


class Condition(Part):
    resourceType: Literal["Condition"]
    id: Text | None = None
    code: CodeableConcept | None = None
    clinicalStatus: Concept | None = None
    verificationStatus: Concept | None = None
    subject: Reference | None = None
    onsetDateTime: DateTime | None = None
    abatementDateTime: DateTime | None = None


class Medication(Part):
    resourceType: Literal["MedicationRequest", "MedicationStatement", "MedicationOrder"]
    id: Text | None = None
    status: Text | None = None
    taken: Text | None = None  # STU3: y n unk na
    doNotPerform: bool | None = None
    medicationCodeableConcept: CodeableConcept | None = None
    medicationReference: Reference | None = None
    subject: Reference | None = None
    patient: Reference | None = None  # DSTU2


class MedicationCode(Part):
    resourceType: Literal["Medication"]
    id: Text | None = None
    code: CodeableConcept | None = None


class DiagnosticReport(Part):
    resourceType: Literal["DiagnosticReport"]
    id: Text | None = None
    category: Concepts = []
    subject: Reference | None = None
    effectiveDateTime: DateTime | None = None
    effectivePeriod: Period | None = None
    result: list[Reference] = []

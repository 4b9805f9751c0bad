"""Observation resources in: laboratory results to be judged, vital signs kept as they came."""

from collections.abc import Iterable
from dataclasses import dataclass

from record import incoming, marks
from record.fhir import resources as fhir
from record.fhir import values_in as values
from record.fhir.documents import path, shaped
from record.fhir.opened import Found, Opened
from record.incoming import LOINC, Category, IncomingResult, Malformed

NOT_RESULTS = {"entered-in-error", "cancelled", "registered"}
LABORATORY = {"laboratory", "lab"}
VITAL_SIGNS = {"vital-signs", "vital signs"}


@dataclass(frozen=True)
class Reading:
    """One Observation in hand, with what the report it stands in says for it."""

    opened: Opened
    found: Found
    observation: fhir.Observation
    report: fhir.DiagnosticReport | None
    category: Category

    @property
    def subject(self) -> fhir.Reference | None:
        return self.observation.subject or (self.report.subject if self.report else None)

    @property
    def effective(self) -> str | None:
        report = self.report
        return when(self.observation) or (when(report) if report else None) or self.observation.issued


def read(opened: Opened, found: Found) -> None:
    """Note every value of an Observation, its own and those of its components, or why there is none."""
    observation = shaped(fhir.Observation, found.where, found.resource)
    category = _category(opened, found, observation)
    if category is None:
        opened.parcel.skip(found.where, _other_kind(observation))
        return
    reading = Reading(opened, found, observation, opened.report_of(found), category)
    for where, suffix, part in _parts(found, observation):
        _result(reading, where, suffix, part)


def _parts(found: Found, observation: fhir.Observation) -> list[tuple[str, str, fhir.Component]]:
    """Itself and its components: of a panel without a value of its own only its members are results."""
    parts = [
        (path(found.where, "component", index), f"#{index}", part)
        for index, part in enumerate(observation.component)
    ]
    if parts and values.value(observation) is None:
        return parts
    return [(found.where, "", observation), *parts]


def _category(opened: Opened, found: Found, observation: fhir.Observation) -> Category | None:
    """A result says so, or its report does; without either only a test Kith knows is taken for one."""
    kinds = {code for concept in observation.category for code in concept.codes()}
    kinds |= {(concept.text or "").casefold() for concept in observation.category} - {""}
    if kinds:
        return "laboratory" if kinds & LABORATORY else "vital-signs" if kinds & VITAL_SIGNS else None
    report = opened.report_of(found)
    if report is not None and (not report.category or _from_laboratory(report)):
        return "laboratory"
    codes = [coding.code for coding in observation.code.coding if coding.system in (LOINC, None)]
    known = any(code and opened.catalogue.find_code(code) for code in codes)
    return "laboratory" if known or observation.specimen is not None else None


def _from_laboratory(report: fhir.DiagnosticReport) -> bool:
    return any(concept.codes() & LABORATORY for concept in report.category)


def _other_kind(observation: fhir.Observation) -> str:
    if observation.category:
        return "not a laboratory result"
    return "it does not say that it is a laboratory result, and its code is not one Kith knows"


def _result(reading: Reading, where: str, suffix: str, part: fhir.Component) -> None:
    value = values.value(part)
    status = reading.observation.status
    if value is None and status not in NOT_RESULTS:
        reading.opened.parcel.skip(where, values.absence(part))
        return
    text = part.code.words
    if text is None:
        raise Malformed(path(where, "code"), "has neither a text nor a coding")
    specimen = reading.observation.specimen
    reading.opened.parcel.results.append(
        IncomingResult(
            where=where,
            patient=reading.opened.subject(reading.found, reading.subject),
            source_key=_source_key(reading, text) + suffix,
            codings=tuple(incoming.Coding(c.system, c.code, c.display) for c in part.code.coding),
            text=text,
            value=value or "",
            status=status,
            category=reading.category,
            context=(specimen.display or "") if specimen else "",
            unit=values.unit_of(part),
            unit_text=values.unit_text(part),
            ranges=tuple(values.ranges(part.referenceRange)),
            flag=marks.read(mark for concept in part.interpretation for mark in _marks(concept)),
            effective=reading.effective,
            note=_note(reading.observation),
        )
    )


def _marks(concept: fhir.CodeableConcept) -> Iterable[str | None]:
    return [*(coding.code for coding in concept.coding), *(c.display for c in concept.coding), concept.text]


def _note(observation: fhir.Observation) -> str | None:
    """The laboratory's remarks: a list in R4, one text in STU3."""
    texts = [observation.comment, *(note.text for note in observation.note)]
    return "\n".join(text.strip() for text in texts if text and text.strip()) or None


def _source_key(reading: Reading, text: str) -> str:
    """The resource's id; without one, the test and when it was taken. A contained id is its holder's own."""
    found, within = reading.found, reading.found.within
    if found.id and within is None:
        return f"Observation/{found.id}"
    if found.id and within is not None and within.id:
        return f"{within.kind}/{within.id}#{found.id}"
    codes = "+".join(sorted(f"{c.system}|{c.code}" for c in reading.observation.code.coding)) or text
    return f"{codes}@{reading.effective}"


def when(resource: fhir.Observation | fhir.DiagnosticReport) -> str | None:
    """When the sample was taken, as far as it says."""
    period = resource.effectivePeriod
    instant = resource.effectiveInstant if isinstance(resource, fhir.Observation) else None
    return resource.effectiveDateTime or instant or (period and (period.start or period.end)) or None

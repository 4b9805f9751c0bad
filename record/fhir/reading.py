"""FHIR JSON in (a bundle, one resource, or one resource a line) as one parcel of what it says."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from record import incoming, marks
from record.fhir import resources as fhir
from record.incoming import (
    UCUM,
    IncomingFact,
    IncomingPatient,
    IncomingRange,
    IncomingResult,
    Malformed,
    Parcel,
)

NOT_RESULTS = {"entered-in-error", "cancelled", "registered"}
PRIVATE_IDENTIFIERS = {"SS", "SSN", "DL", "PPN"}  # more than a clinic needs to know a patient by
UNRULED_OUT = {"refuted", "entered-in-error"}
NORMAL_RANGE = {"normal", "recommended", "n"}
YEARS = {"a": 1.0, "mo": 1 / 12, "wk": 1 / 52.18, "d": 1 / 365.25, "h": 1 / 8766}
Model = TypeVar("Model", bound=fhir.Part)


@dataclass
class Opened:
    """The resources of a file with where each stands and how others refer to it."""

    parcel: Parcel
    resources: list[tuple[str, dict[str, Any]]]
    by_reference: dict[str, dict[str, Any]] = field(default_factory=dict)
    in_laboratory_reports: set[int] = field(default_factory=set)  # id() of each resource


def read(content: str, name: str) -> Parcel:
    """What a FHIR file says; Malformed names the element (`entry[3].resource.valueQuantity.value`)."""
    opened = _open(content)
    readers = {
        "Patient": _patient,
        "Observation": _observation,
        "Condition": _condition,
        "MedicationRequest": _medication,
        "MedicationStatement": _medication,
    }
    for where, resource in opened.resources:
        reader = readers.get(resource["resourceType"])
        if reader is None:
            kind = resource["resourceType"]
            named = kind if kind.isascii() and kind.isalpha() and len(kind) < 64 else "this resource"
            opened.parcel.skip(where, f"{named} is not something Kith keeps")
        else:
            reader(opened, where, resource)
    opened.parcel.source = opened.parcel.source or name
    return opened.parcel


def _open(content: str) -> Opened:
    documents = _documents(content)
    opened = Opened(Parcel(source=""), [])
    for where, document in documents:
        _check_resource(where, document)
        if document["resourceType"] == "Bundle":
            _open_bundle(opened, where, document)
        else:
            _add(opened, where or document["resourceType"], document, None)
    for where, resource in opened.resources:
        if resource["resourceType"] == "DiagnosticReport":
            _note_report(opened, where, resource)
    return opened


def _documents(content: str) -> list[tuple[str, Any]]:
    """One JSON document, or one a line (NDJSON)."""
    try:
        return [("", _json(content))]
    except json.JSONDecodeError as whole:
        lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for _, line in lines):
            raise Malformed(f"line {whole.lineno} column {whole.colno}", f"not JSON: {whole.msg}") from whole
        return [(f"line {number}", _json_line(number, line)) for number, line in lines]


def _json_line(number: int, line: str) -> Any:
    try:
        return _json(line)
    except json.JSONDecodeError as error:
        raise Malformed(f"line {number} column {error.colno}", f"not JSON: {error.msg}") from error


def _json(text: str) -> Any:
    """JSON with numbers kept digit for digit: 4.40 says how exactly it was measured."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (json.JSONDecodeError, Malformed):
        raise
    except (RecursionError, ValueError) as error:
        raise Malformed("", "not JSON that can be read: nested too deep or a number too long") from error


def _no_constant(constant: str) -> Any:
    raise Malformed("", f"not JSON: {constant} is not a number")


def _check_resource(where: str, resource: Any) -> None:
    if not isinstance(resource, dict):
        raise Malformed(where, "is not a FHIR resource (a JSON object is expected)")
    if not isinstance(resource.get("resourceType"), str):
        raise Malformed(_path(where, "resourceType"), "is missing")


def _open_bundle(opened: Opened, where: str, bundle: Mapping[str, Any]) -> None:
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        raise Malformed(_path(where, "entry"), "is not a list")
    for index, entry in enumerate(entries):
        here = _path(where, f"entry[{index}]")
        if not isinstance(entry, dict):
            raise Malformed(here, "is not an object")
        resource = entry.get("resource")
        if resource is None:
            opened.parcel.skip(here, "an entry without a resource")
            continue
        _check_resource(_path(here, "resource"), resource)
        _add(opened, _path(here, "resource"), resource, entry.get("fullUrl"))


def _add(opened: Opened, where: str, resource: dict[str, Any], full_url: object) -> None:
    opened.resources.append((where, resource))
    if isinstance(full_url, str):
        opened.by_reference[full_url] = resource
    if isinstance(resource.get("id"), str):
        opened.by_reference[f"{resource['resourceType']}/{resource['id']}"] = resource


def _note_report(opened: Opened, where: str, resource: dict[str, Any]) -> None:
    """Older systems say only on the report that its observations are from the laboratory."""
    report = _model(fhir.DiagnosticReport, where, resource)
    if any(concept.codes() & {"lab", "laboratory"} for concept in report.category):
        found = (opened.by_reference.get(result.reference or "") for result in report.result)
        opened.in_laboratory_reports |= {id(resource) for resource in found if resource is not None}


def _model(model: type[Model], where: str, resource: dict[str, Any]) -> Model:
    try:
        return model.model_validate(resource)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        raise Malformed(_path(where, *first["loc"]), message[0].lower() + message[1:]) from error


def _path(where: str, *steps: str | int) -> str:
    for step in steps:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else str(step)
    return where


def _patient(opened: Opened, where: str, resource: dict[str, Any]) -> None:
    patient = _model(fhir.Patient, where, resource)
    name = next((name for name in patient.name if name.use == "official"), next(iter(patient.name), None))
    opened.parcel.patients.append(
        IncomingPatient(
            ref=_reference(resource),
            identifiers=tuple(
                (identifier.system, identifier.value)
                for identifier in patient.identifier
                if identifier.system and identifier.value and not _private(identifier)
            ),
            given=" ".join(name.given) or None if name else None,
            family=name.family if name else None,
            birth_date=patient.birthDate[:10] if patient.birthDate else None,
            sex=patient.gender,
        )
    )


def _private(identifier: fhir.Identifier) -> bool:
    kinds = {coding.code for coding in identifier.type.coding} if identifier.type else set()
    return bool(kinds & PRIVATE_IDENTIFIERS) or "ssn" in (identifier.system or "").casefold()


def _reference(resource: Mapping[str, Any]) -> str:
    return f"{resource['resourceType']}/{resource.get('id', '')}"


def _subject(opened: Opened, where: str, reference: fhir.Reference | None) -> str:
    """Whose it is: the patient in this file it refers to, or the reference itself."""
    if reference is None or not reference.reference:
        patients = [found for _, found in opened.resources if found["resourceType"] == "Patient"]
        if len(patients) > 1:
            raise Malformed(_path(where, "subject"), "is missing, and the file has several patients")
        return _reference(patients[0]) if patients else ""
    found = opened.by_reference.get(reference.reference)
    if found is None:
        found = opened.by_reference.get("/".join(reference.reference.split("/")[-2:]))
    return _reference(found) if found else reference.reference


def _observation(opened: Opened, where: str, resource: dict[str, Any]) -> None:
    observation = _model(fhir.Observation, where, resource)
    if not _from_laboratory(opened, resource, observation):
        opened.parcel.skip(where, "not a laboratory result")
        return
    parts: list[tuple[str, str, fhir.Component]] = [(where, "", observation)]
    parts += [
        (_path(where, "component", index), f"#{index}", part)
        for index, part in enumerate(observation.component)
    ]
    if observation.component and _value(observation) is None:
        parts = parts[1:]  # a panel: its members are the results
    for here, suffix, part in parts:
        _result(opened, here, suffix, resource, observation, part)


def _from_laboratory(opened: Opened, resource: Mapping[str, Any], observation: fhir.Observation) -> bool:
    kinds = {code for concept in observation.category for code in concept.codes()}
    if kinds:
        return bool(kinds & {"laboratory", "lab"})
    return id(resource) in opened.in_laboratory_reports


def _result(
    opened: Opened,
    where: str,
    suffix: str,
    resource: Mapping[str, Any],
    observation: fhir.Observation,
    part: fhir.Component,
) -> None:
    value = _value(part)
    withdrawn = observation.status in NOT_RESULTS
    if value is None and not withdrawn:
        opened.parcel.skip(where, _absence(part))
        return
    text = part.code.words
    if text is None:
        raise Malformed(_path(where, "code"), "has neither a text nor a coding")
    quantity = part.valueQuantity
    opened.parcel.results.append(
        IncomingResult(
            where=where,
            patient=_subject(opened, where, observation.subject),
            source_key=_source_key(resource, observation, text) + suffix,
            codings=tuple(incoming.Coding(c.system, c.code, c.display) for c in part.code.coding),
            text=text,
            value=value or "",
            status=observation.status,
            context=(observation.specimen.display or "") if observation.specimen else "",
            unit=_unit(quantity),
            unit_text=(quantity.unit or quantity.code) if quantity else None,
            ranges=tuple(_ranges(part.referenceRange)),
            flag=marks.read(mark for concept in part.interpretation for mark in _marks(concept)),
            effective=_effective(observation),
        )
    )


def _marks(concept: fhir.CodeableConcept) -> Iterable[str | None]:
    return [*(coding.code for coding in concept.coding), *(c.display for c in concept.coding), concept.text]


def _source_key(resource: Mapping[str, Any], observation: fhir.Observation, text: str) -> str:
    """The resource's id; without one, the test and when it was taken."""
    if resource.get("id"):
        return f"Observation/{resource['id']}"
    codes = "+".join(sorted(f"{c.system}|{c.code}" for c in observation.code.coding)) or text
    return f"{codes}@{_effective(observation)}"


def _effective(observation: fhir.Observation) -> str | None:
    period = observation.effectivePeriod
    return (
        observation.effectiveDateTime
        or observation.effectiveInstant
        or (period and (period.start or period.end))
        or observation.issued
    )


def _value(part: fhir.Component) -> str | None:
    if part.valueQuantity is not None and part.valueQuantity.value is not None:
        return f"{part.valueQuantity.comparator or ''}{_digits(part.valueQuantity.value)}"
    if part.valueCodeableConcept is not None:
        return part.valueCodeableConcept.words
    if part.valueString is not None:
        return part.valueString.strip() or None
    if part.valueBoolean is not None:
        return "yes" if part.valueBoolean else "no"
    if part.valueInteger is not None:
        return str(part.valueInteger)
    if part.valueRange is not None:
        return _between(part.valueRange)
    return _titer(part.valueRatio) if part.valueRatio else None


def _digits(number: Decimal) -> str:
    return format(number, "f")


def _between(span: fhir.Range) -> str | None:
    low = span.low.value if span.low else None
    high = span.high.value if span.high else None
    if low is not None and high is not None:
        return f"{_digits(low)}-{_digits(high)}"
    if low is not None:
        return f">={_digits(low)}"
    return f"<={_digits(high)}" if high is not None else None


def _titer(ratio: fhir.Ratio) -> str | None:
    over = ratio.numerator.value if ratio.numerator else None
    under = ratio.denominator.value if ratio.denominator else None
    return f"{_digits(over)}:{_digits(under)}" if over is not None and under is not None else None


def _absence(part: fhir.Component) -> str:
    reason = part.dataAbsentReason.words if part.dataAbsentReason else None
    return f"no value was given ({reason})" if reason else "no value was given"


def _unit(quantity: fhir.Quantity | None) -> str | None:
    if quantity is None:
        return None
    return (quantity.code if quantity.system == UCUM else None) or quantity.unit or quantity.code


def _ranges(ranges: Iterable[fhir.ReferenceRange]) -> Iterable[IncomingRange]:
    for found in ranges:
        kinds = found.type.codes() if found.type else set()
        if kinds and not kinds & NORMAL_RANGE:
            continue  # therapeutic and critical ranges do not say what is normal
        groups = " ".join(concept.words or "" for concept in found.appliesTo).casefold().split()
        low = found.low.value if found.low else None
        high = found.high.value if found.high else None
        yield IncomingRange(
            low=None if low is None else _digits(low),
            high=None if high is None else _digits(high),
            unit=_unit(found.low) or _unit(found.high),
            text=found.text,
            sex=next((sex for sex in ("female", "male") if sex in groups), None),
            age_low=_years(found.age.low) if found.age else None,
            age_high=_years(found.age.high) if found.age else None,
        )


def _years(age: fhir.Quantity | None) -> float | None:
    if age is None or age.value is None:
        return None
    unit = (age.code or age.unit or "a").casefold()
    unit = {"years": "a", "year": "a", "yr": "a", "y": "a", "months": "mo", "days": "d", "weeks": "wk"}.get(
        unit, unit
    )
    return float(age.value) * YEARS[unit] if unit in YEARS else None


def _condition(opened: Opened, where: str, resource: dict[str, Any]) -> None:
    condition = _model(fhir.Condition, where, resource)
    verified = condition.verificationStatus.codes() if condition.verificationStatus else set()
    if verified & UNRULED_OUT:
        opened.parcel.skip(where, "ruled out, or entered in error")
        return
    status = condition.clinicalStatus.codes() if condition.clinicalStatus else set()
    _fact(
        opened,
        where,
        resource,
        condition.code,
        condition.subject,
        next(iter(status), None),
        condition.onsetDateTime,
    )


def _medication(opened: Opened, where: str, resource: dict[str, Any]) -> None:
    medication = _model(fhir.Medication, where, resource)
    if medication.status == "entered-in-error":
        opened.parcel.skip(where, "entered in error")
        return
    concept = medication.medicationCodeableConcept
    if concept is None and medication.medicationReference is not None:
        concept = _referred(opened, where, medication.medicationReference)
    _fact(opened, where, resource, concept, medication.subject, medication.status, None)


def _referred(opened: Opened, where: str, reference: fhir.Reference) -> fhir.CodeableConcept:
    found = opened.by_reference.get(reference.reference or "")
    if found is not None and found["resourceType"] == "Medication":
        code = _model(fhir.MedicationCode, where, found).code
        if code is not None:
            return code
    return fhir.CodeableConcept(text=reference.display)


def _fact(
    opened: Opened,
    where: str,
    resource: Mapping[str, Any],
    concept: fhir.CodeableConcept | None,
    subject: fhir.Reference | None,
    status: str | None,
    onset: str | None,
) -> None:
    if concept is None or concept.words is None:
        opened.parcel.skip(where, "it does not say what it is")
        return
    coding = next(iter(concept.coding), fhir.Coding())
    opened.parcel.facts.append(
        IncomingFact(
            where=where,
            patient=_subject(opened, where, subject),
            kind="condition" if resource["resourceType"] == "Condition" else "medication",
            source_key=f"{resource['resourceType']}/{resource.get('id') or concept.words}",
            coding=incoming.Coding(coding.system, coding.code, coding.display),
            text=concept.words,
            status=status,
            onset=onset,
        )
    )

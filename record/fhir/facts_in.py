"""Conditions and medicines in: what a result's meaning may depend on, and nothing that was ruled out."""

from record import incoming
from record.fhir import resources as fhir
from record.fhir.documents import shaped
from record.fhir.opened import Found, Opened
from record.incoming import IncomingFact

RULED_OUT = {"refuted", "entered-in-error"}
NOT_TAKEN = {"n", "not-taken"}


def read_condition(opened: Opened, found: Found) -> None:
    """A condition that was not ruled out."""
    condition = shaped(fhir.Condition, found.where, found.resource)
    verified = condition.verificationStatus.codes() if condition.verificationStatus else set()
    if verified & RULED_OUT:
        opened.parcel.skip(found.where, "ruled out, or entered in error")
        return
    codes = condition.clinicalStatus.codes() if condition.clinicalStatus else set()
    status = next(iter(sorted(codes)), "resolved" if condition.abatementDateTime else None)
    _fact(opened, found, condition.code, condition.subject, status, condition.onsetDateTime)


def read_medication(opened: Opened, found: Found) -> None:
    """A medicine ordered or told of, unless the patient does not take it."""
    medication = shaped(fhir.Medication, found.where, found.resource)
    if medication.status == "entered-in-error":
        opened.parcel.skip(found.where, "entered in error")
        return
    if medication.taken in NOT_TAKEN or medication.status in NOT_TAKEN or medication.doNotPerform:
        opened.parcel.skip(found.where, "it says that it is not taken")
        return
    concept = medication.medicationCodeableConcept
    if concept is None and medication.medicationReference is not None:
        concept = _referred(opened, found, medication.medicationReference)
    _fact(opened, found, concept, medication.subject or medication.patient, medication.status, None)


def _referred(opened: Opened, found: Found, reference: fhir.Reference) -> fhir.CodeableConcept:
    target = opened.resolve(reference, found)
    if target is not None and target.kind == "Medication":
        code = shaped(fhir.MedicationCode, target.where, target.resource).code
        if code is not None:
            return code
    return fhir.CodeableConcept(text=reference.display)


def _fact(
    opened: Opened,
    found: Found,
    concept: fhir.CodeableConcept | None,
    subject: fhir.Reference | None,
    status: str | None,
    onset: str | None,
) -> None:
    if concept is None or concept.words is None:
        opened.parcel.skip(found.where, "it does not say what it is")
        return
    coding = next(iter(concept.coding), fhir.Coding())
    opened.parcel.facts.append(
        IncomingFact(
            where=found.where,
            patient=opened.subject(found, subject),
            kind="condition" if found.kind == "Condition" else "medication",
            source_key=f"{found.kind}/{found.id or concept.words}",
            coding=incoming.Coding(coding.system, coding.code, coding.display),
            text=concept.words,
            status=status,
            onset=onset,
        )
    )

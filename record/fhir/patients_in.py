"""Patient resources in: who a file is about, with no more identifiers than a clinic needs."""

from record.fhir import resources as fhir
from record.fhir.documents import shaped
from record.fhir.opened import Found, Opened
from record.incoming import IncomingPatient

PRIVATE_IDENTIFIERS = {"SS", "SSN", "DL", "PPN"}  # more than a clinic needs to know a patient by


def read(opened: Opened, found: Found) -> None:
    """Note the patient; the same one a second time in a file is passed over."""
    patient = shaped(fhir.Patient, found.where, found.resource)
    if any(known.ref == found.name for known in opened.parcel.patients):
        return
    name = next((name for name in patient.name if name.use == "official"), next(iter(patient.name), None))
    opened.parcel.patients.append(
        IncomingPatient(
            ref=found.name,
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

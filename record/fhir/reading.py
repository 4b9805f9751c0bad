"""FHIR in (a bundle, one resource, or one resource a line): R4, STU3 and US Core, as one parcel."""

from collections.abc import Callable, Mapping

from clinical.catalogue import Catalogue
from record.fhir import facts_in, patients_in, results_in
from record.fhir.opened import Found, Opened, open_file
from record.incoming import Parcel

READERS: Mapping[str, Callable[[Opened, Found], None]] = {
    "Observation": results_in.read,
    "Condition": facts_in.read_condition,
    "MedicationRequest": facts_in.read_medication,
    "MedicationStatement": facts_in.read_medication,
    "MedicationOrder": facts_in.read_medication,  # DSTU2's name for a MedicationRequest
}
READ_WITH_OTHERS = {"DiagnosticReport", "Medication", "Specimen", "OperationOutcome"}


def read(content: str, name: str, catalogue: Catalogue) -> Parcel:
    """What a FHIR file says; Malformed names the element (`entry[3].resource.valueQuantity.value`)."""
    opened = open_file(content, catalogue)
    for found in opened.resources:
        if found.kind == "Patient":  # first: others refer to them by identifier too
            patients_in.read(opened, found)
    for found in opened.resources:
        reader = READERS.get(found.kind)
        if reader is not None:
            reader(opened, found)
        elif found.kind not in READ_WITH_OTHERS and found.kind != "Patient":
            opened.parcel.skip(found.where, f"{_said(found.kind)} is not something Kith keeps")
    opened.parcel.source = opened.parcel.source or name
    return opened.parcel


def _said(kind: str) -> str:
    """A resource's kind, unless what stands there is no word at all."""
    return kind if kind.isascii() and kind.isalpha() and len(kind) < 64 else "this resource"

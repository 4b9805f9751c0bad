"""Patient, RelatedPerson, Condition, MedicationStatement and Consent out, and Kith itself as a Device."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection, Row, select

from record.fhir.codes import CATEGORY, LOINC, SNOMED, concept
from record.fhir.shape import Resource, date_time, reference, said
from record.tables import contact_point, patient_identifier

KITH = str(uuid5(NAMESPACE_URL, "urn:kith:fhir:device"))
CLINICAL_STATUS = "http://terminology.hl7.org/CodeSystem/condition-clinical"
CLINICAL_STATUSES = {"active", "recurrence", "relapse", "inactive", "remission", "resolved"}
MEDICATION_STATUSES = {
    "active", "completed", "entered-in-error", "intended", "stopped", "on-hold", "unknown", "not-taken"
}  # fmt: skip
FROM_REQUEST = {"cancelled": "not-taken", "draft": "intended"}
PREGNANT = {True: ("77386006", "Pregnancy"), False: ("60001007", "Not pregnant")}


def patient(connection: Connection, row: Row[Any]) -> Resource:
    identifiers = connection.execute(
        select(patient_identifier).where(patient_identifier.c.patient_id == row.id)
    )
    phones = connection.scalars(
        select(contact_point.c.value).where(
            contact_point.c.patient_id == row.id, contact_point.c.system == "sms"
        )
    )
    name = said(family=row.family, given=[row.given] if row.given else [])
    language = {"language": concept("urn:ietf:bcp:47", row.language), "preferred": True}
    return said(
        resourceType="Patient",
        id=row.id,
        identifier=[
            {
                "system": one.system if ":" in one.system else f"urn:kith:fhir:identifier:{one.system}",
                "value": one.value,
            }
            for one in identifiers
        ],
        name=[name] if name else [],
        telecom=[{"system": "sms", "value": value} for value in phones],
        gender=row.sex,
        birthDate=row.birth_date,
        communication=[language],
    )


def pregnancy(row: Row[Any]) -> list[Resource]:
    """Whether the person is pregnant, where it is known."""
    if row.pregnant is None:
        return []
    return [
        {
            "resourceType": "Observation",
            "id": f"{row.id}-pregnancy",
            "status": "final",
            "category": [concept(CATEGORY, "social-history")],
            "code": concept(LOINC, "82810-3", "Pregnancy status"),
            "subject": reference(row.id),
            "valueCodeableConcept": concept(SNOMED, *PREGNANT[row.pregnant]),
        }
    ]


def condition(row: Row[Any]) -> Resource:
    known = row.clinical_status in CLINICAL_STATUSES
    return said(
        resourceType="Condition",
        id=row.id,
        clinicalStatus=concept(CLINICAL_STATUS, row.clinical_status) if known else None,
        code=coded(row),
        subject=reference(row.patient_id),
        onsetDateTime=date_time(row.onset),
    )


def medication(row: Row[Any]) -> Resource:
    status = FROM_REQUEST.get(row.status, row.status)
    return {
        "resourceType": "MedicationStatement",
        "id": row.id,
        "status": status if status in MEDICATION_STATUSES else "unknown",
        "medicationCodeableConcept": coded(row),
        "subject": reference(row.patient_id),
    }


def related_person(row: Row[Any]) -> Resource:
    """Someone who writes for the patient; what the patient is to them stands as they said it."""
    return said(
        resourceType="RelatedPerson",
        id=row.id,
        patient=reference(row.patient_id),
        relationship=[{"text": f"writes for their {row.patient_is}"}],
        name=[{"text": row.name}] if row.name else [],
    )


def writer(rows: Sequence[Row[Any]], name: str | None) -> Resource:
    """Whoever wrote for the patient: the RelatedPerson of that name, or the only one there is."""
    known = next((row for row in rows if name and row.name == name), None)
    if known is None and len(rows) == 1 and name in (None, rows[0].name):
        known = rows[0]
    who = {"display": name or (known.name if known else None) or "Caregiver"}
    return reference(known.id) | who if known else who


def kith() -> Resource:
    """The program that heard, asked and put the record together."""
    return {
        "resourceType": "Device",
        "id": KITH,
        "deviceName": [{"name": "Kith", "type": "user-friendly-name"}],
    }


CONSENT_STATUS = {"asked": "proposed", "policy": "active"}


def consent(row: Row[Any]) -> Resource:
    """An answer given: yes is an active Consent, no a rejected one; a question open is a proposed one."""
    rule = f"{row.scope}, by the clinic's policy" if row.status == "policy" else row.scope
    return {
        "resourceType": "Consent",
        "id": row.id,
        "status": CONSENT_STATUS.get(row.status, row.status),
        "scope": concept("http://terminology.hl7.org/CodeSystem/consentscope", "patient-privacy"),
        "category": [concept(LOINC, "59284-0", "Consent Document")],
        "patient": reference(row.patient_id),
        "dateTime": row.created_at,
        "policyRule": {"text": rule},
    }


def coded(row: Row[Any]) -> Resource:
    """A code with the words it came with."""
    coding = said(system=row.system, code=row.code)
    return said(coding=[coding] if row.code else [], text=row.text)

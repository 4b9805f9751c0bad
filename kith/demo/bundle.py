"""A demo patient as the FHIR Bundle a laboratory's system would send."""

from collections.abc import Iterator, Mapping
from typing import Any

SYSTEM = "urn:kith:demo"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"


def bundle(person: Mapping[str, Any]) -> dict[str, Any]:
    """Patient, laboratory Observations, Conditions and MedicationStatements, with stable identifiers."""
    resources = [patient(person), *observations(person), *conditions(person), *medicines(person)]
    return {
        "resourceType": "Bundle",
        "type": "collection",
        "entry": [{"resource": each} for each in resources],
    }


def patient(person: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "resourceType": "Patient",
        "id": person["key"],
        "identifier": [{"system": SYSTEM, "value": person["key"]}],
        "name": [{"given": [person["given"]], "family": person["family"]}],
        "gender": person["gender"],
        "birthDate": person["birth_date"],
    }


def observations(person: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for test in person["results"]:
        for day, value in test["values"]:
            yield {
                "resourceType": "Observation",
                "id": f"{person['key']}-{test['loinc']}-{day}",
                "status": "final",
                "category": [{"coding": [{"code": "laboratory"}]}],
                "code": {"coding": [{"system": LOINC, "code": test["loinc"]}], "text": test["name"]},
                "subject": {"reference": f"Patient/{person['key']}"},
                "effectiveDateTime": f"{day}T08:30:00-05:00",
                "valueQuantity": {"value": float(value), **quantity(test["unit"])},
                "referenceRange": [
                    {
                        side: {"value": test[side], **quantity(test["unit"])}
                        for side in ("low", "high")
                        if side in test
                    }
                ],
            }


def quantity(unit: str) -> dict[str, str]:
    return {"unit": unit, "system": UCUM, "code": unit}


def conditions(person: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(person["conditions"]):
        yield {
            "resourceType": "Condition",
            "id": f"{person['key']}-condition-{number}",
            "clinicalStatus": {"coding": [{"code": "active"}]},
            "code": {"text": text},
            "subject": {"reference": f"Patient/{person['key']}"},
        }


def medicines(person: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for number, text in enumerate(person["medicines"]):
        yield {
            "resourceType": "MedicationStatement",
            "id": f"{person['key']}-medicine-{number}",
            "status": "active",
            "medicationCodeableConcept": {"text": text},
            "subject": {"reference": f"Patient/{person['key']}"},
        }

"""What the clinic already knows of a new patient, as the FHIR bundle every other record comes in as."""

import json
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
COMPARATORS = ("<=", ">=", "<", ">")


def bundle_of(conditions: Sequence[str], results: Sequence[dict[str, Any]]) -> str:
    """A collection bundle of conditions in words and results by LOINC code."""
    resources = [_condition(words) for words in conditions] + [_observation(each) for each in results]
    entries = [{"resource": resource} for resource in resources]
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": entries}
    return json.dumps(bundle, default=float)


def _condition(words: str) -> dict[str, Any]:
    active = {"system": "http://terminology.hl7.org/CodeSystem/condition-clinical", "code": "active"}
    return {
        "resourceType": "Condition",
        "clinicalStatus": {"coding": [active]},
        "code": {"text": words},
    }


def _observation(result: dict[str, Any]) -> dict[str, Any]:
    laboratory = {
        "system": "http://terminology.hl7.org/CodeSystem/observation-category",
        "code": "laboratory",
    }
    observation: dict[str, Any] = {
        "resourceType": "Observation",
        "status": "final",
        "category": [{"coding": [laboratory]}],
        "code": {"coding": [{"system": LOINC, "code": result["loinc"]}], "text": result["loinc"]},
        **_value(str(result["value"]), result["unit"]),
    }
    if result["date"]:
        observation["effectiveDateTime"] = result["date"]
    limits = {
        side: {"value": Decimal(str(result[side])), **_unit(result["unit"])}
        for side in ("low", "high")
        if result[side] is not None
    }
    return {**observation, **({"referenceRange": [limits]} if limits else {})}


def _value(text: str, unit: str | None) -> dict[str, Any]:
    """A number is a quantity, with its comparator apart; anything else stays as words."""
    comparator = next((each for each in COMPARATORS if text.startswith(each)), None)
    try:
        number = Decimal(text.removeprefix(comparator or "").strip())
    except InvalidOperation:
        return {"valueString": text}
    quantity = {"value": number, **_unit(unit), **({"comparator": comparator} if comparator else {})}
    return {"valueQuantity": quantity}


def _unit(unit: str | None) -> dict[str, str]:
    return {"unit": unit, "system": UCUM, "code": unit} if unit else {}

"""The systems and extensions of an exported record, and how to read them back.

| address | what it holds |
|---|---|
| `urn:kith:fhir:heard` | CodeSystem: what kind of thing was heard (`stressor`, `goal`, ...) |
| `urn:kith:fhir:domain` | CodeSystem: needs that the SDOH Clinical Care guide has no category for |
| `urn:kith:fhir:section` | CodeSystem: sections of the portrait that LOINC has no code for |
| `urn:kith:fhir:level` | CodeSystem: `emergency`, `crisis`, `soon` of a Flag |
| `urn:kith:fhir:red-flag`, `urn:kith:fhir:task` | CodeSystems: what a Flag or Task is about |
| `urn:kith:fhir:ext:origin` | code: `measured`, `told`, `told-by-caregiver`, `inferred`, `agreed` |
| `urn:kith:fhir:ext:subject` | code: `patient` or `other`, whom the words are about |
| `urn:kith:fhir:ext:whose` | string: of a result that is not the patient's, whose it was said to be |
| `urn:kith:fhir:ext:temporality` | code: `now`, `past`, `feared` |
| `urn:kith:fhir:ext:polarity` | code: `affirmed`, `negated` |
| `urn:kith:fhir:ext:quote` | string: the exact words a result or flag was read from |
| `urn:kith:fhir:ext:message` | Reference to the Communication it came from |
| `urn:kith:fhir:ext:rule` | string: the rule that decided an interpretation or found the words |
| `urn:kith:fhir:ext:tier` | code: how soon something should happen about a result |
| `urn:kith:fhir:ext:unit-inferred` | boolean: the unit was worked out, not said |
| `urn:kith:fhir:ext:unit` | string: the unit of a value that is not one number ("12-14") |
| `urn:kith:fhir:ext:value-as-written` | string: the value digit for digit |
"""

from collections.abc import Iterator, Mapping
from typing import Any

Resource = Mapping[str, Any]

LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
SNOMED = "http://snomed.info/sct"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
INTERPRETATION = "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"
SDOH_CATEGORY = "http://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem/SDOHCC-CodeSystemTemporaryCodes"
US_CORE_CATEGORY = "http://hl7.org/fhir/us/core/CodeSystem/us-core-category"
HEARD = "urn:kith:fhir:heard"
DOMAIN = "urn:kith:fhir:domain"
LEVEL = "urn:kith:fhir:level"
RED_FLAG = "urn:kith:fhir:red-flag"
TASK = "urn:kith:fhir:task"
EXTENSION = "urn:kith:fhir:ext:"

# https://hl7.org/fhir/us/sdoh-clinicalcare/CodeSystem-SDOHCC-CodeSystemTemporaryCodes.html
SDOH_DOMAINS = frozenset(
    {
        "food-insecurity", "housing-instability", "homelessness", "inadequate-housing",
        "transportation-insecurity", "financial-insecurity", "material-hardship", "utility-insecurity",
        "employment-status", "educational-attainment", "stress", "social-connection",
        "intimate-partner-violence", "elder-abuse", "personal-health-literacy",
        "health-insurance-coverage-status", "medical-cost-burden", "digital-access", "veteran-status",
    }
)  # fmt: skip
OWN_DOMAINS = frozenset({"grief", "caregiver-strain", "sleep", "substance-use"})
NEEDS = ("stressor", "loss")


def concept(system: str, code: str, display: str | None = None) -> dict[str, Any]:
    """A CodeableConcept of one coding."""
    coding = {"system": system, "code": code} | ({"display": display} if display else {})
    return {"coding": [coding]}


def extension(name: str, kind: str, value: Any) -> dict[str, Any]:
    """One of the extensions above: `extension("origin", "Code", "told")`."""
    return {"url": f"{EXTENSION}{name}", f"value{kind}": value}


def extended(resource: Resource, name: str) -> Any:
    """The value of one of the extensions above, None where there is none."""
    for found in resource.get("extension", ()):
        if found["url"] == f"{EXTENSION}{name}":
            return next(value for key, value in found.items() if key.startswith("value"))
    return None


def codings(concept: Resource | None, system: str) -> Iterator[str]:
    """The codes a concept has in one system."""
    for coding in (concept or {}).get("coding", ()):
        if coding.get("system") == system and "code" in coding:
            yield coding["code"]


def category_of(observation: Resource) -> str | None:
    """`laboratory`, `social-history`, ..."""
    found = (code for one in observation.get("category", ()) for code in codings(one, CATEGORY))
    return next(found, None)


def interpretation_of(observation: Resource) -> str | None:
    """N L LL H HH A AA, None: not judged."""
    found = (code for one in observation.get("interpretation", ()) for code in codings(one, INTERPRETATION))
    return next(found, None)


def value_of(observation: Resource) -> tuple[str, str | None]:
    """The value with its comparator as written, and its unit as written, else as UCUM."""
    quantity = observation.get("valueQuantity")
    if quantity is None:
        return str(observation.get("valueString", "")), extended(observation, "unit")
    written = extended(observation, "value-as-written")
    number = written if written is not None else str(quantity["value"])
    return f"{quantity.get('comparator', '')}{number}", quantity.get("unit") or quantity.get("code")


def unit_inferred(observation: Resource) -> bool:
    """Whether the unit was worked out from the value, not said."""
    return extended(observation, "unit-inferred") is True


def stressor_of(observation: Resource) -> str | None:
    """The domain of a need that is the person's own and present, None for anything else."""
    needs = {need for need in codings(observation.get("code"), HEARD) if need in NEEDS}
    asserted = ("subject", "patient"), ("temporality", "now"), ("polarity", "affirmed")
    if not needs or any(extended(observation, name) != value for name, value in asserted):
        return None
    found = [*codings(observation["code"], SDOH_CATEGORY), *codings(observation["code"], DOMAIN)]
    return next(iter(found), None)


def quotes_of(observation: Resource) -> tuple[str, ...]:
    """The person's own words behind an observation."""
    if category_of(observation) == "laboratory":
        quote = extended(observation, "quote")
        return (quote,) if quote else ()
    heard = any(codings(observation.get("code"), HEARD))
    return (observation["valueString"],) if heard else ()


def level_of(flag: Resource) -> str:
    """`emergency`, `crisis` or `soon`."""
    return next(code for one in flag["category"] for code in codings(one, LEVEL))


def explained_by(communication: Resource) -> tuple[str, ...]:
    """The LOINC codes an outgoing message explains."""
    return tuple(code for one in communication.get("reasonCode", ()) for code in codings(one, LOINC))

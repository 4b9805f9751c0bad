"""What a case led to, read back from the patient's FHIR Bundle."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from record.fhir import codes

Resource = Mapping[str, Any]
DOMAINS = codes.SDOH_DOMAINS | codes.OWN_DOMAINS


@dataclass(frozen=True)
class RecordedResult:
    """One laboratory Observation of the record."""

    id: str
    loinc: tuple[str, ...]
    value: str
    unit: str | None
    unit_inferred: bool
    interpretation: str | None
    effective: str | None = None


@dataclass(frozen=True)
class Outcome:
    """Everything a case is scored on."""

    results: tuple[RecordedResult, ...] = ()
    explained: frozenset[str] = frozenset()
    levels: frozenset[str] = frozenset()
    stressors: frozenset[str] = frozenset()
    quotes: tuple[str, ...] = ()
    replies: tuple[tuple[str, ...], ...] = ()  # of each message said, what came back
    latencies: tuple[float, ...] = ()  # seconds, one a message
    refused: str | None = None  # why a record could not be taken in


def of_type(bundle: Resource, kind: str) -> list[Resource]:
    """The resources of one type in a Bundle."""
    return [
        entry["resource"] for entry in bundle.get("entry", []) if entry["resource"]["resourceType"] == kind
    ]


def read(bundle: Resource, ignore: Iterable[str] = ()) -> Outcome:
    """The outcome in a Bundle; `ignore` holds ids of results that were there before the case began."""
    skip = set(ignore)
    observations = [each for each in of_type(bundle, "Observation") if each["id"] not in skip]
    return Outcome(
        results=tuple(
            read_result(each)
            for each in observations
            if codes.category_of(each) == "laboratory" and each["status"] != "entered-in-error"
        ),
        explained=frozenset(
            code for each in of_type(bundle, "Communication") for code in codes.explained_by(each)
        ),
        levels=frozenset(codes.level_of(each) for each in of_type(bundle, "Flag")),
        stressors=frozenset(code for each in observations if (code := codes.stressor_of(each)) in DOMAINS),
        quotes=tuple(quote for each in observations for quote in codes.quotes_of(each)),
    )


def read_result(observation: Resource) -> RecordedResult:
    """A laboratory Observation as the scorer sees it: the value with its comparator, as written."""
    value, unit = codes.value_of(observation)
    return RecordedResult(
        id=observation["id"],
        loinc=tuple(coding["code"] for coding in observation["code"].get("coding", []) if "code" in coding),
        value=value,
        unit=unit,
        unit_inferred=codes.unit_inferred(observation),
        interpretation=codes.interpretation_of(observation),
        effective=observation.get("effectiveDateTime"),
    )

"""Each need as it stands: told, denied, rather not said, answered in words alone, put off, or never asked."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row

from record.fhir.codes import (
    CATEGORY,
    DOMAIN,
    NEEDS,
    OWN_DOMAINS,
    SDOH_CATEGORY,
    SDOH_DOMAINS,
    SNOMED,
    US_CORE_CATEGORY,
    concept,
)
from record.fhir.shape import Resource, reference, said
from record.screening import Screening

ICD10 = "http://hl7.org/fhir/sid/icd-10-cm"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
YES, NO = ("373066001", "Yes"), ("373067005", "No")
# What became of a question, and why nothing is known then; the first that holds is said.
REASONS = {
    "declined": "asked-declined",
    "answered": "as-text",
    "not-now": "temp-unknown",
    "asked": "temp-unknown",
}


@dataclass
class Standing:
    """What is known of one need, and from what."""

    told: list[str] = field(default_factory=list)
    denied: list[str] = field(default_factory=list)
    asked: set[str] = field(default_factory=set)  # declined answered not-now asked

    @property
    def absent(self) -> str | None:
        """Why there is no yes and no no; None where there is one."""
        if self.told or self.denied:
            return None
        return next((reason for status, reason in REASONS.items() if status in self.asked), "not-asked")


@cache
def table() -> Mapping[str, Any]:
    """The tables of needs.toml."""
    return tomllib.loads(Path(__file__).with_name("needs.toml").read_text("utf-8"))


@cache
def icd10() -> Mapping[str, tuple[str, str]]:
    """Domain -> ICD-10-CM code and its name."""
    return {row["domain"]: (row["code"], row["display"]) for row in table()["need"]}


def observations(
    patient_id: str, words: Sequence[Row[Any]], story: Sequence[Row[Any]], asked: Sequence[Screening], at: str
) -> list[Resource]:
    """One Observation a need, with Yes, No, or why neither; none at all for someone never spoken with."""
    if not (words or story or asked):
        return []
    found = {domain: Standing() for domain in sorted(SDOH_DOMAINS | OWN_DOMAINS)}
    for domain, kind, source in (*_from_words(words), *_from_forms(asked)):
        if domain in found:
            getattr(found[domain], kind).append(source)
    for domain, status in (*_from_story(story), *_left_open(asked)):
        if domain in found:
            found[domain].asked.add(status)
    return [_observation(patient_id, domain, standing, at) for domain, standing in found.items()]


def _from_words(words: Sequence[Row[Any]]) -> Iterator[tuple[str, str, str]]:
    for row in words:
        if row.category in NEEDS and row.code and row.subject == "patient":
            if row.polarity == "negated":
                yield row.code, "denied", row.id
            elif row.temporality == "now":
                yield row.code, "told", row.id


def _from_forms(asked: Sequence[Screening]) -> Iterator[tuple[str, str, str]]:
    """A coded answer tells of a need, or denies every need the item asks about."""
    for screening in asked:
        for answer in screening.answers:
            told = {option.need for option in answer.options if option.need}
            if answer.options:
                for need in sorted({option.need for option in answer.item.options if option.need}):
                    yield need, "told" if need in told else "denied", response_id(screening)


def _left_open(asked: Sequence[Screening]) -> Iterator[tuple[str, str]]:
    for screening in asked:
        for answer in screening.answers:
            for need in {option.need for option in answer.item.options if option.need and answer.absent}:
                yield need, "declined" if answer.absent == "asked-declined" else "answered"


def _from_story(story: Sequence[Row[Any]]) -> Iterator[tuple[str, str]]:
    for row in story:
        domains = table()["asked"].get(row.item, ())
        for domain in domains if isinstance(domains, list) else ():
            yield domain, row.status


def response_id(screening: Screening) -> str:
    """The id of the QuestionnaireResponse of one asking."""
    return str(uuid5(NAMESPACE_URL, f"urn:kith:fhir:response:{screening.screener.id}:{screening.round}"))


def _observation(patient_id: str, domain: str, standing: Standing, at: str) -> Resource:
    social = domain in SDOH_DOMAINS
    kind = concept(SDOH_CATEGORY if social else DOMAIN, domain)
    value = YES if standing.told else NO if standing.denied else None
    code = icd10().get(domain) if standing.told else None
    return said(
        resourceType="Observation",
        id=str(uuid5(NAMESPACE_URL, f"urn:kith:fhir:need:{patient_id}:{domain}")),
        status="final",
        category=[
            concept(CATEGORY, "social-history"),
            *([concept(US_CORE_CATEGORY, "sdoh"), kind] if social else []),
        ],
        code=kind,
        subject=reference(patient_id),
        effectiveDateTime=at,
        valueCodeableConcept=concept(SNOMED, *value) if value else None,
        dataAbsentReason=concept(ABSENT, standing.absent) if standing.absent else None,
        derivedFrom=[reference(one) for one in dict.fromkeys(standing.told or standing.denied)],
        component=[_proposed(code)] if code else [],
    )


def _proposed(code: tuple[str, str]) -> Resource:
    """A code a clinician may take: Kith makes no Condition of what it was told."""
    return {
        "code": {"text": "ICD-10-CM code that fits, proposed and not confirmed by a clinician"},
        "valueCodeableConcept": concept(ICD10, *code),
    }

"""The story out: what was asked and answered in own words, what they want, and numbers they were given."""

from collections.abc import Sequence
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Row

from record.fhir.codes import TASK, concept, extension
from record.fhir.shape import Resource, reference, said

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
REASONS = {
    "declined": "asked-declined",
    "not-now": "temp-unknown",
    "asked": "temp-unknown",
    "answered": "as-text",
}
# What became of a number given, as a Task has it; the precise word stands in businessStatus.
OUTCOMES = {
    "given": "requested", "asked": "in-progress", "reached": "completed", "not-reached": "failed",
    "not-needed": "cancelled", "not-asked": "requested",
}  # fmt: skip


def response(
    patient_id: str, story: Sequence[Row[Any]], words: Sequence[Row[Any]], at: str
) -> list[Resource]:
    """The questions of the story as a QuestionnaireResponse: own words, or why there are none."""
    asked = [row for row in story if ":" not in row.item]
    if not asked:
        return []
    answers = {row.item: [each for each in words if each.item == row.item] for row in asked}
    return [
        said(
            resourceType="QuestionnaireResponse",
            id=str(uuid5(NAMESPACE_URL, f"urn:kith:fhir:story:{patient_id}")),
            questionnaire="urn:kith:fhir:questionnaire:story",
            status="in-progress",  # a story is never finished
            subject=reference(patient_id),
            authored=at,
            source=reference(patient_id),
            item=[_item(row, answers[row.item]) for row in asked],
        )
    ]


def _item(row: Row[Any], words: Sequence[Row[Any]]) -> Resource:
    reason = {"url": ABSENT, "valueCode": REASONS.get(row.status, "unknown")}
    return said(
        extension=[] if words else [reason],
        linkId=row.item,
        answer=[_answer(each) for each in words],
    )


def _answer(row: Row[Any]) -> Resource:
    marks = [
        extension("origin", "Code", row.origin),
        extension("message", "Reference", reference(row.message_id)),
    ]
    return {"extension": marks, "valueString": row.quote}


def goals(patient_id: str, words: Sequence[Row[Any]]) -> list[Resource]:
    """What they said they want: proposed, until someone takes it up with them."""
    return [
        said(
            resourceType="Goal",
            id=str(uuid5(NAMESPACE_URL, f"urn:kith:fhir:goal:{row.id}")),
            extension=[extension("message", "Reference", reference(row.message_id))],
            lifecycleStatus="proposed",
            description={"text": row.quote},
            subject=reference(patient_id),
            statusDate=row.created_at[:10],
            expressedBy=reference(patient_id) if row.origin == "told" else None,
        )
        for row in words
        if row.category == "goal" and row.subject == "patient" and row.polarity == "affirmed"
    ]


def referral(row: Row[Any]) -> Resource:
    """A number that was given, and in their words whether it helped."""
    status = OUTCOMES.get(row.status, "requested")
    return said(
        resourceType="Task",
        id=row.id,
        extension=[extension("quote", "String", row.quote)] if row.quote else [],
        status=status,
        businessStatus={"text": row.status},
        intent="proposal",
        code=concept(TASK, "resource"),
        description=f"{row.name}, {row.phone}",
        reasonCode={"text": row.need},
        focus=reference(row.message_id),
        **{"for": reference(row.patient_id)},
        authoredOn=row.created_at,
        lastModified=row.answered_at or row.asked_at,
    )

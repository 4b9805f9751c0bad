"""What was heard, and what was made of it: statements as Observations, Flags and Tasks out."""

from typing import Any

from sqlalchemy import Row

from record.fhir.codes import (
    CATEGORY,
    DOMAIN,
    HEARD,
    LEVEL,
    RED_FLAG,
    SDOH_CATEGORY,
    SDOH_DOMAINS,
    TASK,
    US_CORE_CATEGORY,
    concept,
    extension,
)
from record.fhir.shape import Resource, reference, said


def statement(row: Row[Any], carer: Resource) -> Resource:
    """The exact words as the value; what was heard in them as the code. `carer`: who wrote for them."""
    social = row.code in SDOH_DOMAINS
    codings = [{"system": HEARD, "code": row.category}]
    if row.code:
        codings.append({"system": SDOH_CATEGORY if social else DOMAIN, "code": row.code})
    marks = [
        ("origin", "Code", row.origin),
        ("subject", "Code", row.subject if row.subject in ("patient", "other") else "other"),
        ("temporality", "Code", row.temporality),
        ("polarity", "Code", row.polarity),
        ("rule", "String", row.rule),
        ("message", "Reference", reference(row.message_id)),
    ]
    return said(
        resourceType="Observation",
        id=row.id,
        extension=[extension(name, kind, value) for name, kind, value in marks if value],
        status="final",
        category=[
            concept(CATEGORY, "social-history"),
            *([concept(US_CORE_CATEGORY, "sdoh")] if social else []),
        ],
        code={"coding": codings},
        subject=reference(row.patient_id),
        effectiveDateTime=row.created_at,
        performer=[_performer(row, carer)],
        valueString=row.quote,
    )


def _performer(row: Row[Any], carer: Resource) -> Resource:
    """Whose words they are."""
    if row.origin == "agreed":
        return {"display": "Kith"}
    if row.origin == "told-by-caregiver":
        return carer
    return reference(row.patient_id)


def flag(row: Row[Any]) -> Resource:
    """A danger someone must see."""
    marks = [
        ("quote", "String", row.quote),
        ("rule", "String", row.rule),
        ("message", "Reference", reference(row.message_id)),
    ]
    return said(
        resourceType="Flag",
        id=row.id,
        extension=[extension(name, kind, value) for name, kind, value in marks if value],
        status=row.status,
        category=[concept(LEVEL, row.level)],
        code=concept(RED_FLAG, row.code),
        subject=reference(row.patient_id),
        period={"start": row.created_at},
    )


def task(row: Row[Any]) -> Resource:
    """Something a person of the care team is to do."""
    return said(
        resourceType="Task",
        id=row.id,
        extension=[extension("quote", "String", row.quote)] if row.quote else [],
        status=row.status,
        intent="order",
        priority=row.priority,
        code=concept(TASK, row.code),
        description=row.description,
        focus=reference(row.message_id) if row.message_id else None,
        **{"for": reference(row.patient_id)},
        authoredOn=row.created_at,
        lastModified=row.completed_at,
    )

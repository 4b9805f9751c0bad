"""Laboratory Observations out: the value as written, what it was judged to be, and where it came from."""

from decimal import Decimal, InvalidOperation
from typing import Any

from sqlalchemy import Row

from record.fhir.codes import CATEGORY, INTERPRETATION, UCUM, concept, extension
from record.fhir.shape import Resource, date_time, reference, said

MEANING = {
    "N": "Normal",
    "L": "Low",
    "LL": "Critical low",
    "H": "High",
    "HH": "Critical high",
    "A": "Abnormal",
    "AA": "Critical abnormal",
}


def observation(row: Row[Any], *, quoted: bool = True) -> Resource:
    """One result; without the words it was told in where those may not be read."""
    quantity = _quantity(row)
    judged = row.interpretation
    return said(
        resourceType="Observation",
        id=row.id,
        extension=_extensions(row, quantity, quoted),
        status=row.status,
        category=[concept(CATEGORY, row.category)],
        code=said(coding=_codings(row), text=row.text),
        subject=reference(row.patient_id),
        effectiveDateTime=date_time(row.effective_at),
        issued=row.created_at,
        performer=_performer(row),
        valueQuantity=quantity,
        valueString=None if quantity else f"{row.comparator or ''}{row.value or ''}",
        interpretation=[concept(INTERPRETATION, judged, MEANING[judged])] if judged else [],
        referenceRange=_range(row),
        note=[{"text": row.note}] if row.note else [],
    )


def _codings(row: Row[Any]) -> list[Resource]:
    sent = said(code=row.source_code)
    return [one for one in (said(system=row.system, code=row.code), sent) if one.get("code")]


def _performer(row: Row[Any]) -> list[Resource]:
    if row.origin == "told":
        return [reference(row.patient_id)]
    if row.origin == "told-by-caregiver":
        return [{"display": "Caregiver"}]
    return [{"display": row.source_system}] if row.source_system else []


def _quantity(row: Row[Any]) -> Resource | None:
    amount = _decimal(row.value)
    if amount is None:
        return None
    whole = amount == amount.to_integral_value() and "." not in (row.value or "")
    number = {"value": int(amount) if whole else float(amount)}  # a value of 0 is a value
    return number | said(comparator=row.comparator, **_unit(row))


def _unit(row: Row[Any]) -> Resource:
    return said(unit=row.unit_text or row.unit, system=UCUM if row.unit else None, code=row.unit)


def _decimal(value: str | None) -> Decimal | None:
    try:
        amount = Decimal(value or "")
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


def _range(row: Row[Any]) -> list[Resource]:
    limits: Resource = {}
    for side, limit in (("low", _decimal(row.low)), ("high", _decimal(row.high))):
        if limit is not None:
            limits[side] = {"value": float(limit), **_unit(row)}
    found = said(**limits, text=row.range_text)
    return [found] if found else []


def _extensions(row: Row[Any], quantity: Resource | None, quoted: bool) -> list[Resource]:
    found = [
        ("origin", "Code", row.origin),
        ("whose", "String", None if row.subject == "patient" else row.subject),
        ("quote", "String", row.quote if quoted else None),
        ("message", "Reference", reference(row.message_id) if row.message_id else None),
        ("rule", "String", row.rule),
        ("tier", "Code", row.tier),
        ("unit-inferred", "Boolean", True if row.unit_inferred else None),
        ("unit", "String", None if quantity else row.unit_text or row.unit),
        (
            "value-as-written",
            "String",
            row.value if quantity and str(quantity["value"]) != row.value else None,
        ),
    ]
    return [extension(name, kind, value) for name, kind, value in found if value not in (None, "")]

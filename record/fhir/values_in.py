"""A FHIR value, unit and range as text: every way R4 and STU3 write what was measured."""

from collections.abc import Iterable
from decimal import Decimal

from record.fhir import resources as fhir
from record.incoming import UCUM, IncomingRange

NORMAL_RANGE = {"normal", "recommended", "n"}
YEARS = {"a": 1.0, "mo": 1 / 12, "wk": 1 / 52.18, "d": 1 / 365.25, "h": 1 / 8766}
AGE_UNITS = {"years": "a", "year": "a", "yr": "a", "y": "a", "months": "mo", "days": "d", "weeks": "wk"}


def value(part: fhir.Component) -> str | None:
    """The value as text with its comparator ("<0.5", "1:160", "Detected"), None where there is none."""
    if part.valueQuantity is not None and part.valueQuantity.value is not None:
        return f"{part.valueQuantity.comparator or ''}{digits(part.valueQuantity.value)}"
    if part.valueCodeableConcept is not None:
        return part.valueCodeableConcept.words
    if part.valueString is not None:
        return part.valueString.strip() or None
    if part.valueBoolean is not None:
        return "yes" if part.valueBoolean else "no"
    if part.valueInteger is not None:
        return str(part.valueInteger)
    if part.valueRange is not None:
        return _between(part.valueRange)
    if part.valueRatio is not None:
        return _titer(part.valueRatio)
    return part.valueDateTime or part.valueTime


def digits(number: Decimal) -> str:
    """The number as it was written: 4.40 stays 4.40."""
    return format(number, "f")


def absence(part: fhir.Component) -> str:
    """Why there is no value, as far as it says."""
    reason = part.dataAbsentReason.words if part.dataAbsentReason else None
    return f"no value was given ({reason})" if reason else "no value was given"


def unit(quantity: fhir.Quantity | None) -> str | None:
    """The UCUM code, else the unit as written."""
    if quantity is None:
        return None
    return (quantity.code if quantity.system == UCUM else None) or quantity.unit or quantity.code


def unit_text(part: fhir.Component) -> str | None:
    """The unit as a person would write it; an interval's stands on its ends."""
    span = part.valueRange
    quantity = part.valueQuantity or (span and (span.low or span.high))
    return (quantity.unit or quantity.code) if quantity else None


def unit_of(part: fhir.Component) -> str | None:
    """The unit of whatever kind of value it is."""
    span = part.valueRange
    return unit(part.valueQuantity or (span.low or span.high if span else None))


def ranges(offered: Iterable[fhir.ReferenceRange]) -> Iterable[IncomingRange]:
    """The ranges that say what is normal, and for whom."""
    for found in offered:
        kinds = found.type.codes() if found.type else set()
        if kinds and not kinds & NORMAL_RANGE:
            continue  # therapeutic and critical ranges do not say what is normal
        groups = " ".join(concept.words or "" for concept in found.appliesTo).casefold().split()
        low = found.low.value if found.low else None
        high = found.high.value if found.high else None
        yield IncomingRange(
            low=None if low is None else digits(low),
            high=None if high is None else digits(high),
            unit=unit(found.low) or unit(found.high),
            text=found.text,
            sex=next((sex for sex in ("female", "male") if sex in groups), None),
            age_low=_years(found.age.low) if found.age else None,
            age_high=_years(found.age.high) if found.age else None,
        )


def _between(span: fhir.Range) -> str | None:
    low = span.low.value if span.low else None
    high = span.high.value if span.high else None
    if low is not None and high is not None:
        return f"{digits(low)}-{digits(high)}"
    if low is not None:
        return f">={digits(low)}"
    return f"<={digits(high)}" if high is not None else None


def _titer(ratio: fhir.Ratio) -> str | None:
    over = ratio.numerator.value if ratio.numerator else None
    under = ratio.denominator.value if ratio.denominator else None
    return f"{digits(over)}:{digits(under)}" if over is not None and under is not None else None


def _years(age: fhir.Quantity | None) -> float | None:
    if age is None or age.value is None:
        return None
    unit = (age.code or age.unit or "a").casefold()
    unit = AGE_UNITS.get(unit, unit)
    return float(age.value) * YEARS[unit] if unit in YEARS else None

"""Which test, unit and range a laboratory meant, from its codes and words; what is unsure stays unknown."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from clinical import ranges, units
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.types import Person, ReferenceRange
from record.incoming import LOINC, Coding, IncomingRange, IncomingResult
from record.view import whole_date

LABORATORY = "laboratory"
_LOINC_CODE = re.compile(r"\d{1,7}-\d")
# A name alone does not say where it was measured: "Glucose" in a urinalysis is not blood glucose.
_OTHER_SPECIMENS = re.compile(
    r"\b(urine|urinalysis|ua|u/a|urinary|dipstick|test strip|csf|cerebrospinal|stool"
    r"|f(?:a)?eces|f(?:a)?ecal|saliva|semen|seminal|sputum|synovial|pleural|peritoneal|ascit\w+"
    r"|amniotic|body fluid|hair|breath)\b",
    re.IGNORECASE,
)
_BY_SEX = re.compile(
    r"(?P<sex>\b(?:females?|women|woman|f|males?|men|man|m)\b)[\s:=(]*(?P<rest>[^;,|\n]*?\d[^;|\n]*?)"
    r"(?=[;,|\n]|\s+(?:females?|women|f|males?|men|m)\b|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Recognised:
    """What a result is about, in Kith's own terms where they are certain."""

    analyte: str | None
    system: str | None
    code: str | None
    source_code: str | None
    unit: str | None  # UCUM
    range: ReferenceRange | None


def recognise(result: IncomingResult, person: Person, catalogue: Catalogue) -> Recognised:
    """The test, by LOINC code first and by name where no code says otherwise; its unit; its range."""
    loinc = next((coding.code for coding in result.codings if _is_loinc(coding)), None)
    analyte = _analyte(result, loinc, catalogue)
    sent = next((coding for coding in result.codings if coding.code), None)
    code = loinc or (analyte.primary_loinc if analyte else None)
    unit = _ucum(result.unit, analyte)
    return Recognised(
        analyte=analyte.key if analyte else None,
        system=LOINC if code else sent.system if sent else None,
        code=code or (sent.code if sent else None),
        source_code=sent.code if sent and code and sent.code != code else None,
        unit=unit,
        range=_range(result, unit, person, analyte),
    )


def _is_loinc(coding: Coding) -> bool:
    return coding.system in (LOINC, None) and bool(_LOINC_CODE.fullmatch((coding.code or "").strip()))


def _analyte(result: IncomingResult, loinc: str | None, catalogue: Catalogue) -> Analyte | None:
    for coding in result.codings:
        if _is_loinc(coding) and (found := catalogue.find_code(coding.code)):
            return found
    if loinc is not None:
        return None  # a code we do not know: its name could be that of another specimen or method
    names = [name for coding in result.codings for name in (coding.display, coding.code)]
    for name in (*names, result.text):
        found = catalogue.find_name(name) if name else None
        if found is not None:
            said = " ".join(filter(None, (*names, result.text, result.context)))
            elsewhere = found.specimen == "blood" and _OTHER_SPECIMENS.search(said)
            return None if elsewhere else found
    return None


def _ucum(unit: str | None, analyte: Analyte | None) -> str | None:
    if not unit or not unit.strip():
        return None
    if analyte is not None:
        return units.resolve(unit, analyte)
    return next(iter(units.parse(unit)), None)


def _range(
    result: IncomingResult, unit: str | None, person: Person, analyte: Analyte | None
) -> ReferenceRange | None:
    """The laboratory's range for this person, in the result's own unit."""
    offered = [part for offered in result.ranges for part in _split_by_sex(offered)]
    fitting = _fitting(offered, person, result.effective)
    found = list(dict.fromkeys(_in_unit(one, result, unit, analyte) for one in fitting))
    if len(found) == 1:
        return found[0]
    texts = [one.text or f"{one.low or ''}-{one.high or ''}" for one in offered]
    return ReferenceRange(text="; ".join(texts), source=LABORATORY) if texts else None


def _split_by_sex(offered: IncomingRange) -> Sequence[IncomingRange]:
    """ "M 13-18 g/dl; F 12-16 g/dl" is two ranges."""
    if offered.text is None or offered.low is not None or offered.high is not None:
        return [offered]
    parts = [
        IncomingRange(
            text=found["rest"].strip(" ()"),
            sex="female" if found["sex"][0].casefold() in "fw" else "male",
            age_low=offered.age_low,
            age_high=offered.age_high,
        )
        for found in _BY_SEX.finditer(offered.text)
    ]
    return parts if {part.sex for part in parts} == {"female", "male"} and len(parts) == 2 else [offered]


def _fitting(offered: Iterable[IncomingRange], person: Person, effective: str | None) -> list[IncomingRange]:
    """The ranges that hold for this person; one made for them beats one made for everybody."""
    age = _age(person, effective)
    held = [one for one in offered if _sex_fits(one, person) and _age_fits(one, age)]
    special = [one for one in held if one.sex or one.age_low is not None or one.age_high is not None]
    return special or held


def _sex_fits(offered: IncomingRange, person: Person) -> bool:
    return offered.sex is None or offered.sex == person.sex


def _age_fits(offered: IncomingRange, age: float | None) -> bool:
    if offered.age_low is None and offered.age_high is None:
        return True
    if age is None or (offered.age_low is not None and age < offered.age_low):
        return False
    if offered.age_high is None:
        return True
    whole = offered.age_high == int(offered.age_high)  # "up to 17 years" lasts until the 18th birthday
    return (int(age) if whole and offered.age_high >= 1 else age) <= offered.age_high


def _age(person: Person, effective: str | None) -> float | None:
    day = whole_date(effective[:10]) if effective else None
    if person.birth_date is None or day is None:
        return None
    years = person.age_on(day)
    if years is None or years < 0:
        return None
    birthday = _birthday(person.birth_date, person.birth_date.year + years)
    return years + (day - birthday).days / 366


def _birthday(born: date, year: int) -> date:
    try:
        return born.replace(year=year)
    except ValueError:  # born on 29 February
        return date(year, 3, 1)


def _in_unit(
    offered: IncomingRange, result: IncomingResult, unit: str | None, analyte: Analyte | None
) -> ReferenceRange:
    low, high = _decimal(offered.low), _decimal(offered.high)
    range_unit = offered.unit
    if low is None and high is None:
        parsed, range_unit = ranges.parse_with_unit(offered.text)
        if parsed is None or (parsed.low is None and parsed.high is None):
            return ReferenceRange(text=offered.text, source=LABORATORY)
        low, high = parsed.low, parsed.high
    factor = _factor(range_unit, result, unit, analyte)
    written = offered.text or (
        None if factor == 1 else f"{offered.low or ''}-{offered.high or ''} {range_unit}"
    )
    if factor is None:  # limits in another unit say nothing about this number
        return ReferenceRange(text=written, source=LABORATORY)
    return ReferenceRange(_times(low, factor), _times(high, factor), written, LABORATORY)


def _times(limit: Decimal | None, factor: Decimal) -> Decimal | None:
    if limit is None or factor == 1:
        return limit
    return Decimal(f"{limit * factor:.6g}")


def _factor(
    range_unit: str | None, result: IncomingResult, unit: str | None, analyte: Analyte | None
) -> Decimal | None:
    """What the range's limits are multiplied with to stand in the result's unit; None when unknown."""
    written = (result.unit or "").strip().casefold()
    if range_unit is None or range_unit.strip().casefold() == written:
        return Decimal(1)
    here = _ucum(range_unit, analyte)
    if here is None or unit is None:
        return None
    if (same := units.ratio(here, unit)) is not None:
        return same
    if analyte is None:
        return None
    source, target = units.factor_to_canonical(here, analyte), units.factor_to_canonical(unit, analyte)
    return source / target if source and target else None


def _decimal(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None

"""OBX segments in: the test, its value in every type a laboratory sends, its range, its status."""

import re
from collections.abc import Iterable, Iterator

from record import marks
from record.hl7v2.segments import PART, Segment
from record.incoming import Coding, IncomingRange, IncomingResult, Skipped

# HL7 table 0085, https://terminology.hl7.org/CodeSystem-v2-0085.html, as FHIR ObservationStatus
STATUS = {
    "F": "final", "C": "corrected", "A": "amended", "P": "preliminary", "R": "preliminary",
    "S": "preliminary", "U": "final", "D": "entered-in-error", "W": "entered-in-error",
}  # fmt: skip
NO_RESULT = {
    "X": "the laboratory could not obtain it",
    "I": "the laboratory is still working on it",
    "N": "it was not asked for",
    "O": "it describes the order, not a result",
}
VALUES = {"NM", "SN", "ST", "TX", "FT", "CE", "CWE", "CNE", "CF", "IS", "ID", "NR", ""}
CODED = {"CE", "CWE", "CNE", "CF"}
SYSTEMS = {"LN": "http://loinc.org", "SCT": "http://snomed.info/sct", "UCUM": "http://unitsofmeasure.org"}


def result(segment: Segment, order: Segment | None, patient: str, sender: str) -> IncomingResult | Skipped:
    """The result an OBX holds, or why it holds none; Malformed names the field (`OBX[2]-14`)."""
    code = segment[11].strip() or (order[25].strip() if order else "")
    if code in NO_RESULT:
        return Skipped(segment.at(11), NO_RESULT[code])
    if code and code not in STATUS:
        segment.fail(11, "is not a result status of HL7 table 0085")
    kind = segment[2].strip()
    if kind not in VALUES:
        return Skipped(segment.at(2), f"a value of type {kind[:8]} is not a result in words or numbers")
    value = _value(segment, kind)
    status = STATUS[code or "F"]  # a result sent without a status is a result
    if not value and status != "entered-in-error":
        return Skipped(segment.at(5), "no value was given")
    return _incoming(segment, order, patient, sender, value, status)


def _incoming(
    segment: Segment, order: Segment | None, patient: str, sender: str, value: str, status: str
) -> IncomingResult:
    codings = tuple(_codings(segment, 3))
    names = [*(c.display for c in codings if c.display), *(c.code for c in codings if c.code)]
    if not names:
        segment.fail(3, "does not say which test it is")
    taken = segment.time(14) or (order.time(7) or order.time(22) if order else None)
    placed = (order.part(3, 1) or order.part(2, 1)) if order else ""
    key = [sender, placed, codings[0].code or names[0], segment.part(4, 1), taken or ""]
    unit = segment.part(6, 1)
    return IncomingResult(
        where=segment.at(5),
        patient=patient,
        source_key="|".join(key),
        codings=codings,
        text=names[0],
        value=value,
        status=status,
        context=" ".join((order.part(4, 2), order.part(4, 5), order[15])) if order else "",
        unit=unit or None,
        unit_text=unit or segment.part(6, 2) or None,
        ranges=tuple(_ranges(segment)),
        flag=marks.read(segment.components(repeat)[0] for repeat in segment.repeats(8)),
        effective=taken,
    )


def _codings(segment: Segment, index: int) -> Iterable[Coding]:
    parts = [*segment.components(next(iter(segment.repeats(index)), "")), *[""] * 6]
    for code, display, system in (parts[:3], parts[3:6]):
        if code.strip() or display.strip():
            name = system.strip()
            yield Coding(SYSTEMS.get(name, name or None), code.strip() or None, display.strip() or None)


def _value(segment: Segment, kind: str) -> str:
    repeats = segment.repeats(5)
    if kind == "SN":
        return _structured(segment, next(iter(repeats), ""))
    if kind in CODED:
        coded = [segment.components(repeat) for repeat in repeats]
        return "; ".join(
            next((p for p in (*parts[1:2], *parts[8:9], parts[0]) if p.strip()), "") for parts in coded
        )
    return segment.words(5)


def _structured(segment: Segment, text: str) -> str:
    """SN: comparator, number, separator, number: ">^100" is >100, "^1^:^160" is 1:160."""
    parts = [*(part.strip() for part in segment.components(text)), "", "", "", ""]
    comparator, first, separator, second = parts[:4]
    comparator = "" if comparator in ("=", "<>") else comparator
    if second and separator in ("-", ":", "/"):
        return f"{first}{separator}{second}"
    return f"{comparator}{first}{separator if separator == '+' else ''}"


def _ranges(segment: Segment) -> Iterator[IncomingRange]:
    """Words, or in some systems low^high or ^^high."""
    text = segment.unescaped(segment[7].replace(segment.separators[0], PART)).strip()
    limits = [part.strip() for part in text.split(PART)]
    if len(limits) == 1:
        if text:
            yield IncomingRange(text=text)
        return
    numbers = [part if re.fullmatch(r"-?\d+(\.\d+)?", part) else None for part in [*limits, "", ""]]
    low, high = (numbers[0], numbers[1]) if len(limits) == 2 else (numbers[0] or numbers[1], numbers[2])
    if low or high:
        yield IncomingRange(low=low, high=high)
    else:
        yield IncomingRange(text=" ".join(filter(None, limits)))

"""HL7 v2 laboratory messages (ORU^R01) in, one parcel a message."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NoReturn

from record import marks, times
from record.incoming import Coding, IncomingPatient, IncomingRange, IncomingResult, Malformed, Parcel
from record.words import storable

SEX = {"F": "female", "M": "male", "O": "other", "U": "unknown", "A": "other", "N": "other"}
PRIVATE_IDENTIFIERS = {"SS", "SSN", "DL", "PPN"}  # more than a clinic needs to know a patient by
PRIVATE_AUTHORITIES = {"2.16.840.1.113883.4.1"}  # US social security
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
PART = "\ue000"  # stands for the component separator while escapes are undone
_ESCAPES = {"F": "|", "S": "^", "T": "&", "R": "~", "E": "\\", ".br": "\n"}


@dataclass(frozen=True)
class Segment:
    """One line of a message, its fields numbered as HL7 numbers them."""

    name: str
    number: int  # the how manyth of its name
    fields: tuple[str, ...]
    separators: str  # component, repetition, escape, subcomponent

    def __getitem__(self, index: int) -> str:
        return self.fields[index] if index < len(self.fields) else ""

    def repeats(self, index: int) -> list[str]:
        return [part for part in self[index].split(self.separators[1]) if part]

    def components(self, text: str) -> list[str]:
        return [self.unescaped(part) for part in text.split(self.separators[0])]

    def part(self, index: int, component: int) -> str:
        """A component of a field's first repetition, both numbered from 1."""
        first = next(iter(self.repeats(index)), "")
        parts = self.components(first)
        return parts[component - 1].strip() if component <= len(parts) else ""

    def unescaped(self, text: str) -> str:
        mark = self.separators[2] or "\\"
        pattern = re.escape(mark) + r"([^\s" + re.escape(mark) + r"]{1,12})" + re.escape(mark)
        return re.sub(pattern, lambda found: _ESCAPES.get(found[1], ""), text)

    def at(self, index: int) -> str:
        return f"{self.name}[{self.number}]-{index}"

    def fail(self, index: int, what: str) -> NoReturn:
        raise Malformed(self.at(index), what)

    def time(self, index: int) -> str | None:
        try:
            return times.iso(self.part(index, 1))
        except ValueError:
            self.fail(index, "is not an HL7 time")


def split(content: str) -> list[str]:
    """The messages of a file: a batch, or frames as they come over MLLP, hold several."""
    lines = re.split(r"[\r\n]+", content.replace("\x0b", "\r").replace("\x1c", "\r"))
    messages: list[list[str]] = []
    for line in (line for line in lines if line.strip()):
        if line.startswith(("FHS", "BHS", "BTS", "FTS")):
            continue
        if line.startswith("MSH"):
            messages.append([])
        if not messages:
            raise Malformed("MSH", "a message begins with MSH, this one does not")
        messages[-1].append(storable(line))
    return ["\r".join(message) for message in messages]


def read(message: str) -> Parcel:
    """What one message says; Malformed names the field (`OBX[2]-14`)."""
    segments = _segments(message)
    header = segments[0]
    if header.part(9, 1) != "ORU" or header.part(9, 2) not in ("R01", "R03", "W01", ""):
        header.fail(9, "is not ORU^R01: only laboratory results are taken in")
    if not header.part(10, 1):
        header.fail(10, "the message has no control id")
    sender = f"{header.part(3, 1)}|{header.part(4, 1)}"
    body = hashlib.sha256(message.partition("\r")[2].encode()).hexdigest()
    reading = _Reading(Parcel(source=sender, identity=f"{sender}|{header.part(10, 1)}|{body}"))
    for segment in segments[1:]:
        reading.take(segment)
    if not reading.parcel.patients:
        raise Malformed("PID", "is missing: nobody is named")
    return reading.parcel


def _segments(message: str) -> list[Segment]:
    lines = message.split("\r")
    if not re.match(r"MSH[^\w\s].{4}", lines[0]):
        raise Malformed("MSH", "does not say which separators it uses")
    mark = lines[0][3]
    separators = (lines[0].split(mark)[1] + "^~\\&"[len(lines[0].split(mark)[1]) :])[:4]
    seen: dict[str, int] = {}
    segments: list[Segment] = []
    for line in lines:
        name, *rest = line.split(mark)
        if not re.fullmatch(r"[A-Z][A-Z0-9]{2}", name):
            raise Malformed(f"line {len(segments) + 1}", "is not a segment")
        seen[name] = seen.get(name, 0) + 1
        fields = (name, *([mark, *rest] if name == "MSH" else rest))
        segments.append(Segment(name, seen[name], fields, separators))
    return segments


@dataclass
class _Reading:
    """Where in the message we are: the patient and the order the next result belongs to."""

    parcel: Parcel
    order: Segment | None = None

    def take(self, segment: Segment) -> None:
        if segment.name == "PID":
            self.order = None
            self.parcel.patients.append(_patient(segment))
        elif segment.name == "OBR":
            self.order = segment
        elif segment.name == "OBX":
            self.result(segment)

    def result(self, segment: Segment) -> None:
        if not self.parcel.patients:
            raise Malformed(segment.at(1), "a result before the patient it belongs to (PID)")
        code = segment[11].strip() or (self.order[25].strip() if self.order else "")
        if code in NO_RESULT:
            return self.parcel.skip(segment.at(11), NO_RESULT[code])
        if code and code not in STATUS:
            segment.fail(11, "is not a result status of HL7 table 0085")
        kind = segment[2].strip()
        if kind not in VALUES:
            return self.parcel.skip(
                segment.at(2), f"a value of type {kind} is not a result in words or numbers"
            )
        value = _value(segment, kind)
        status = STATUS[code or "F"]  # a result sent without a status is a result
        if not value and status != "entered-in-error":
            return self.parcel.skip(segment.at(5), "no value was given")
        self.parcel.results.append(self.incoming(segment, value, status))
        return None

    def incoming(self, segment: Segment, value: str, status: str) -> IncomingResult:
        codings = tuple(_codings(segment, 3))
        text = next((c.display for c in codings if c.display), None) or next(
            (c.code for c in codings if c.code), None
        )
        if text is None:
            segment.fail(3, "does not say which test it is")
        order = self.order
        taken = segment.time(14) or (order.time(7) or order.time(22) if order else None)
        placed = (order.part(3, 1) or order.part(2, 1)) if order else ""
        key = "|".join([self.parcel.source, placed, codings[0].code or text, segment.part(4, 1), taken or ""])
        unit = segment.part(6, 1)
        return IncomingResult(
            where=segment.at(5),
            patient=self.parcel.patients[-1].ref,
            source_key=key,
            codings=codings,
            text=text,
            value=value,
            status=status,
            context=" ".join((order.part(4, 2), order.part(4, 5), order[15])) if order else "",
            unit=unit or None,
            unit_text=unit or segment.part(6, 2) or None,
            ranges=tuple(_ranges(segment)),
            flag=marks.read(segment.components(repeat)[0] for repeat in segment.repeats(8)),
            effective=taken,
        )


def _patient(segment: Segment) -> IncomingPatient:
    identifiers = list(_identifiers(segment))
    birth = segment.time(7)
    return IncomingPatient(
        ref=segment.at(3),
        identifiers=tuple(identifiers),
        family=segment.part(5, 1).split(segment.separators[3])[0] or None,
        given=" ".join(filter(None, (segment.part(5, 2), segment.part(5, 3)))) or None,
        birth_date=birth[:10] if birth else None,
        sex=SEX.get(segment.part(8, 1).upper()),
    )


def _identifiers(segment: Segment) -> Iterator[tuple[str, str]]:
    for repeat in segment.repeats(3):
        parts = [*segment.components(repeat), "", "", "", "", ""]
        if not parts[0] or parts[4] in PRIVATE_IDENTIFIERS:
            continue
        authority = parts[3].split(segment.separators[3])
        if len(authority) > 1 and authority[1] in PRIVATE_AUTHORITIES:
            continue
        system = f"urn:oid:{authority[1]}" if len(authority) > 1 and authority[1] else authority[0]
        yield system or parts[4] or "PID-3", parts[0]


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
    return "\n".join(segment.unescaped(repeat).strip() for repeat in repeats)


def _structured(segment: Segment, text: str) -> str:
    """SN: comparator, number, separator, number: ">^100" is >100, "^1^:^160" is 1:160."""
    comparator, first, separator, second = [*(p.strip() for p in segment.components(text)), "", "", "", ""][
        :4
    ]
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

"""One ORU^R01 message as one parcel: whose it is, what was found, and what the laboratory remarked."""

import hashlib
from dataclasses import dataclass, field, replace

from record.hl7v2.patients import patient
from record.hl7v2.results import result
from record.hl7v2.segments import Segment, segments
from record.incoming import Malformed, Parcel, Skipped

EVENTS = ("R01", "R03", "W01", "")


def read(message: str) -> Parcel:
    """What one message says; Malformed names the field (`OBX[2]-14`)."""
    header, *others = segments(message)
    if header.part(9, 1) != "ORU" or header.part(9, 2) not in EVENTS:
        header.fail(9, "is not ORU^R01: only laboratory results are taken in")
    if not header.part(10, 1):
        header.fail(10, "the message has no control id")
    sender = f"{header.part(3, 1)}|{header.part(4, 1)}"
    body = hashlib.sha256(message.partition("\r")[2].encode()).hexdigest()
    reading = _Reading(Parcel(source=sender, identity=f"{sender}|{header.part(10, 1)}|{body}"))
    for segment in others:
        reading.take(segment)
    if not reading.parcel.patients:
        raise Malformed("PID", "is missing: nobody is named")
    return reading.parcel


@dataclass
class _Reading:
    """Where in the message we are: what the next result belongs to, and what the next remark is about."""

    parcel: Parcel
    order: Segment | None = None
    order_remarks: list[str] = field(default_factory=list)
    last: str = ""  # the name of the segment a remark would be about
    taken: bool = False  # whether the last OBX was a result

    def take(self, segment: Segment) -> None:
        match segment.name:
            case "PID":
                self.order, self.order_remarks = None, []
                self.parcel.patients.append(patient(segment))
            case "OBR":
                self.order, self.order_remarks = segment, []
            case "OBX":
                self.result(segment)
            case "NTE":
                self.remark(segment)
        if segment.name in ("PID", "OBR", "OBX"):
            self.last = segment.name

    def result(self, segment: Segment) -> None:
        if not self.parcel.patients:
            raise Malformed(segment.at(1), "a result before the patient it belongs to (PID)")
        found = result(segment, self.order, self.parcel.patients[-1].ref, self.parcel.source)
        self.taken = not isinstance(found, Skipped)
        if isinstance(found, Skipped):
            self.parcel.skipped.append(found)
        else:
            self.parcel.results.append(replace(found, note="\n".join(self.order_remarks) or None))

    def remark(self, segment: Segment) -> None:
        """A remark follows what it is about: one result, or an order and with it all of its results."""
        text = segment.words(3)
        if not text:
            return
        if self.last == "OBR":
            self.order_remarks.append(text)
        elif self.last == "OBX" and self.taken:
            about = self.parcel.results[-1]
            self.parcel.results[-1] = replace(about, note="\n".join(filter(None, (about.note, text))))
        else:
            self.parcel.skip(segment.at(3), "a remark that is not about a result")

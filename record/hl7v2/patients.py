"""PID segments in: who a message is about, with no more identifiers than a clinic needs."""

from collections.abc import Iterator

from record.hl7v2.segments import Segment
from record.incoming import IncomingPatient

SEX = {"F": "female", "M": "male", "O": "other", "U": "unknown", "A": "other", "N": "other"}
PRIVATE_IDENTIFIERS = {"SS", "SSN", "DL", "PPN"}  # more than a clinic needs to know a patient by
PRIVATE_AUTHORITIES = {"2.16.840.1.113883.4.1"}  # US social security


def patient(segment: Segment) -> IncomingPatient:
    """The person a PID describes."""
    birth = segment.time(7)
    return IncomingPatient(
        ref=segment.at(3),
        identifiers=tuple(_identifiers(segment)),
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

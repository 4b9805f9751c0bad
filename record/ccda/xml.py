"""The XML of a clinical document: parsed without entities, and its times, names and codes read."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from record import times
from record.incoming import Coding, Malformed
from record.words import storable

CDA = "{urn:hl7-org:v3}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
SYSTEMS = {
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
}
DEEPEST = 200


def parse(content: str) -> Element:
    """Parse without entities: a document type is refused, so nothing can be expanded or fetched."""
    guard = expat.ParserCreate()
    depth = 0

    def refuse(*_: object) -> None:
        raise Malformed("DOCTYPE", "is not allowed in a clinical document")

    def deeper(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Malformed(f"line {guard.CurrentLineNumber}", "is nested too deep")

    def up(_: object) -> None:
        nonlocal depth
        depth -= 1

    guard.StartDoctypeDeclHandler = refuse
    guard.StartElementHandler, guard.EndElementHandler = deeper, up
    try:
        text = storable(content).lstrip("\ufeff \r\n\t")
        guard.Parse(text, True)
        return fromstring(text)  # noqa: S314  the guard above has refused every document type
    except (expat.ExpatError, ParseError) as error:
        line, column = _position(error)
        raise Malformed(f"line {line} column {column}", "not well-formed XML") from error
    except Malformed:
        raise
    except ValueError as error:
        raise Malformed("", "not XML that can be read") from error


def _position(error: Exception) -> tuple[int, int]:
    line, column = getattr(error, "position", None) or (
        getattr(error, "lineno", 0),
        getattr(error, "offset", 0),
    )
    return int(line), int(column)


def find(element: Element, *steps: str) -> Element | None:
    """The first element on a path of names in HL7's namespace."""
    return element.find("/".join(f"{CDA}{step}" for step in steps))


def every(element: Element, *steps: str) -> list[Element]:
    """All elements on a path of names in HL7's namespace."""
    return element.findall("/".join(f"{CDA}{step}" for step in steps))


def words(element: Element | None) -> str:
    """Everything written in an element, as one line."""
    return " ".join("".join(element.itertext()).split()) if element is not None else ""


def original(element: Element | None) -> str | None:
    """The words a code stands for, where they are given with it."""
    return words(find(element, "originalText")) or None if element is not None else None


def code_of(element: Element) -> str | None:
    """The code of a section or an observation."""
    code = find(element, "code")
    return code.get("code") if code is not None else None


def codings(code: Element | None) -> Iterator[Coding]:
    """A code and its translations."""
    if code is None:
        return
    for found in (code, *every(code, "translation")):
        if found.get("code") or found.get("displayName"):
            oid = found.get("codeSystem")
            system = SYSTEMS.get(oid, f"urn:oid:{oid}") if oid else None
            yield Coding(system, found.get("code"), found.get("displayName"))


def time(element: Element | None, where: str) -> str | None:
    """An element's value as ISO 8601; Malformed names it when it is no time."""
    try:
        return times.iso(element.get("value", "")) if element is not None else None
    except ValueError as error:
        raise Malformed(where, "is not an HL7 time") from error


def taken(element: Element, where: str) -> str | None:
    """When it was: an instant, else the begin of an interval, else its end."""
    when = find(element, "effectiveTime")
    if when is None:
        return None
    return time(when, where) or time(find(when, "low"), where) or time(find(when, "high"), where)


def id_of(element: Element) -> str:
    """What the sender knows it by, `""` where it has no id."""
    found = find(element, "id")
    return f"{found.get('root', '')}^{found.get('extension', '')}" if found is not None else ""

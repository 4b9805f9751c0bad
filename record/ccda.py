"""C-CDA documents in: the results section, and whom it is about."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError, fromstring
from xml.parsers import expat

from record import marks, times
from record.incoming import Coding, IncomingPatient, IncomingRange, IncomingResult, Malformed, Parcel
from record.words import storable

CDA = "{urn:hl7-org:v3}"
TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
RESULTS_SECTION = "30954-2"
LOINC_OID = "2.16.840.1.113883.6.1"
SYSTEMS = {LOINC_OID: "http://loinc.org", "2.16.840.1.113883.6.96": "http://snomed.info/sct"}
PRIVATE_ROOTS = {"2.16.840.1.113883.4.1", "2.16.840.1.113883.4.3.25"}  # social security, driver's licence
SEX = {"F": "female", "M": "male", "UN": "other"}
DEEPEST = 200
# https://terminology.hl7.org/ValueSet-v3-ActStatus.html as FHIR ObservationStatus
STATUS = {"completed": "final", "active": "preliminary", "held": "preliminary", "suspended": "preliminary"}
NO_RESULT = {"aborted": "it was stopped", "cancelled": "it was cancelled", "obsolete": "it was replaced"}


def read(content: str, name: str) -> Parcel:
    """What a document's results section says; Malformed names the element."""
    root = _parse(content)
    if root.tag != f"{CDA}ClinicalDocument":
        raise Malformed("", "is not a C-CDA document (ClinicalDocument is expected)")
    parcel = Parcel(source=name)
    parcel.patients.append(_patient(root))
    sections = [section for section in root.iter(f"{CDA}section") if _code(section) == RESULTS_SECTION]
    for section in sections:
        for number, (context, observation) in enumerate(_observations(section), 1):
            _result(parcel, f"results observation {number}", context, observation)
    if not sections:
        parcel.skip("", "the document has no results section")
    return parcel


def _parse(content: str) -> Element:
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


def _patient(root: Element) -> IncomingPatient:
    role = root.find(f"{CDA}recordTarget/{CDA}patientRole")
    if role is None:
        raise Malformed("recordTarget/patientRole", "is missing: nobody is named")
    name = role.find(f"{CDA}patient/{CDA}name")
    born = _time(role.find(f"{CDA}patient/{CDA}birthTime"), "recordTarget/patientRole/patient/birthTime")
    gender = role.find(f"{CDA}patient/{CDA}administrativeGenderCode")
    identifiers = [
        (f"urn:oid:{one.get('root')}", one.get("extension", ""))
        for one in role.findall(f"{CDA}id")
        if one.get("root") and one.get("extension") and one.get("root") not in PRIVATE_ROOTS
    ]
    return IncomingPatient(
        ref="recordTarget",
        identifiers=tuple(identifiers),
        given=" ".join(_words(part) for part in name.findall(f"{CDA}given")) or None
        if name is not None
        else None,
        family=_words(name.find(f"{CDA}family")) or None if name is not None else None,
        birth_date=born[:10] if born else None,
        sex=SEX.get(gender.get("code", "")) if gender is not None else None,
    )


def _observations(section: Element) -> Iterator[tuple[Element | None, Element]]:
    """Each result with the panel it stands in; remarks and specimens hang deeper and are not results."""
    for entry in section.findall(f"{CDA}entry"):
        for organizer in entry.findall(f"{CDA}organizer"):
            for observation in organizer.findall(f"{CDA}component/{CDA}observation"):
                yield organizer, observation
        for observation in entry.findall(f"{CDA}observation"):
            yield None, observation


def _result(parcel: Parcel, where: str, panel: Element | None, observation: Element) -> None:
    state = observation.find(f"{CDA}statusCode")
    status = state.get("code", "completed") if state is not None else "completed"
    if observation.get("negationInd") == "true" or observation.get("moodCode", "EVN") != "EVN":
        return parcel.skip(where, "it was not measured")
    if status in NO_RESULT:
        return parcel.skip(where, NO_RESULT[status])
    code = observation.find(f"{CDA}code")
    codings = tuple(_codings(code))
    text = _original(code) or next((coding.display for coding in codings if coding.display), None)
    text = text or next((coding.code for coding in codings if coding.code), None)
    if text is None:
        raise Malformed(f"{where}/code", "does not say which test it is")
    value, unit = _value(observation, where)
    if value is None:
        return parcel.skip(where, "no value was given")
    taken = _taken(observation, f"{where}/effectiveTime")
    if taken is None and panel is not None:
        taken = _taken(panel, f"{where}/../effectiveTime")
    parcel.results.append(
        IncomingResult(
            where=where,
            patient="recordTarget",
            source_key="|".join(
                [_id(observation), codings[0].code or text if codings else text, taken or ""]
            ),
            codings=codings,
            text=text,
            value=value,
            status=STATUS.get(status, "unknown"),
            context=_context(panel),
            unit=unit,
            unit_text=unit,
            ranges=tuple(_ranges(observation)),
            flag=marks.read(
                mark
                for found in observation.findall(f"{CDA}interpretationCode")
                for mark in (found.get("code"), found.get("displayName"), _original(found))
            ),
            effective=taken,
        )
    )
    return None


def _value(observation: Element, where: str) -> tuple[str | None, str | None]:
    """The value and its unit: PQ and IVL_PQ are measured, the others are words."""
    value = observation.find(f"{CDA}value")
    if value is None or value.get("nullFlavor"):
        return None, None
    kind = value.get(TYPE, "").split(":")[-1]
    if kind in ("PQ", "INT", "REAL"):
        return _number(value, f"{where}/value"), value.get("unit")
    if kind == "IVL_PQ":
        low, high = value.find(f"{CDA}low"), value.find(f"{CDA}high")
        unit = next((end.get("unit") for end in (low, high) if end is not None and end.get("unit")), None)
        return _interval(low, high, f"{where}/value"), unit
    if kind in ("CD", "CE", "CO", "CV"):
        return value.get("displayName") or _original(value) or value.get("code"), None
    if kind == "BL":
        return {"true": "yes", "false": "no"}.get(value.get("value", "")), None
    return _words(value) or value.get("value") or None, None


def _number(element: Element, where: str) -> str | None:
    text = element.get("value", "").strip()
    if not text:
        return None
    if not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?", text):
        raise Malformed(where, "is not a number")
    return f"0{text}" if text.startswith(".") else text


def _interval(low: Element | None, high: Element | None, where: str) -> str | None:
    bottom = _number(low, where) if low is not None else None
    top = _number(high, where) if high is not None else None
    if bottom and top:
        return f"{bottom}-{top}"
    if bottom and low is not None:
        return (">=" if low.get("inclusive", "true") == "true" else ">") + bottom
    if top and high is not None:
        return ("<=" if high.get("inclusive", "true") == "true" else "<") + top
    return None


def _ranges(observation: Element) -> Iterator[IncomingRange]:
    """The ranges that say what is normal; one marked abnormal says what is not."""
    for found in observation.findall(f"{CDA}referenceRange/{CDA}observationRange"):
        mark = found.find(f"{CDA}interpretationCode")
        if mark is not None and mark.get("code", "N") != "N":
            continue
        low, high = found.find(f"{CDA}value/{CDA}low"), found.find(f"{CDA}value/{CDA}high")
        limits = [end.get("value") if end is not None else None for end in (low, high)]
        units = [end.get("unit") for end in (low, high) if end is not None and end.get("unit")]
        text = _words(found.find(f"{CDA}text")) or _words(found.find(f"{CDA}value")) or None
        if any(limits) or text:
            yield IncomingRange(low=limits[0], high=limits[1], unit=next(iter(units), None), text=text)


def _codings(code: Element | None) -> Iterator[Coding]:
    if code is None:
        return
    for found in (code, *code.findall(f"{CDA}translation")):
        if found.get("code") or found.get("displayName"):
            oid = found.get("codeSystem")
            system = SYSTEMS.get(oid, f"urn:oid:{oid}") if oid else None
            yield Coding(system, found.get("code"), found.get("displayName"))


def _context(panel: Element | None) -> str:
    if panel is None:
        return ""
    code = panel.find(f"{CDA}code")
    specimen = panel.find(f".//{CDA}specimenPlayingEntity/{CDA}code")
    found = [one for one in (code, specimen) if one is not None]
    return " ".join(
        filter(None, (text for one in found for text in (one.get("displayName"), _original(one))))
    )


def _taken(element: Element, where: str) -> str | None:
    time = element.find(f"{CDA}effectiveTime")
    if time is None:
        return None
    return _time(time, where) or _time(time.find(f"{CDA}low"), where) or _time(time.find(f"{CDA}high"), where)


def _time(element: Element | None, where: str) -> str | None:
    try:
        return times.iso(element.get("value", "")) if element is not None else None
    except ValueError as error:
        raise Malformed(where, "is not an HL7 time") from error


def _code(section: Element) -> str | None:
    code = section.find(f"{CDA}code")
    return code.get("code") if code is not None else None


def _id(element: Element) -> str:
    found = element.find(f"{CDA}id")
    return f"{found.get('root', '')}^{found.get('extension', '')}" if found is not None else ""


def _original(element: Element | None) -> str | None:
    return _words(element.find(f"{CDA}originalText")) or None if element is not None else None


def _words(element: Element | None) -> str:
    return " ".join("".join(element.itertext()).split()) if element is not None else ""

"""Result observations of a C-CDA document: every type of value, the ranges that say what is normal."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from record import marks
from record.ccda.xml import CDA, TYPE, code_of, codings, every, find, id_of, original, taken, words
from record.incoming import IncomingRange, IncomingResult, Malformed, Parcel

# https://terminology.hl7.org/ValueSet-v3-ActStatus.html as FHIR ObservationStatus
STATUS = {"completed": "final", "active": "preliminary", "held": "preliminary", "suspended": "preliminary"}
NO_RESULT = {"aborted": "it was stopped", "cancelled": "it was cancelled", "obsolete": "it was replaced"}
COMMENT = "48767-8"  # LOINC: Annotation comment
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?")


def read(parcel: Parcel, section: Element) -> None:
    """Every result of a results section, or why an observation holds none."""
    for number, (panel, observation) in enumerate(_observations(section), 1):
        _result(parcel, f"results observation {number}", panel, observation)


def _observations(section: Element) -> Iterator[tuple[Element | None, Element]]:
    """Each result with the panel it stands in; remarks and specimens hang deeper and are not results."""
    for entry in every(section, "entry"):
        for organizer in every(entry, "organizer"):
            for observation in every(organizer, "component", "observation"):
                yield organizer, observation
        for observation in every(entry, "observation"):
            yield None, observation


def _result(parcel: Parcel, where: str, panel: Element | None, observation: Element) -> None:
    state = find(observation, "statusCode")
    status = state.get("code", "completed") if state is not None else "completed"
    if observation.get("negationInd") == "true" or observation.get("moodCode", "EVN") != "EVN":
        return parcel.skip(where, "it was not measured")
    if status in NO_RESULT:
        return parcel.skip(where, NO_RESULT[status])
    value, unit = _value(observation, where)
    if value is None:
        return parcel.skip(where, "no value was given")
    code = find(observation, "code")
    coded = tuple(codings(code))
    text = _test(where, observation)
    when = taken(observation, f"{where}/effectiveTime")
    if when is None and panel is not None:
        when = taken(panel, f"{where}/../effectiveTime")
    parcel.results.append(
        IncomingResult(
            where=where,
            patient="recordTarget",
            source_key="|".join([id_of(observation), (coded[0].code if coded else "") or text, when or ""]),
            codings=coded,
            text=text,
            value=value,
            status=STATUS.get(status, "unknown"),
            context=_context(panel),
            unit=unit,
            unit_text=unit,
            ranges=tuple(_ranges(observation)),
            flag=marks.read(_marks(observation)),
            effective=when,
            note=_note(observation),
        )
    )
    return None


def _test(where: str, observation: Element) -> str:
    """The test's name as written: the document's own words before a code's."""
    code = find(observation, "code")
    coded = list(codings(code))
    names = [original(code), *(one.display for one in coded), *(one.code for one in coded)]
    text = next(filter(None, names), None)
    if text is None:
        raise Malformed(f"{where}/code", "does not say which test it is")
    return text


def _value(observation: Element, where: str) -> tuple[str | None, str | None]:
    """The value and its unit: PQ and IVL_PQ are measured, the others are words."""
    value = find(observation, "value")
    if value is None or value.get("nullFlavor"):
        return None, None
    kind = value.get(TYPE, "").split(":")[-1]
    if kind in ("PQ", "INT", "REAL"):
        return _number(value, f"{where}/value"), value.get("unit")
    if kind == "IVL_PQ":
        low, high = find(value, "low"), find(value, "high")
        unit = next((end.get("unit") for end in (low, high) if end is not None and end.get("unit")), None)
        return _interval(low, high, f"{where}/value"), unit
    if kind in ("CD", "CE", "CO", "CV"):
        return value.get("displayName") or original(value) or value.get("code"), None
    if kind == "BL":
        return {"true": "yes", "false": "no"}.get(value.get("value", "")), None
    return words(value) or value.get("value") or None, None


def _number(element: Element, where: str) -> str | None:
    text = element.get("value", "").strip()
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
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
    for found in every(observation, "referenceRange", "observationRange"):
        mark = find(found, "interpretationCode")
        if mark is not None and mark.get("code", "N") != "N":
            continue
        low, high = find(found, "value", "low"), find(found, "value", "high")
        limits = [end.get("value") if end is not None else None for end in (low, high)]
        units = [end.get("unit") for end in (low, high) if end is not None and end.get("unit")]
        text = words(find(found, "text")) or words(find(found, "value")) or None
        if any(limits) or text:
            yield IncomingRange(low=limits[0], high=limits[1], unit=next(iter(units), None), text=text)


def _marks(observation: Element) -> Iterator[str | None]:
    for found in every(observation, "interpretationCode"):
        yield from (found.get("code"), found.get("displayName"), original(found))


def _context(panel: Element | None) -> str:
    """The panel's name and the specimen's: a test known by name alone is not the same in urine."""
    if panel is None:
        return ""
    specimens = panel.iter(f"{CDA}specimenPlayingEntity")
    found = [find(panel, "code"), *(find(specimen, "code") for specimen in specimens)]
    named = [text for one in found if one is not None for text in (one.get("displayName"), original(one))]
    return " ".join(filter(None, named))


def _note(observation: Element) -> str | None:
    """The laboratory's remarks, each an act of its own beneath the result."""
    acts = [act for act in every(observation, "entryRelationship", "act") if code_of(act) == COMMENT]
    return "\n".join(filter(None, (words(find(act, "text")) for act in acts))) or None

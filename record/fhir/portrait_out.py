"""The portrait as a FHIR document: a Composition whose sections lead to the resources they stand on."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from record.fhir import people_out
from record.fhir.codes import LOINC, concept
from record.fhir.export import export_patient
from record.fhir.shape import Resource, address, entry, reference, said
from record.portrait import Portrait, Quote, ResultLine, assemble
from record.portrait.audience import Audience

XHTML = "http://www.w3.org/1999/xhtml"
EMPTY = "http://terminology.hl7.org/CodeSystem/list-empty-reason"
OWN = "urn:kith:fhir:section"
Line = tuple[str, Sequence[str | None]]
"""What a line of a section says, and the ids of the resources it stands on."""


def portrait_document(
    connection: Connection, patient_id: str, *, reader: Audience = None, at: str | None = None
) -> Resource:
    """A document Bundle: Composition first, then every resource its lines lead to, whatever those lead to.

    LookupError when there is no such patient. It holds what `reader` may see (record.portrait.audience).
    """
    portrait = assemble(connection, patient_id, reader=reader, at=at)
    team = reader if reader != "patient" else None
    held = {
        each["resource"]["id"]: each["resource"]
        for each in export_patient(connection, patient_id, reader=team)["entry"]
    }
    held[people_out.kith()["id"]] = people_out.kith()
    composition = _composition(portrait, held)
    entries = [composition, *_reached(composition, held)]
    return {
        "resourceType": "Bundle",
        "type": "document",
        "identifier": {"system": "urn:ietf:rfc:3986", "value": address(composition["id"])},
        "timestamp": portrait.assembled_at,
        "entry": [entry(resource) for resource in entries],
    }


def _composition(portrait: Portrait, held: Mapping[str, Resource]) -> Resource:
    name = f"urn:kith:fhir:portrait:{portrait.patient_id}:{portrait.assembled_at}"
    return said(
        resourceType="Composition",
        id=str(uuid5(NAMESPACE_URL, name)),
        status="preliminary",  # it is true of one instant, and a person has not signed it
        type=concept(LOINC, "60591-5", "Patient summary Document"),
        subject=reference(portrait.patient_id),
        date=portrait.assembled_at,
        author=[reference(people_out.kith()["id"])],
        title="Portrait",
        section=[_section(*each, held) for each in _sections(portrait)],
    )


def _sections(portrait: Portrait) -> Iterator[tuple[str, Resource, list[Line]]]:
    """Title, code and lines of each, in the order the care team's page has them."""
    who = [*portrait.strengths, *portrait.matters]
    yield (
        "Patient story: strengths, and what matters to them",
        concept(LOINC, "81338-6", "Patient Goals, preferences, and priorities for care experience"),
        [_words(each) for each in who],
    )
    yield "What needs discussing", concept(OWN, "discuss"), list(_discussed(portrait))
    yield (
        "Where patient and chart disagree",
        concept(OWN, "disagree"),
        [
            (f"{each.about}: {_side(each.patient)}; {_side(each.chart)}", [each.patient.id, each.chart.id])
            for each in portrait.disagreements
        ],
    )
    yield (
        "Results",
        concept(LOINC, "30954-2", "Relevant diagnostic tests/laboratory data Narrative"),
        [_result(line) for line in portrait.results],
    )
    yield (
        "Vital signs",
        concept(LOINC, "8716-3", "Vital signs"),
        [_result(line) for line in portrait.vitals],
    )
    yield (
        "Needs and supports",
        concept(LOINC, "29762-2", "Social history Narrative"),
        [_words(each) for each in portrait.needs],
    )
    yield "Questions", concept(OWN, "questions"), [_words(each) for each in portrait.questions]
    for kind, code, title in (
        ("condition", "11450-4", "Problem list - Reported"),
        ("medication", "10160-0", "History of Medication use Narrative"),
    ):
        facts: list[Line] = [(each.text, [each.id]) for each in portrait.chart if each.kind == kind]
        yield title.partition(" - ")[0], concept(LOINC, code, title), facts
    yield "Dangers and tasks that are open", concept(OWN, "open"), list(_waiting(portrait))
    yield (
        "Files",
        concept(OWN, "files"),
        [(f"{each.kind}, {each.at}", [each.id]) for each in portrait.attachments],
    )
    yield "What is not known", concept(OWN, "not-known"), list(_gaps(portrait))


def _words(quote: Quote) -> Line:
    told = f"told by {quote.by}, a caregiver" if quote.by else quote.origin.replace("-", " ")
    return f'"{quote.text}" ({told}, {quote.said_at[:10]})', [quote.id]


def _result(line: ResultLine) -> Line:
    said_of = [line.words, line.change, f"remark: {line.note}" if line.note else None]
    more = ", ".join(each for each in said_of if each)
    judged = line.newest.interpretation or "not judged"
    text = f"{line.name} {line.written} ({judged}, {line.newest.origin}, {line.when[:10]})"
    return f"{text} {more}".rstrip(), [line.newest.id]


def _discussed(portrait: Portrait) -> Iterator[Line]:
    for each in portrait.discuss:
        quotes = [because.quote for because in each.because if because.quote]
        spoken = "; ".join(f'"{quote.text}", {quote.origin} {quote.said_at[:10]}' for quote in quotes)
        ids = [each.result.newest.id if each.result else None, each.medicine.id if each.medicine else None]
        yield f"{each.headline}. {spoken}".strip(), [*ids, *(quote.id for quote in quotes)]


def _side(side: Any) -> str:
    return f'"{side.text}" ({side.origin}{f", {side.at[:10]}" if side.at else ""})'


def _waiting(portrait: Portrait) -> Iterator[Line]:
    for flag in portrait.flags:
        yield f"{flag.level}: {flag.code}", [flag.id]
    for task in portrait.tasks:
        yield task.description, [task.id]


def _gaps(portrait: Portrait) -> Iterator[Line]:
    """Three states, each said in its own words."""
    words = {"denied": "they say it is not so", "unknown": "asked or looked for, not known"}
    for gap in portrait.gaps:
        state = words.get(gap.state, "not asked")
        yield f"{gap.topic}: {state}", [gap.quote.id if gap.quote else None]


def _section(title: str, code: Resource, lines: Sequence[Line], held: Mapping[str, Resource]) -> Resource:
    if not lines:
        nothing = concept(EMPTY, "unavailable", "Unavailable")  # nothing is recorded, which is not "none"
        text = _narrative([f"{title}: nothing is recorded. That does not mean there is none."])
        return {"title": title, "code": code, "text": text, "emptyReason": nothing}
    ids = dict.fromkeys(each for _, found in lines for each in found if each in held)
    return said(
        title=title, code=code, text=_narrative(text for text, _ in lines),
        entry=[reference(each) for each in ids if each],
    )  # fmt: skip


def _narrative(lines: Iterable[str]) -> Resource:
    items = "".join(f"<li>{escape(_storable(line))}</li>" for line in lines)
    return {"status": "generated", "div": f'<div xmlns="{XHTML}"><ul>{items}</ul></div>'}


def _storable(text: str) -> str:
    """XML has no room for control characters, whoever typed them."""
    return "".join(each for each in text if each >= " " or each in "\n\t")


def _reached(start: Resource, held: Mapping[str, Resource]) -> list[Resource]:
    """Everything the Composition leads to, and what that leads to: no reference points out of a document."""
    found: dict[str, Resource] = {}
    ahead = list(_references(start))
    while ahead:
        identifier = ahead.pop(0).removeprefix("urn:uuid:")
        if identifier in held and identifier not in found:
            found[identifier] = held[identifier]
            ahead += _references(held[identifier])
    return list(found.values())


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _references(each)
    elif isinstance(part, dict):
        if isinstance(part.get("reference"), str):
            yield part["reference"]
        for value in part.values():
            yield from _references(value)

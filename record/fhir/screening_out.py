"""Published forms out: Questionnaire, QuestionnaireResponse, coded answers and scores as Observations."""

from collections.abc import Sequence
from uuid import NAMESPACE_URL, uuid5

from clinical.screeners import Item, Option, Screener
from record.fhir.codes import CATEGORY, INTERPRETATION, LOINC, US_CORE_CATEGORY, concept, extension
from record.fhir.needs_out import response_id
from record.fhir.shape import Resource, reference, said
from record.screening import Answer, Screening

ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"


def resources(patient_id: str, caregiver: Resource, asked: Sequence[Screening]) -> list[Resource]:
    """Everything about the forms of one patient; `caregiver` is who answered for them."""
    forms = {screening.screener.id: screening.screener for screening in asked}
    found = [questionnaire(form) for form in forms.values()]
    for screening in asked:
        found.append(_response(patient_id, caregiver, screening))
        found += [
            _answered(patient_id, screening, answer, option)
            for answer in screening.answers
            for option in answer.options
        ]
        found += _score(patient_id, screening)
    return found


def questionnaire(form: Screener) -> Resource:
    """The form as it is asked, with its owner's notice."""
    return said(
        resourceType="Questionnaire",
        id=str(uuid5(NAMESPACE_URL, url(form))),
        url=url(form),
        title=form.title,
        status="active",
        subjectType=["Patient"],
        copyright=form.copyright,
        code=[_coding(form.loinc)] if form.loinc else [],
        item=[_question(item) for item in form.items],
    )


def url(form: Screener) -> str:
    return f"urn:kith:fhir:questionnaire:{form.id}"


def _question(item: Item) -> Resource:
    return said(
        linkId=item.id,
        code=[_coding(item.loinc)],
        text=" ".join(filter(None, (item.stem, item.text))),
        type="choice",
        repeats=item.repeats,
        answerOption=[{"valueCoding": _option(option)} for option in item.options],
    )


def _coding(code: str) -> Resource:
    return {"system": LOINC, "code": code}


def _option(option: Option) -> Resource:
    points = {"url": ORDINAL, "valueDecimal": option.value}
    return said(
        extension=[points] if option.value is not None else [],
        system=LOINC,
        code=option.code,
        display=option.text,
    )


def _response(patient_id: str, caregiver: Resource, screening: Screening) -> Resource:
    """Items not asked, because the answer was known, say so: not asked is neither no nor declined."""
    given: dict[str, list[Answer]] = {}
    for answer in screening.answers:
        given.setdefault(answer.item.id, []).append(answer)
    by_other = any(answer.origin == "told-by-caregiver" for answer in screening.answers)
    teller = caregiver if by_other else reference(patient_id)
    return said(
        resourceType="QuestionnaireResponse",
        id=response_id(screening),
        questionnaire=url(screening.screener),
        status="completed" if screening.whole else "in-progress",
        subject=reference(patient_id),
        authored=screening.at,
        author=reference(patient_id) if not by_other else None,
        source=teller if "reference" in teller else None,
        item=[_item(item, given.get(item.id, [])) for item in screening.screener.items],
    )


def _item(item: Item, answers: Sequence[Answer]) -> Resource:
    coded = [(option, answer) for answer in answers for option in answer.options]
    absent = next((answer.absent for answer in answers if answer.absent), "not-asked")
    return said(
        extension=[] if coded else [{"url": ABSENT, "valueCode": absent}],
        linkId=item.id,
        text=" ".join(filter(None, (item.stem, item.text))),
        answer=[_given(option, answer) for option, answer in coded],
    )


def _given(option: Option, answer: Answer) -> Resource:
    words = extension("quote", "String", answer.quote)
    return said(extension=[words] if answer.quote else [], valueCoding=_option(option))


def _answered(patient_id: str, screening: Screening, answer: Answer, option: Option) -> Resource:
    """A coded answer, as US Core and the SDOH Clinical Care guide have a screening response."""
    social = screening.screener.score is None
    return said(
        resourceType="Observation",
        id=str(uuid5(NAMESPACE_URL, f"urn:kith:fhir:answer:{answer.id}:{option.code}")),
        status="final",
        category=[concept(CATEGORY, "survey"), *([concept(US_CORE_CATEGORY, "sdoh")] if social else [])],
        code=concept(LOINC, answer.item.loinc) | {"text": answer.item.text},
        subject=reference(patient_id),
        effectiveDateTime=answer.at,
        valueCodeableConcept=concept(LOINC, option.code, option.text),
        derivedFrom=[reference(response_id(screening))],
    )


def _score(patient_id: str, screening: Screening) -> list[Resource]:
    """The total, only where every item was answered."""
    total, score = screening.total, screening.screener.score
    if total is None or score is None:
        return []
    return [
        said(
            resourceType="Observation",
            id=str(uuid5(NAMESPACE_URL, f"urn:kith:fhir:score:{response_id(screening)}")),
            status="final",
            category=[concept(CATEGORY, "survey")],
            code=(concept(LOINC, score.loinc) if score.loinc else {}) | {"text": score.text},
            subject=reference(patient_id),
            effectiveDateTime=screening.at,
            valueInteger=total.points,
            interpretation=[concept(INTERPRETATION, "POS" if total.positive else "NEG")],
            derivedFrom=[reference(response_id(screening))],
        )
    ]

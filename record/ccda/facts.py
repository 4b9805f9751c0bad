"""Problems and medicines of a C-CDA document: what a result's meaning may depend on."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element

from record.ccda.xml import code_of, codings, every, find, id_of, original, taken, time, words
from record.incoming import Coding, IncomingFact, Parcel

PROBLEM_STATUS = "33999-4"  # LOINC: Status
# SNOMED CT, value set 2.16.840.1.113883.3.88.12.80.68 (HITSP Problem Status)
PROBLEM_STATES = {"55561003": "active", "73425007": "inactive", "413322009": "resolved"}
# C-CDA 1.1 had every medicine "completed": without an end that says nothing.
MEDICINE_STATES = {
    "active": "active", "new": "active", "ordered": "active", "held": "on-hold", "suspended": "on-hold",
    "aborted": "stopped", "cancelled": "stopped",
}  # fmt: skip
_SEMANTIC_TAG = re.compile(r"\s*\((disorder|finding|situation|procedure|event)\)$")

Narrative = Mapping[str, Element]  # what the readable part of the document says, by the ids it has there


def narrative(root: Element) -> Narrative:
    """Every part of the readable text that has an id."""
    return {element.get("ID", ""): element for element in root.iter() if element.get("ID")}


def read_problems(parcel: Parcel, section: Element, read_aloud: Narrative) -> None:
    """Each problem, unless the document says that it is none."""
    number = 0
    for act in every(section, "entry", "act"):
        for observation in every(act, "entryRelationship", "observation"):
            number += 1
            where = f"problem {number}"
            if observation.get("negationInd") == "true":
                parcel.skip(where, "it says that there is none")
                continue
            _add(parcel, where, "condition", observation, find(observation, "value"), read_aloud,
                 _problem_status(act, observation, where))  # fmt: skip


def _problem_status(act: Element, observation: Element, where: str) -> str:
    for told in every(observation, "entryRelationship", "observation"):
        value = find(told, "value")
        if code_of(told) == PROBLEM_STATUS and value is not None:
            state = PROBLEM_STATES.get(value.get("code", ""))
            if state is not None:
                return state
    ended = time(find(observation, "effectiveTime", "high"), f"{where}/effectiveTime/high")
    status = find(act, "statusCode")
    done = status is not None and status.get("code") == "completed"
    return "resolved" if ended or done else "active"


def read_medicines(parcel: Parcel, section: Element, read_aloud: Narrative, as_of: str) -> None:
    """Each medicine, unless the document says that it is not given."""
    for number, given in enumerate(every(section, "entry", "substanceAdministration"), 1):
        where = f"medicine {number}"
        if given.get("negationInd") == "true":
            parcel.skip(where, "it says that it is not taken")
            continue
        code = find(given, "consumable", "manufacturedProduct", "manufacturedMaterial", "code")
        _add(parcel, where, "medication", given, code, read_aloud, _medicine_status(given, where, as_of))


def _medicine_status(given: Element, where: str, as_of: str) -> str:
    """Whether it is still taken on the day the document was made: an end may lie ahead."""
    ends = [time(find(when, "high"), f"{where}/effectiveTime/high") for when in every(given, "effectiveTime")]
    ended = any(end and end <= as_of for end in ends)
    status = find(given, "statusCode")
    state = MEDICINE_STATES.get(status.get("code", "") if status is not None else "", "unknown")
    return "completed" if ended and state in ("active", "unknown") else state


def _add(
    parcel: Parcel,
    where: str,
    kind: str,
    element: Element,
    code: Element | None,
    read_aloud: Narrative,
    status: str,
) -> None:
    coded = next(codings(code), Coding(None, None))
    text = original(code) or coded.display or _read_aloud(code, read_aloud) or coded.code
    if text is None:
        parcel.skip(where, "it does not say what it is")
        return
    text = _SEMANTIC_TAG.sub("", text)
    begun = taken(element, f"{where}/effectiveTime")
    parcel.facts.append(
        IncomingFact(
            where=where,
            patient="recordTarget",
            kind="condition" if kind == "condition" else "medication",
            source_key="|".join((kind, id_of(element), text, begun or "")),
            coding=coded,
            text=text,
            status=status,
            onset=begun if kind == "condition" else None,
        )
    )


def _read_aloud(code: Element | None, read_aloud: Narrative) -> str | None:
    """The words in the readable part that a code refers to."""
    reference = find(code, "originalText", "reference") if code is not None else None
    target = reference.get("value", "").removeprefix("#") if reference is not None else ""
    return words(read_aloud.get(target)) or None

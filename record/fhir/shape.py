"""The small shapes every exported resource is made of."""

import re
from typing import Any

_ZONE = re.compile(r"(Z|[+-]\d\d:\d\d)$")

Resource = dict[str, Any]


def entry(resource: Resource) -> Resource:
    """A Bundle entry; ids are UUIDs, so every reference in the Bundle resolves within it."""
    return {"fullUrl": address(resource["id"]), "resource": resource}


def address(identifier: str) -> str:
    return f"urn:uuid:{identifier}"


def reference(identifier: str) -> Resource:
    """A reference to another entry of the Bundle."""
    return {"reference": address(identifier)}


def said(**fields: Any) -> Resource:
    """The fields that have something to say: FHIR has no null and no empty list."""
    return {name: value for name, value in fields.items() if value not in (None, [], {}, "")}


def date_time(text: str | None) -> str | None:
    """A FHIR dateTime. A time without its zone is no instant anyone can compare: the date is kept."""
    if text is None or "T" not in text:
        return text
    zone = _ZONE.search(text)
    if zone is None:
        return text[:10]
    clock = text[: zone.start()]
    return f"{clock}:00{zone[1]}" if clock.count(":") == 1 else text

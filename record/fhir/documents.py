"""The JSON of a FHIR file, numbers kept digit for digit, and its shapes checked element by element."""

import json
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import ValidationError

from record.fhir import resources as fhir
from record.incoming import Malformed

Model = TypeVar("Model", bound=fhir.Part)


def documents(content: str) -> list[tuple[str, Any]]:
    """One JSON document, or one a line (NDJSON), each with where it stands."""
    try:
        return [("", _json(content))]
    except json.JSONDecodeError as whole:
        lines = [(number, line) for number, line in enumerate(content.splitlines(), 1) if line.strip()]
        if len(lines) < 2 or not all(line.lstrip().startswith("{") for _, line in lines):
            raise Malformed(f"line {whole.lineno} column {whole.colno}", f"not JSON: {whole.msg}") from whole
        return [(f"line {number}", _line(number, line)) for number, line in lines]


def check_resource(where: str, resource: Any) -> None:
    """Malformed unless it is a JSON object that says which resource it is."""
    if not isinstance(resource, dict):
        raise Malformed(where, "is not a FHIR resource (a JSON object is expected)")
    if not isinstance(resource.get("resourceType"), str):
        raise Malformed(path(where, "resourceType"), "is missing")


def shaped(model: type[Model], where: str, resource: dict[str, Any]) -> Model:
    """The resource as one of our models; Malformed names the first element that does not fit."""
    try:
        return model.model_validate(resource)
    except ValidationError as error:
        first = error.errors()[0]
        message = first["msg"].removeprefix("Value error, ")
        raise Malformed(path(where, *first["loc"]), message[0].lower() + message[1:]) from error


def path(where: str, *steps: str | int) -> str:
    """`path("entry[3].resource", "component", 1)` is `entry[3].resource.component[1]`."""
    for step in steps:
        where += f"[{step}]" if isinstance(step, int) else f".{step}" if where else str(step)
    return where


def _line(number: int, line: str) -> Any:
    try:
        return _json(line)
    except json.JSONDecodeError as error:
        raise Malformed(f"line {number} column {error.colno}", f"not JSON: {error.msg}") from error


def _json(text: str) -> Any:
    """JSON with numbers kept digit for digit: 4.40 says how exactly it was measured."""
    try:
        return json.loads(text, parse_float=Decimal, parse_constant=_no_constant)
    except (json.JSONDecodeError, Malformed):
        raise
    except (RecursionError, ValueError) as error:
        raise Malformed("", "not JSON that can be read: nested too deep or a number too long") from error


def _no_constant(constant: str) -> Any:
    raise Malformed("", f"not JSON: {constant} is not a number")

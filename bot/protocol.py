"""What the gateway may send and what an action must give back, checked before anything is believed."""

import json
from dataclasses import dataclass
from typing import Any

LONGEST_TEXT = 1600  # an SMS of ten segments; the gateway keeps the rest (docs/architecture.md)
LONGEST_ID = 200
LARGEST_BODY = 1_000_000


class Refused(Exception):
    """The request cannot be read; the message says what is wrong and quotes nothing."""


class NoAnswer(Exception):
    """The turn did not lead to exactly one payload."""


@dataclass(frozen=True)
class Incoming:
    """One message to be handled."""

    message_id: str
    conversation_id: str
    text: str
    metadata: dict[str, Any]


def incoming(body: bytes) -> Incoming:
    """The request's body as a message; Refused when it is not one."""
    if len(body) > LARGEST_BODY:
        raise Refused(f"the body is larger than {LARGEST_BODY} bytes")
    try:
        given = json.loads(body)
    except ValueError as error:
        raise Refused("the body is not JSON") from error
    if not isinstance(given, dict):
        raise Refused("the body must be a JSON object")
    metadata = given.get("metadata", {})
    if not isinstance(metadata, dict):
        raise Refused("metadata must be an object")
    if not isinstance(given.get("text"), str):
        raise Refused("text must be a string")
    return Incoming(_id(given, "message_id"), _id(given, "conversation_id"), plain(given["text"]), metadata)


def _id(given: dict[str, Any], name: str) -> str:
    value = given.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > LONGEST_ID or "\0" in value:
        raise Refused(f"{name} must be a string of 1 to {LONGEST_ID} characters")
    return value


def plain(text: str) -> str:
    """The text as words: Rasa obeys "/restart" and "/intent{...}", and a patient must not be able to."""
    kept = text.replace("\0", "")[:LONGEST_TEXT].lstrip("/ \t\r\n\ufeff\u200b\u00a0").rstrip()
    return kept.encode("utf-8", "replace").decode() or "?"


def payload(messages: list[dict[str, Any]] | None) -> dict[str, Any]:
    """The one payload of a turn; NoAnswer where an action failed, was not reached or said something else."""
    if messages is None or len(messages) != 1:
        raise NoAnswer(f"{len(messages or [])} messages instead of one payload")
    found = messages[0].get("custom")
    if not isinstance(found, dict) or found.get("kith") != 1:
        raise NoAnswer("the action's message is not a payload")
    if not all(isinstance(found.get(name), list) for name in ("replies", "proposals")):
        raise NoAnswer("the payload lacks replies or proposals")
    return found

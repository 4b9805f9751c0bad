"""Someone who writes for another: thanked, named, asked how they are; their voice is never the patient's."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from actions import journey
from actions.reply import Proposal, Reply, say
from actions.turn import Turn
from listening.stories import introduced
from listening.stories.types import Heard

ASKED = "caregiver-name"  # the open question
STRAIN = "carer"  # the story's question about the one who writes
SELF = "caregiver"  # whose a statement is that they make of themselves
NAMES_SELF = r"(?:my name is|my name's|i am|i'm|im|this is|it's|its|me llamo|soy)"
INTRODUCES = re.compile(rf"(?i:\b{NAMES_SELF})\s+([A-Z][a-z]{{1,20}})\b(?! (?:for|is|at|to)\b)")
BARE = re.compile(rf"\W*(?:{NAMES_SELF}\s+)?([^\W\d_][\w'-]{{1,20}})(?:\s+[\w'-]{{1,20}})?\W*", re.I)
FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|im|i've|ive|i'd|me|myself|my (?:own|job|boss|back|sleep|work|life|kids|house))\b", re.I
)
NO_NAME = {
    "no",
    "nope",
    "yes",
    "ok",
    "okay",
    "why",
    "skip",
    "later",
    "what",
    "nobody",
    "she",
    "he",
    "her",
    "his",
    "none",
    "hi",
    "hello",
    "thanks",
    "stop",
    "help",
}


def name_in(turn: Turn) -> str | None:
    """ "I'm Rosa, writing for my mother"; a bare name where it was just asked."""
    if turn.question == ASKED and not turn.hearing.items and turn.intent not in ("deny", "skip", "not_now"):
        bare = BARE.fullmatch(turn.text)
        if bare and bare[1].lower() not in NO_NAME:
            return bare[1].capitalize()
    found = INTRODUCES.search(turn.text)
    return found[1] if found else introduced(turn.text)


def proposals(turn: Turn, rows: Iterable[Proposal]) -> tuple[Proposal, ...]:
    """The message is theirs, by name; what they say of themselves is of them, not of the patient."""
    if not turn.speaks_for:
        return tuple(rows)
    name = name_in(turn) or turn.view.caregiver
    who = {"kind": "caregiver", "patient_is": turn.speaks_for[:64], **({"name": name} if name else {})}
    return (who, *(_of_whom(turn, row) for row in rows))


def _of_whom(turn: Turn, row: Proposal) -> dict[str, Any]:
    """ "I cry in the car" is the caregiver's, "she lives alone" the patient's, "my brother" another's."""
    if row["kind"] != "statement":
        return dict(row)
    own = row.get("subject") == "other" and FIRST_PERSON.search(str(row["quote"]))
    strain = row.get("code") == "caregiver-strain" or turn.question == STRAIN
    return {**row, "subject": SELF} if own or strain else dict(row)


def needs_name(turn: Turn) -> bool:
    """Once, when they first say for whom they write."""
    first = bool(turn.speaks_for) and not turn.slots.get("speaks_for")
    return first and turn.view.caregiver is None and name_in(turn) is None


def ask_name(turn: Turn, lead: Reply) -> Reply:
    line = turn.voice.small("caregiver", "ask_name")
    return journey.joined(lead, line, "caregiver").remembering(question=ASKED, offered=None)


def answers(turn: Turn) -> bool:
    """Whether the name that was asked for is what this message brings, or a wish not to give it."""
    return turn.question == ASKED and (
        name_in(turn) is not None or turn.intent in ("deny", "skip", "not_now")
    )


def answer(turn: Turn) -> Reply:
    name = name_in(turn)
    key = "thanks" if name else "no_name"
    reply = say(turn.voice.small("caregiver", key, **({"name": name} if name else {})), rule="caregiver")
    return journey.offer_story(turn, reply.remembering(question=None))


def own_matter(turn: Turn, items: Sequence[Heard]) -> Heard | None:
    """What the one who writes told of themselves: it is heard as theirs."""
    if not turn.speaks_for:
        return None
    own = (
        item for item in items if item.subject == "other" and item.category in ("stressor", "loss", "symptom")
    )
    return next((item for item in own if FIRST_PERSON.search(item.quote)), None)


def feels(turn: Turn) -> bool:
    """Whether a feeling heard is that of the one who writes."""
    felt = [item for item in turn.hearing.items if item.category == "feeling"]
    return any(item.subject == "other" and FIRST_PERSON.search(item.quote) for item in felt)

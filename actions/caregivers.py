"""Someone who writes for another: thanked, named, asked how they are; their voice is never the patient's."""

import re
from collections.abc import Iterable, Sequence
from typing import Any

from actions import journey, memory, writers
from actions.reply import Proposal, Reply, say
from actions.turn import Turn
from actions.welcome import closing
from listening.stories import alike, introduced, speaks_for, speaks_self
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
FEW = 4  # words of an answer to "who writes today?"
OTHERS = frozenset({"he", "she", "him", "her", "his", "hers", "el", "ella"})
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


def hands_back(turn: Turn) -> bool:
    """The one who was written for writes themselves now, and asks for nothing else in the same breath."""
    handed = bool(turn.slots.get("speaks_for")) and not turn.speaks_for
    asks = turn.results or turn.named or "?" in turn.text
    wants = turn.intent in ("ask_human", "delete_record") and len(turn.text.split()) > FEW  # "the patient"
    return handed and not asks and not wants


def presents(turn: Turn) -> bool:
    """ "This is Ana, I'm writing for my mother": Ana is no lab test, whatever it sounds like."""
    asks = turn.results or turn.named or "?" in turn.text
    return turn.intent == "ask_test" and not asks and introduced(turn.text) is not None


def unclear_who(turn: Turn) -> bool:
    """Days after someone wrote for the patient: a hello, or words of an "I" that may be either of them."""
    if not turn.speaks_for or turn.away < memory.BACK or not closing(turn):
        return False
    if speaks_for(turn.text) is not None or name_in(turn) is not None:
        return False
    said = set(re.findall(r"[a-z]+", turn.text.lower()))
    return not said & OTHERS and not any(alike(word, turn.speaks_for) for word in said)


def ask_who(turn: Turn, lead: Reply) -> Reply:
    """A daughter's words and her mother's are kept apart: where it may be either, one word settles it."""
    name = turn.view.caregiver
    line = turn.voice.small("caregiver", "who" if name else "who_unnamed", **({"name": name} if name else {}))
    return journey.joined(lead, line, "caregiver").remembering(question=None, offered=writers.ASKED)


def says_who(turn: Turn) -> bool:
    """What leaves it as it was: a word in answer to "who writes today?", or "it's me, not my mother"."""
    if not turn.speaks_for or not turn.slots.get("speaks_for") or turn.hearing.items or turn.results:
        return False
    asked = turn.slots.get("offered") == writers.ASKED and len(turn.text.split()) <= FEW
    again = (
        len(turn.text.split()) <= FEW and turn.view.caregiver and introduced(turn.text) == turn.view.caregiver
    )
    return asked or bool(again) or speaks_self(turn.text)


def is_of_the_writer(turn: Turn) -> bool:
    """Who writes is all it says: no line of anybody's story."""
    return not turn.hearing.items and (hands_back(turn) or says_who(turn))


def same_as_before(turn: Turn) -> Reply:
    reply = say(turn.voice.small("caregiver", "same"), rule="caregiver").remembering(offered=None)
    return journey.joined(reply, turn.voice.small("caregiver", "same_on"), "invite")


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

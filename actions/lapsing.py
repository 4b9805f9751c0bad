"""How long a question of yes or no stays open: a yes to one thing must never do another."""

from collections.abc import Mapping
from typing import Any

from actions import patience, sharing, story, writers
from actions.notes import correcting, taking_out
from actions.reply import Reply
from actions.resources import giving
from actions.tell import read_back
from actions.turn import Turn

# After these what was asked still stands: they ask about it, or bring no answer of their own.
ASIDE = {"ask_privacy", "ask_identity", "ask_help", "show_record", "more", "why", "thanks"}
ONE_ANSWER = {"delete", taking_out.ONE, correcting.CHANGE}  # the next message is the answer, or there is none
UNTIL_ANOTHER = {sharing.OFFERED, giving.OFFERED, read_back.OFFERED, writers.ASKED}
INVITES = {"invite", "offer"}


def over(turn: Turn, reply: Reply) -> Mapping[str, Any]:
    """The slots of what is over once this reply was given, where it says nothing of it itself.

    "Delete everything? YES or NO." "my dog is sick" "..." "yes": that yes takes nothing out.
    """
    asked = turn.slots.get("offered")
    aside = turn.intent in ASIDE or patience.is_silence(turn) or patience.is_puzzled(turn)
    if not asked or aside:
        return {}
    if asked == story.PERMISSION:  # who sits beside them may be another by now
        return {"offered": None, "question": None}
    if "offered" in reply.remember:
        return {}
    if asked in ONE_ANSWER:
        return {"offered": None, "pending": None}
    return {"offered": None} if asked in UNTIL_ANOTHER and asks(reply) else {}


def asks(reply: Reply) -> bool:
    """Whether a reply puts a question of its own, or invites to say more."""
    every = [sentence for each in reply.said for sentence in each.sentences]
    return any(each.rule in INVITES or each.text.rstrip().endswith("?") for each in every)

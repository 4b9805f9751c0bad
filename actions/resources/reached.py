""" "Did you reach them?": what is answered, kept in their own words."""

from typing import cast

from actions.reply import Reply, say
from actions.resources.asking import WORDS, holds
from actions.turn import Turn
from actions.voice import table
from clinical.folding import fold
from clinical.screeners.reading import clauses
from record import referrals

ASKED = "reached"  # what a yes then means, after the question was put a second time
BARE = {"affirm": "reached", "deny": "not-reached"}
PLAIN = ("tell", "affirm", "deny", "thanks", "correct_result", "not_now", "skip")
SHORT = 6  # words: a short answer that fits nothing is asked about once again


def answers(turn: Turn) -> bool:
    """Whether this message says what became of a number; a result or a question of their own goes first."""
    if not referrals.open_of(turn.view.referrals, turn.view.at) or turn.results or "?" in turn.text:
        return False
    if turn.screen_level != "none":
        return False
    if asked_last(turn):
        if told(turn.text) is not None:
            return True  # "nobody picked up" asks for no person, whatever it sounds like
        return turn.intent in BARE or (turn.intent in PLAIN and len(turn.text.split()) <= SHORT)
    return inside(turn.text) is not None and "them" in fold(turn.text).split()


def asked_last(turn: Turn) -> bool:
    """The question was the last thing said to them."""
    return turn.view.reached_asked or turn.slots.get("offered") == ASKED


def heard(turn: Turn) -> Reply:
    """What came of it stands in the record; what is not clear is asked once again."""
    status = outcome(turn)
    if status is None:
        once = turn.slots.get("offered") != ASKED
        line = turn.voice.line(WORDS, "reached", "which") if once else turn.voice.small("bare", "no")
        return say(line, rule="resources:which").remembering(offered=ASKED if once else None)
    told = {"kind": "referral_outcome", "status": status, "quote": turn.text}
    key = "told_team" if status == "not-reached" and turn.view.shared else status.replace("-", "_")
    line = turn.voice.line(WORDS, "reached", key)
    return say(line, rule=f"resources:{status}").proposing(told).remembering(offered=None)


def outcome(turn: Turn) -> str | None:
    """What the words say, else what a bare yes or no says."""
    return told(turn.text) or BARE.get(turn.intent)


def told(text: str) -> str | None:
    """`reached`, `not-reached`, `not-needed`; None where the words do not say."""
    found = {status for clause in clauses(text) if (status := _of_clause(clause))}
    found |= {status for status in (inside(text),) if status}
    if len(found) == 2 and "not-reached" in found and "reached" in found:
        return "not-reached"  # "yes I called, nobody picked up": they were not helped
    if "not-needed" in found:
        return "not-needed"
    return found.pop() if len(found) == 1 else None


def _of_clause(clause: str) -> str | None:
    rows = table(WORDS)["outcome"]
    return next((cast(str, row["status"]) for row in rows if clause in row["keywords"]), None)


def inside(text: str) -> str | None:
    """The outcome a longer answer tells; the less happy one where it tells two."""
    folded = fold(text)
    found = [row["status"] for row in table(WORDS)["outcome"] if holds(row["inside"], folded)]
    order = ("not-needed", "not-reached", "reached")
    return min(found, key=order.index, default=None)

"""The first words anyone gets: what Kith is, who watches, and whether it may keep what is told."""

from actions.notes import asking
from actions.reply import Reply, plain, say
from actions.turn import Turn
from record.sharing import RECORD, SHARE

POLICY = "policy"


def wanted(turn: Turn) -> bool:
    """Once, on first contact: consent was never asked."""
    return turn.view.consent is None and turn.question != "consent"


def around(turn: Turn, answer: Reply) -> Reply:
    """Who speaks, then the answer they came for, then the question of consent."""
    voice = turn.voice
    hello = plain(voice.small("welcome", "first"), rule="welcome")
    ask = plain(voice.small("welcome", "consent_policy" if by_policy(turn) else "consent"), rule="consent")
    said = () if turn.intent == "greet" else answer.said
    reply = Reply(
        (hello, *said, ask), answer.proposals, {**answer.remember, "question": "consent", "offered": None}
    )
    told = {"kind": "consent", "scope": SHARE, "status": POLICY}
    return reply.proposing(told) if by_policy(turn) else reply


def by_policy(turn: Turn) -> bool:
    """Whether this clinic's team reads what is told from the start; the patient is told so at once."""
    return turn.voice.clinic.sharing == POLICY


def refused(turn: Turn) -> bool:
    """ "i dont want you writing that down": a no, whatever else it might be taken for."""
    return turn.question == "consent" and asking.search("keep_no_notes", turn.text) is not None


def answered(turn: Turn, yes: bool) -> Reply:
    """Kept with the message it came from. After a no nothing told stays; either way the person can go on."""
    key = ("yes" if yes else "no") + ("_policy" if yes and by_policy(turn) else "")
    reply = say(turn.voice.small("welcome", f"consent_{key}"), rule="consent").remembering(question=None)
    kept = {"kind": "consent", "scope": RECORD, "status": "active" if yes else "rejected"}
    if yes:
        return reply.proposing(kept)
    hidden = {"kind": "consent", "scope": SHARE, "status": "rejected"}
    return reply.proposing(kept, hidden, {"kind": "retract", "what": "all"})


def closing(turn: Turn) -> bool:
    """Whether a reply may end with a question of its own: never while consent is open."""
    return turn.view.consent is not None and turn.screen_level not in ("ask", "soon")

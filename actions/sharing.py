"""Showing the care team what was told: asked once something weighs, done on a yes, ended on a word."""

from datetime import datetime, timedelta

from actions import journey
from actions.reply import Reply, say
from actions.turn import Turn
from record.sharing import SHARE

OFFERED = "share"  # what a yes then means
AGAIN = timedelta(days=7)  # asked or refused, it is not asked again for this long (docs/dialogue.md)


def may_ask(turn: Turn) -> bool:
    """Something is kept that the team cannot see, and they were not asked lately."""
    view = turn.view
    if view.consent != "active" or view.shared or turn.slots.get("quiet"):
        return False
    if view.sharing is None:
        return True
    return datetime.fromisoformat(view.at) - datetime.fromisoformat(view.sharing.at) >= AGAIN


def ask(turn: Turn, lead: Reply) -> Reply:
    """The question at the end of what was just said; that it was put stands in the record."""
    line = turn.voice.small("share", "ask")
    return journey.joined(lead, line, "share").proposing(_row("asked")).remembering(offered=OFFERED)


def answered(turn: Turn, yes: bool) -> Reply:
    """A yes shows everything told and to come; a no is remembered for days."""
    reply = say(turn.voice.small("share", "yes" if yes else "no"), rule="share").remembering(offered=None)
    return reply.proposing(_row("active" if yes else "rejected"))


def start(turn: Turn) -> Reply:
    """SHARE, or "you can tell my doctor": a yes without having been asked."""
    if turn.view.shared:
        return say(turn.voice.small("share", "already"), rule="share")
    return answered(turn, yes=True)


def stop(turn: Turn) -> Reply:
    """PRIVATE, or "stop sharing": from now on the team sees signs of danger alone."""
    reply = say(turn.voice.small("share", "stopped" if turn.view.shared else "not_shared"), rule="share")
    return reply.proposing(_row("rejected")).remembering(offered=None)


def _row(status: str) -> dict[str, str]:
    return {"kind": "consent", "scope": SHARE, "status": status}

"""The first words anyone gets: what Kith is, who watches, and whether it may keep what is told."""

from actions.reply import Reply, plain
from actions.turn import Turn


def wanted(turn: Turn) -> bool:
    """Once, on first contact: consent was never asked."""
    return turn.view.consent is None and turn.question != "consent"


def around(turn: Turn, answer: Reply) -> Reply:
    """Who speaks, then the answer they came for, then the question of consent."""
    voice = turn.voice
    hello = plain(voice.small("welcome", "first"), rule="welcome")
    ask = plain(voice.small("welcome", "consent"), rule="consent")
    said = () if turn.intent == "greet" else answer.said
    return Reply(
        (hello, *said, ask), answer.proposals, {**answer.remember, "question": "consent", "offered": None}
    )


def closing(turn: Turn) -> bool:
    """Whether a reply may end with a question of its own: never while consent is open."""
    return turn.view.consent is not None and turn.screen_level not in ("ask", "soon")

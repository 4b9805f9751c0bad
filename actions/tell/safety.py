"""Safety at home: asked only of someone who is alone and says it may be asked; a no is never just noted."""

from actions import journey, story
from actions.proposing import story_statement
from actions.reply import Reply, say
from actions.turn import Turn

ITEM = "safe"
CODE = "unsafe-at-home"


def permitted(turn: Turn, yes: bool) -> Reply:
    """Yes: the question itself. No: it is left, and not asked again for days."""
    item = story.find(turn.question)
    if item is None:
        return say(turn.voice.line("story", "safe", "not_asked"), rule="story:skip").remembering(offered=None)
    question = item.asked_of(turn)
    if yes and question:
        return journey.ask(turn, Reply(), item, question)
    left = {"kind": "story_item", "item": item.id, "status": "not-now"}
    lead = say(turn.voice.line("story", "safe", "not_asked"), rule="story:skip").proposing(left)
    return journey.ask_next(turn, lead, just_closed=item.id)


def unsafe(turn: Turn, item: story.Item) -> Reply:
    """A person hears of it today, whatever was said of sharing; no further question follows."""
    words = story_statement(turn, item.id, item.category)
    return (
        say(turn.voice.line("story", "safe", "unsafe"), rule="story:safe")
        .proposing(
            {"kind": "story_item", "item": item.id, "status": "answered", "quote": turn.text},
            words,
            {"kind": "flag", "level": "soon", "code": CODE, "quote": turn.text, "rule": "story:safe"},
            {"kind": "task", "code": CODE, "priority": "asap", "quote": turn.text,
             "description": "Asked if they feel safe at home, they said no. Call when they can talk alone."},
        )
        .remembering(question=None, offered=None)
    )  # fmt: skip

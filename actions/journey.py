"""The story's next step, shared by every action that may go on with it."""

from actions import story
from actions.reply import Reply, plain, say
from actions.screening import offering
from actions.tell import read_back
from actions.turn import Turn
from actions.voice import sentences
from actions.welcome import closing

INVITED_AGAIN = 8  # of their messages


def ask_next(turn: Turn, lead: Reply, just_closed: str | None = None) -> Reply:
    """`lead`, then the next question of the story; after the last one, what was heard is read back."""
    item = story.next_item(turn, just_closed)
    form = offering.offer(turn, item, just_closed)
    if form is not None:
        return following(lead, form)
    if item is None:
        return read_back.after(turn, lead)
    if item.part == "life" and not story.begun(turn.view, "life"):
        lead = joined(lead, turn.voice.line("story", "begin", "daily"), "story")
    if item.id == "team":
        lead = joined(lead, turn.voice.line("story", "begin", "almost"), "story")
    return ask(turn, lead, item, item.permission or item.asked_of(turn) or "")


def ask(turn: Turn, lead: Reply, item: story.Item, words: str) -> Reply:
    """The item stands open; a hard one only asks first whether it may be asked."""
    offered = story.PERMISSION if words == item.permission else None
    return (
        joined(lead, words, f"story:{item.id}")
        .proposing({"kind": "story_item", "item": item.id, "status": "asked"})
        .remembering(question=item.id, offered=offered)
    )


def following(lead: Reply, offer: Reply) -> Reply:
    """An offer of one message as the end of the lead, with all it brings."""
    (said,) = offer.said
    reply = joined(lead, said.text, said.sentences[0].rule)
    return Reply(reply.said, (*reply.proposals, *offer.proposals), {**reply.remember, **offer.remember})


def joined(lead: Reply, line: str, rule: str) -> Reply:
    """The line as the end of the lead's last message: one text, not two."""
    extra = plain(line, rule=rule)
    if not lead.said:
        return Reply((extra,)).and_then(lead)
    last = lead.said[-1]
    merged = type(last)(last.sentences + extra.sentences, last.about, last.card)
    return Reply((*lead.said[:-1], merged), lead.proposals, lead.remember)


def back_to_story(turn: Turn, reply: Reply) -> Reply:
    """After a question in the middle of the story was answered, the open question is offered again."""
    item = story.find(turn.question)
    if item is None or not closing(turn) or turn.slots.get("offered") == story.PERMISSION:
        return reply
    line = turn.voice.line("story", "begin", "return", question=sentences(item.asked_of(turn) or "-")[0])
    return reply.and_then(say(line, rule=f"story:{item.id}"))


def offer_story(turn: Turn, reply: Reply, *, anew: bool = False) -> Reply:
    """The offer of a few questions, where some are left; who did not take it up is left alone for a while.

    `anew`: what they just said opens the way for it once more.
    """
    another = turn.slots.get("speaks_for") != turn.speaks_for  # holds the phone now, and was not asked
    invited = None if anew or another else turn.slots.get("invited")
    lately = invited is not None and turn.voice.turn - int(invited) < INVITED_AGAIN
    offered = lately or turn.slots.get("offered") == "story" or turn.slots.get("quiet")
    if offered or not closing(turn) or story.next_item(turn) is None:
        return reply
    return joined(reply, turn.voice.line("reflections", "closing", "offer"), "offer").remembering(
        offered="story", invited=turn.voice.turn
    )


def advice(turn: Turn) -> Reply:
    """Not a dose, not a treatment: the question is saved for those who know the person."""
    lines = [turn.voice.small("advice", "plain"), turn.voice.small("advice", "call")]
    saved = {"kind": "statement", "category": "question", "code": None, "quote": turn.text, "start": 0,
             "end": len(turn.text), "origin": "told", "rule": "asks-advice"}  # fmt: skip
    return say(*lines, rule="advice").proposing(saved)

"""A plain yes or no, or as good as one, to a question of the story."""

import re

from actions import journey, patience, story
from actions.hearing_out import answer_rows
from actions.phrasebook import says
from actions.reply import Reply, say
from actions.tell import safety
from actions.turn import Turn
from actions.voice import sentences, table

BARE = 2  # words of a yes with nothing in it
FEW = 4  # words of a yes that is said in other words: "sometimes, yes"


def said_otherwise(turn: Turn) -> story.Item | None:
    """The open question, where "sometimes" or "a lot" answers it."""
    item = story.find(turn.question)
    if item is None or turn.slots.get("offered") or turn.intent in ("affirm", "deny"):
        return None  # something else was asked after it, or the words are plain
    few = len(turn.text.split()) <= FEW and not turn.hearing.items
    return item if few and says("often", turn.text) and not patience.is_unsure(turn) else None


CLEAR = frozenset({"yes", "y", "yea", "yeah", "yep", "yup", "si", "often", "sometimes", "always"})


def answered(turn: Turn, item: story.Item, yes: bool) -> Reply:
    """Kept as the answer, and for what it tells or denies; then the next question.

    "it's fine" to "do you often feel alone?" is no yes: no need is made of it.
    """
    if (
        yes
        and item.yes
        and not (set(re.findall(r"[a-z]+", turn.text.lower())) & CLEAR or says("often", turn.text))
    ):
        words = say(turn.voice.line("story", "patience", "thanks"), rule="reflect")
        return plainly(turn, words, item)
    if yes and begins_only(turn, item):
        return patience.go_ahead(turn)
    if item.id == safety.ITEM and not yes:
        return safety.unsafe(turn, item)
    closed = {"kind": "story_item", "item": item.id, "status": "answered", "quote": turn.text}
    lead = say(met(turn, item, yes), rule="reflect").proposing(closed, *answer_rows(turn, item, yes))
    return journey.ask_next(turn, lead, just_closed=item.id)


def begins_only(turn: Turn, item: story.Item) -> bool:
    """A bare "sure" to a question that no yes can answer, the first time it comes."""
    bare = len(turn.text.split()) <= BARE and not turn.hearing.items
    said = {each for line in table("story")["patience"]["listening"] for each in sentences(line)}
    return item.yes is None and item.id != safety.ITEM and bare and not said & turn.voice.last


def plainly(turn: Turn, lead: Reply, item: story.Item) -> Reply:
    """An answer that says neither yes nor no."""
    closed = {"kind": "story_item", "item": item.id, "status": "answered", "quote": turn.text}
    return journey.ask_next(turn, lead.proposing(closed, *answer_rows(turn, item)), just_closed=item.id)


def met(turn: Turn, item: story.Item, yes: bool) -> str:
    """A need that was just said yes to is not met with "thank you"."""
    if item.yes and yes and turn.speaks_for:
        return turn.voice.line("reflections", "other", "stressor", who=turn.speaks_for)
    if item.yes and yes:
        return turn.voice.line("reflections", "stressor", item.yes)
    if item.yes or (item.id == safety.ITEM and yes):
        return turn.voice.line("story", "patience", "glad")
    return turn.voice.line("story", "patience", "thanks")

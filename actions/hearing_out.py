"""A person heard out: feeling and what weighs most reflected, then the story goes on or room is left."""

from collections.abc import Sequence

from actions import journey, sharing, story
from actions.named_tests import explain_test
from actions.phrasebook import says
from actions.proposing import STORY_WORDS, story_statement
from actions.reply import Reply, plain
from actions.room import Room
from actions.turn import Turn
from actions.voice import table
from actions.welcome import closing
from listening.stories.types import Heard

# What is reflected first when a message holds several things.
ORDER = ("loss", "stressor", "medicine", "barrier", "symptom", "worry", "goal", "strength")

TOLD = ("stressor", "loss", "worry", "goal", "strength", "feeling")


def listen(room: Room, turn: Turn) -> Reply:
    """A lab result or a question about a test is answered; everything else is heard."""
    if turn.results:
        return journey.back_to_story(turn, room.explainer.explain(turn))
    if asks_of_a_test(turn) or asks_of_labs(room, turn):
        return journey.back_to_story(turn, explain_test(room, turn))
    lead = Reply((plain(*reflection(turn), rule="reflect"),)) if reflection(turn) else Reply()
    item = story.find(turn.question)
    if item is not None and closing(turn):
        return answered(turn, lead, item)
    return go_on(turn, lead)


def asks_of_a_test(turn: Turn) -> bool:
    """A test named in a question is asked about; named in the middle of a story it is part of the story."""
    if "?" in turn.text:
        return bool(turn.named)
    in_story = story.find(turn.question) is not None
    return bool(turn.named) and not in_story and not any(item.category in TOLD for item in turn.hearing.items)


def asks_of_labs(room: Room, turn: Turn) -> bool:
    """ "the blood test for my liver, is 72 bad?": no test we know by name, but one found by meaning."""
    return "?" in turn.text and says("lab_words", turn.text) and bool(room.library.search(turn.text, k=1))


def answered(turn: Turn, lead: Reply, item: story.Item) -> Reply:
    """The open question has its answer; the next one follows."""
    closed = {"kind": "story_item", "item": item.id, "status": "answered", "quote": turn.text}
    words = story_statement(turn, item.id, item.category)
    return journey.ask_next(turn, lead.proposing(closed, words), just_closed=item.id)


def go_on(turn: Turn, lead: Reply) -> Reply:
    """No question is open: say what happens with the words, and leave room for more."""
    lines = []
    if turn.screen_level == "soon":
        lines.append(turn.voice.line("reflections", "soon", "call"))
    if turn.screen_level == "ask":
        return lead
    told = len(turn.text.split()) >= STORY_WORDS and turn.view.consent == "active" and weighs(turn)
    if told and turn.view.shared:
        lines.append(turn.voice.line("reflections", "saved", "any"))
    reply = lead
    for line in lines:
        reply = journey.joined(reply, line, "saved")
    if not closing(turn):
        return reply
    if told and sharing.may_ask(turn):
        return sharing.ask(turn, reply)
    offered = journey.offer_story(turn, reply)
    if offered is not reply:
        return offered
    return journey.joined(reply, turn.voice.line("reflections", "closing", "invite"), "invite")


def weighs(turn: Turn) -> bool:
    """Worth saying that it is written down; said of everything, it would sound like a form."""
    main = heaviest(turn.hearing.items)
    return main is not None and main.category in ("loss", "stressor", "medicine", "barrier", "worry", "goal")


def reflection(turn: Turn) -> list[str]:
    """Feeling first, then the one thing that weighs most; never a judgement, never advice."""
    lines = []
    if turn.speaks_for and not turn.slots.get("speaks_for"):
        lines.append(turn.voice.line("reflections", "caregiver", "thanks", who=turn.speaks_for))
    if turn.hearing.feeling:
        lines.append(turn.voice.line("feelings", turn.hearing.feeling))
    main = heaviest(turn.hearing.items)
    if main is not None:
        lines.append(line_for(turn, main))
    elif not lines:
        lines.append(turn.voice.line("reflections", "none", "any"))
    return list(dict.fromkeys(line for line in lines if line))


def heaviest(items: Sequence[Heard]) -> Heard | None:
    """The one matter to reflect, of those true of the person now."""
    live = [item for item in items if item.counts and item.category in ORDER]
    return min(live, key=lambda item: ORDER.index(item.category), default=None)


def line_for(turn: Turn, item: Heard) -> str:
    by_code = table("reflections")[item.category]
    return turn.voice.line("reflections", item.category, item.code if item.code in by_code else "any")

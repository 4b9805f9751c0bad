"""A person heard out: feeling and what weighs most reflected, then the story goes on or room is left."""

from collections.abc import Sequence
from dataclasses import replace

from actions import caregivers, journey, medicines, memory, own_words, patience, sharing, story
from actions.named_tests import explain_test
from actions.phrasebook import says
from actions.proposing import STORY_WORDS, story_statement
from actions.reply import Proposal, Reply, plain
from actions.room import Room
from actions.turn import Turn
from actions.voice import table
from actions.welcome import closing
from listening.stories.types import Heard

# What is reflected first when a message holds several things.
ORDER = ("loss", "stressor", "medicine", "barrier", "symptom", "worry", "goal", "strength")

TOLD = ("stressor", "loss", "worry", "goal", "strength", "feeling", "medicine", "barrier")


def listen(room: Room, turn: Turn) -> Reply:
    """A lab result or a question about a test is answered; everything else is heard."""
    if turn.results:
        return journey.back_to_story(turn, room.explainer.explain(turn))
    if asks_of_a_test(turn) or asks_of_labs(room, turn):
        return journey.back_to_story(turn, explain_test(room, turn))
    item = story.find(turn.question)
    lines = reflection(turn)
    lead = Reply((plain(*lines, rule="reflect"),)) if lines else Reply()
    if caregivers.needs_name(turn) and closing(turn):
        return caregivers.ask_name(turn, lead)
    if item is None or not closing(turn) or patience.is_silence(turn):
        return go_on(turn, lead)
    if turn.slots.get("offered") == story.PERMISSION:
        return unasked(turn, lead, item)
    return answered(turn, lead, item)


def unasked(turn: Turn, lead: Reply, item: story.Item) -> Reply:
    """Whether it may be asked was not answered: it is left for days, and the story goes on."""
    if grieves(turn) or not lead.said:
        return go_on(turn, lead)
    left = {"kind": "story_item", "item": item.id, "status": "not-now"}
    return journey.ask_next(turn, lead.proposing(left), just_closed=item.id)


def asks_of_a_test(turn: Turn) -> bool:
    """A test named in a question is asked about; named in the middle of a story it is part of the story."""
    if "?" in turn.text:
        return bool(turn.named)
    if story.find(turn.question) is not None or medicines.goes_without(turn):
        return False
    return bool(turn.named) and not any(item.category in TOLD for item in turn.hearing.items)


def asks_of_labs(room: Room, turn: Turn) -> bool:
    """ "the blood test for my liver, is 72 bad?": no test we know by name, but one found by meaning."""
    return "?" in turn.text and says("lab_words", turn.text) and bool(room.library.search(turn.text, k=1))


def answered(turn: Turn, lead: Reply, item: story.Item) -> Reply:
    """The open question has its answer; the next one follows, but for a loss, which is stayed with."""
    unsure = patience.is_unsure(turn)
    closed = {"kind": "story_item", "item": item.id, "status": "declined" if unsure else "answered",
              "quote": turn.text}  # fmt: skip
    lead = lead.proposing(closed, *answer_rows(turn, item))
    if grieves(turn):
        return stay(turn, lead)
    return journey.ask_next(turn, lead, just_closed=item.id)


def answer_rows(turn: Turn, item: story.Item, yes: bool | None = None) -> tuple[Proposal, ...]:
    """The words as the item's answer; to a question of yes or no also what it tells or denies."""
    if patience.is_unsure(turn):
        return ()
    if yes is None and len(turn.text.split()) <= STORY_WORDS and says("often", turn.text):
        yes = True
    words = story_statement(turn, item.id, item.category)
    if item.yes is None or yes is None or any(each.code == item.yes for each in turn.hearing.items):
        return (words,)
    told = {"category": "stressor", "code": item.yes, "polarity": "affirmed" if yes else "negated"}
    return ({**words, **told, "rule": f"story:{item.id}"},)


def grieves(turn: Turn) -> bool:
    """A loss told in this message, their own."""
    return any(is_loss(item) and item.counts for item in turn.hearing.items)


def is_loss(item: Heard) -> bool:
    """A death, a bad diagnosis, or the grief for one; not a grief that was only read between the lines."""
    return item.category == "loss" or (item.code == "grief" and item.origin != "inferred")


def stay(turn: Turn, lead: Reply) -> Reply:
    """No question after a death: room, and nothing that wants an answer."""
    line = turn.voice.line("story", "loss", "stay")
    return journey.joined(lead, line, "loss").remembering(question=None, offered=None)


def go_on(turn: Turn, lead: Reply) -> Reply:
    """No question is open: say what happens with the words, and leave room for more."""
    if turn.screen_level == "ask":
        return replace(lead, said=())  # the one direct question stands alone
    reply = lead
    today = turn.screen_level == "soon" or medicines.is_pressing(turn)
    if today:
        reply = journey.joined(reply, turn.voice.line("reflections", "soon", "call"), medicines.SAID)
    if today or not closing(turn) or patience.is_silence(turn):
        return reply
    if grieves(turn):
        return stay(turn, reply)
    if caregivers.unclear_who(turn):
        return caregivers.ask_who(turn, reply)
    told = len(turn.text.split()) >= STORY_WORDS and turn.view.consent == "active" and weighs(turn)
    if told and turn.view.shared:
        reply = journey.joined(reply, turn.voice.line("reflections", "saved", "any"), "saved")
    if told and sharing.may_ask(turn) and not memory.mourns(turn):
        return sharing.ask(turn, reply)
    if memory.is_back(turn) and not turn.slots.get("quiet"):
        return memory.pick_up(turn, reply)
    offered = reply if memory.mourns(turn) else journey.offer_story(turn, reply)
    if offered is not reply:
        return offered
    return journey.joined(reply, turn.voice.line("reflections", "closing", "invite"), "invite")


def weighs(turn: Turn) -> bool:
    """Worth saying that it is written down; said of everything, it would sound like a form."""
    main = heaviest([item for item in turn.hearing.items if sure(turn, item)])
    return main is not None and main.category in ("loss", "stressor", "medicine", "barrier", "worry", "goal")


def reflection(turn: Turn) -> list[str]:
    """Feeling first, then the one thing that weighs most; never a judgement, never advice."""
    lines: list[str | None] = []
    if caregivers.hands_back(turn):
        lines.append(turn.voice.small("own_voice", "welcome"))
    if turn.speaks_for and not turn.slots.get("speaks_for"):
        lines.append(turn.voice.line("reflections", "caregiver", "thanks", who=turn.speaks_for))
    items = [item for item in turn.hearing.items if sure(turn, item)]
    main = heaviest(items)
    own = caregivers.own_matter(turn, items) if main is None else None
    if turn.hearing.feeling and not (main and is_loss(main)):  # the loss names it better
        lines.append(feeling(turn, turn.hearing.feeling))
    if main is not None:
        lines.append(line_for(turn, main))
    elif own is not None and own.category == "symptom" and turn.question == caregivers.STRAIN:
        lines.append(turn.voice.line("reflections", "stressor", "caregiver-strain"))
    elif own is not None:
        lines.append(line_of(turn, own))
    elif not lines:
        lines.append(
            patience.line(turn) or _of_other(turn) or _answered(turn) or _own_word(turn) or _heard(turn)
        )
    return list(dict.fromkeys(line for line in lines if line))


def _of_other(turn: Turn) -> str | None:
    """ "her church" is not "your church"."""
    if not turn.speaks_for or len(turn.text.split()) < STORY_WORDS:
        return None
    return turn.voice.line("reflections", "other", "heard", who=turn.speaks_for)


def _answered(turn: Turn) -> str | None:
    """ "losing my foot", asked what worries them: a worry, whatever its words."""
    asked = turn.question or ""
    known = asked in table("reflections")["answer"] and not turn.speaks_for
    if not known or len(turn.text.split()) < STORY_WORDS:
        return None
    return turn.voice.line("reflections", "answer", asked)


def _own_word(turn: Turn) -> str | None:
    return own_words.line(turn.voice, "none", "", turn.text) if not turn.speaks_for else None


def sure(turn: Turn, item: Heard) -> bool:
    """A need read between the lines is said back only in the person's own word: else it may be mistaken."""
    return item.origin != "inferred" or bool(own_words.line(turn.voice, item.category, item.code, item.quote))


def feeling(turn: Turn, name: str) -> str:
    """Of whoever feels it: a daughter who tells of her mother's shame is not told that she was brave."""
    theirs = turn.speaks_for and not caregivers.feels(turn)
    if theirs:
        return turn.voice.line("reflections", "other", "feeling", who=turn.speaks_for or "")
    return turn.voice.line("feelings", name)


def _heard(turn: Turn) -> str:
    """A few words are met with a few; "thank you for telling me" after each would sound like a form."""
    if len(turn.text.split()) < STORY_WORDS and story.find(turn.question) is not None:
        return turn.voice.line("story", "patience", "thanks")
    return turn.voice.line("reflections", "none", "mourning" if memory.mourns(turn) else "any")


def heaviest(items: Sequence[Heard]) -> Heard | None:
    """The one matter to reflect, of those true of the person now."""
    live = [item for item in items if item.counts and item.category in ORDER]
    return min(live, key=lambda item: ORDER.index(item.category), default=None)


def line_for(turn: Turn, item: Heard) -> str:
    """With a word of their own where one can stand alone; a caregiver hears of whom they write for."""
    if turn.speaks_for and item.code != "caregiver-strain" and item.category != "loss":
        lines = table("reflections")["other"]
        key = item.category if item.category in lines else "any"
        return turn.voice.line("reflections", "other", key, who=turn.speaks_for)
    return line_of(turn, item)


def line_of(turn: Turn, item: Heard) -> str:
    own = own_words.line(turn.voice, item.category, item.code, item.quote)
    if own is not None:
        return own
    by_code = table("reflections")[item.category]
    return turn.voice.line("reflections", item.category, item.code if item.code in by_code else "any")

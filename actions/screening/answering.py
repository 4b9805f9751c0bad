"""What is said while a form is open: an answer, a pass, or something else, which always goes first."""

from collections.abc import Callable
from dataclasses import replace

from actions import journey
from actions.explain.teach_back import safe
from actions.notes.correcting import replaced
from actions.reply import Proposal, Reply, Said, say
from actions.screening.asking import THANKS, ask, go_on, with_lead
from actions.screening.offering import WORDS, grieving, to_ask
from actions.screening.state import OFFERED, Round
from actions.turn import Turn
from clinical.screeners import Item, Reading, read
from clinical.wording import Sentence

REMINDERS = 2  # an item nobody comes back to is not asked after for ever
SHORT = 4  # words: a short word that fits no answer is asked about again
STOPS = ("not_now", "enough")
LEAVES = ("delete_record", "ask_human", "goodbye", "begin_story", "resume")  # no question follows these
ANSWERS = ("tell", "affirm", "deny", "thanks", "more", "greet", "ask_test", "joke")
ASKS_TOO = {"offer", "invite", "saved"}  # what a listening answer adds; one question at a time


def around(turn: Turn, answer: Callable[[], Reply]) -> Reply:
    """The turn's answer where a form is open; `answer` is what would be said without it."""
    state = Round.of(turn)
    if state is None:
        return answer()
    if not safe(turn) or grieving(turn) or turn.intent in STOPS:
        return put_away(answer(), state)
    if state.stage == "permission":
        return permitted(turn, state, answer)
    return answered(turn, state, answer)


def put_away(reply: Reply, state: Round) -> Reply:
    """Not now: nothing of it is asked for days."""
    later = {"kind": "story_item", "item": state.form.id, "status": "not-now"}
    return reply.proposing(later).remembering(screening=None)


def permitted(turn: Turn, state: Round, answer: Callable[[], Reply]) -> Reply:
    """A yes begins, a no is a no; anything else is answered, and the question stands once more."""
    if turn.slots.get("offered") == OFFERED:
        if turn.intent == "affirm":
            left = to_ask(turn, state.form)
            begun = replace(state, stage="asking", left=left, reminded=0)
            return ask(turn, say(turn.voice.line(WORDS, "begin", "yes"), rule="screening"), begun)
        if turn.intent in ("deny", "skip"):
            no = {"kind": "story_item", "item": state.form.id, "status": "declined"}
            lead = say(turn.voice.line(WORDS, "begin", "no"), rule="screening").proposing(no)
            return journey.ask_next(turn, lead.remembering(screening=None), just_closed=state.form.id)
    reply = without_questions(answer())
    if turn.intent in LEAVES or asks_something(reply) or state.reminded:
        return put_away(reply, state)
    line = Sentence(turn.voice.line(WORDS, "begin", "still"), "screening")
    again = replace(state, reminded=1).slot(turn.view.at)
    return with_lead(reply, [line]).remembering(question=None, offered=OFFERED, screening=again)


def answered(turn: Turn, state: Round, answer: Callable[[], Reply]) -> Reply:
    """An answer is kept as its code; a pass is a pass; a number, a question or a trouble is met first."""
    item = state.item
    if item is None:
        return answer().remembering(screening=None)
    if replaced(turn) is not None:  # "no, two jobs, not three": that "no" says nothing of the item
        return come_back(turn, state, item, without_questions(answer()))
    reading = read(item, turn.text) if not turn.results and "?" not in turn.text else Reading()
    if reading.sure:
        given = {**state.given, item.id: reading.codes}
        lead = thanks(turn).proposing(*rows(turn, state, item, codes=reading.codes))
        return go_on(turn, lead, replace(state, given=given))
    if turn.intent == "skip":
        lead = say(turn.voice.line(WORDS, "skipped", "any"), rule="screening:skip")
        return go_on(turn, lead.proposing(*rows(turn, state, item, absent="asked-declined")), state)
    if (
        turn.intent in ANSWERS
        and not turn.results
        and "?" not in turn.text
        and len(turn.text.split()) <= SHORT
    ):
        return unclear(
            turn, state, item, say(turn.voice.line(WORDS, "again", "once"), rule="screening:again")
        )
    return come_back(turn, state, item, without_questions(answer()))


def unclear(turn: Turn, state: Round, item: Item, lead: Reply) -> Reply:
    """Asked once again with the answers; then it is kept in their own words, without a code."""
    if not state.again:
        return ask(turn, lead, replace(state, again=True))
    lead = say(turn.voice.line(WORDS, "again", "own_words"), rule="screening:again")
    return go_on(turn, lead.proposing(*rows(turn, state, item, absent="asked-unknown")), state)


def come_back(turn: Turn, state: Round, item: Item, reply: Reply) -> Reply:
    """After something else was answered, the open item is asked again: twice at most, and never on top."""
    if turn.intent in LEAVES or asks_something(reply):
        return reply.remembering(screening=state.slot(turn.view.at))
    if state.reminded >= REMINDERS:
        return put_away(reply, state)
    line = Sentence(turn.voice.line(WORDS, "again", "back"), "screening:back")
    apart = Reply((*reply.said, Said((line,))), reply.proposals, reply.remember)
    return ask(turn, apart, replace(state, reminded=state.reminded + 1))


def thanks(turn: Turn) -> Reply:
    """The feeling first where one was told with the answer."""
    feeling = turn.hearing.feeling
    if feeling:
        return say(turn.voice.line("feelings", feeling), rule=f"feeling:{feeling}")
    return say(turn.voice.line(WORDS, "thanks", "any"), rule=THANKS)


def rows(
    turn: Turn, state: Round, item: Item, *, codes: str = "", absent: str | None = None
) -> tuple[Proposal, ...]:
    """The answer, and the question of the story it stands for: that is not asked a second time."""
    given = {
        "kind": "screening", "screener": state.form.id, "round": state.id, "item": item.id, "codes": codes,
        "absent": absent, "quote": turn.text or None,
    }  # fmt: skip
    if item.story is None:
        return (given,)
    status = "declined" if absent == "asked-declined" else "answered"
    return (given, {"kind": "story_item", "item": item.story, "status": status})


def without_questions(reply: Reply) -> Reply:
    """What was said, without the offer or the invitation a listening answer ends with."""
    said = tuple(
        Said(tuple(s for s in each.sentences if s.rule not in ASKS_TOO), each.about, each.card)
        for each in reply.said
    )
    asked = any(s.rule == "offer" for each in reply.said for s in each.sentences)
    kept = {**reply.remember, **({"offered": None} if asked else {})}
    return Reply(tuple(each for each in said if each.sentences), reply.proposals, kept)


def asks_something(reply: Reply) -> bool:
    """Whether the reply ends with a question of its own."""
    return bool(reply.remember.get("offered") or reply.remember.get("question"))

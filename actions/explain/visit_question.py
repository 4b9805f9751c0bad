"""A question for the doctor: proposed after a result that is not normal, and kept for the visit on a yes."""

from collections.abc import Sequence

from actions.explain.main_points import MainPoints
from actions.paging import page_size
from actions.phrasebook import says
from actions.reply import Reply, Said, say
from actions.turn import Turn
from clinical.wording import Sentence

WORDS = "teach_back"
RULE = "visit-question"
OFFERED = "question"  # what a yes then means
LASTS = 8  # turns after the explanation: MORE may take a few


def save_offer(turn: Turn) -> Sentence:
    """The sentence after "You could ask: ..."."""
    return Sentence(turn.voice.line(WORDS, "question", "save"), RULE)


def asked_on(page: Sequence[Sentence]) -> bool:
    """Whether a page that is sent now ends with the offer to save it."""
    return any(sentence.rule == RULE for sentence in page)


def offer(turn: Turn, points: MainPoints, reply: Reply, upset: bool) -> Reply:
    """After a teach-back the question is offered, unless they are upset or it is kept already."""
    if upset or not points.question or is_kept(turn, points.question):
        return reply
    line = Sentence(turn.voice.line(WORDS, "question", "offer", question=points.question), RULE)
    last = reply.said[-1]
    if len(last.text) + 1 + len(line.text) > page_size(turn.channel):
        return reply  # two segments are enough at once
    said = (*reply.said[:-1], Said((*last.sentences, line), last.about, last.card))
    return Reply(said, reply.proposals, reply.remember).remembering(offered=OFFERED)


def asked_for(turn: Turn) -> bool:
    """ "what should i ask her?", with no test named that would be a question of its own."""
    return says("what_to_ask", turn.text) and not turn.results and not turn.named


def suggest(turn: Turn) -> Reply:
    """The question that fits what was explained last; one that always fits where nothing was."""
    slot = turn.slots.get("taught") or {}
    question = slot.get("question")
    if not question:
        return say(turn.voice.line(WORDS, "question", "any"), rule=RULE)
    reply = say(turn.voice.line(WORDS, "question", "offer", question=question), rule=RULE)
    return reply.remembering(offered=OFFERED, taught={**slot, "turn": turn.voice.turn})


def is_kept(turn: Turn, question: str) -> bool:
    return any(each.category == "question" and each.quote == question for each in turn.view.statements)


def is_open(turn: Turn) -> bool:
    """Whether a yes is still about it: not when much else was said since."""
    slot = turn.slots.get("taught") or {}
    return turn.slots.get("offered") == OFFERED and turn.voice.turn - int(slot.get("turn", 0)) <= LASTS


def reply_to_offer(turn: Turn, yes: bool) -> Reply:
    """Saved in Kith's words, marked as that: they said yes to it, they did not say it."""
    slot = turn.slots.get("taught") or {}
    question = slot.get("question")
    line = turn.voice.line(WORDS, "question", "saved" if yes and question else "left_out")
    reply = say(line, rule=RULE).remembering(offered=None)
    if not (yes and question):
        return reply
    return reply.proposing({"kind": "question", "text": question, "about": slot.get("analyte"), "rule": RULE})

"""A number offered where a need was told, given where it is wanted, and never pressed on anyone."""

from collections.abc import Callable
from typing import Any

from actions.reply import Reply, Said, say
from actions.resources import asking, reached
from actions.resources.directory import Directory
from actions.screening.offering import endangered, grieving, within
from actions.screening.state import Round, lately
from actions.turn import Turn
from actions.voice import table
from actions.welcome import closing
from clinical.wording import Sentence
from record import referrals

WORDS = "resources"
OFFERED = "number"  # what a yes then means
WHICH = "number-for-what"  # a number was asked for, and for what was asked back
TOLD_DAYS = 14  # a need told longer ago is not come back to unasked
LEADS_TO = ("tell", "affirm", "deny", "thanks", "skip")  # after these an offer may stand
NOT_AFTER = {"delete", "private", "anger"}  # what they take back, keep from a reader, or are fed up with
INVITES = {"invite"}  # an invitation to say more gives way: one question at a time


def around(directory: Directory, turn: Turn, answer: Callable[[], Reply]) -> Reply:
    """The turn's answer where a number is asked for, offered, or asked after; else what it would be."""
    if reached.answers(turn):
        return reached.heard(turn)
    slot = turn.slots.get("resources") or {}
    need = slot.get("need") if lately(slot.get("at"), turn.view.at) else None
    if need and turn.slots.get("offered") == OFFERED and turn.intent in ("affirm", "deny"):
        return give(directory, turn, need) if turn.intent == "affirm" else leave(turn, need)
    wanted = asking.wanted(turn)
    if wanted is None and turn.slots.get("offered") == WHICH:
        wanted = asking.named(turn.text)
    if wanted is not None and turn.screen_level == "none":
        return (
            for_what(turn) if wanted == asking.ALONE and not need else give(directory, turn, wanted or need)
        )
    return may_offer(directory, turn, answer())


def for_what(turn: Turn) -> Reply:
    line = turn.voice.line(WORDS, "offer", "for_what")
    return say(line, rule="resources:ask").remembering(offered=WHICH)


def leave(turn: Turn, need: str) -> Reply:
    """A no is remembered: the same offer is not made again."""
    no = {"kind": "story_item", "item": f"number:{need}", "status": "declined"}
    reply = say(turn.voice.line(WORDS, "offer", "no"), rule="resources:no").proposing(no)
    return reply.remembering(offered=None, resources=None)


def give(directory: Directory, turn: Turn, need: str | None) -> Reply:
    """At most two numbers, and that it will be asked whether they helped, where it may be."""
    found = directory.fitting(need, turn.view.language, None) if need else ()
    if not found or need is None:
        none = say(turn.voice.line(WORDS, "offer", "nothing"), rule="resources:none")
        return none.remembering(offered=None, resources=None)
    before = {each.resource for each in turn.view.referrals if each.status in ("given", "asked")}
    lines = [turn.voice.line(WORDS, "give", "again")] if found[0].id in before else []
    given: list[dict[str, Any]] = [{"kind": "story_item", "item": f"number:{need}", "status": "answered"}]
    for place, each in enumerate(found):
        key = "other" if place else "one"
        lines.append(turn.voice.line(WORDS, "give", key, name=each.name, number=each.phone, hours=each.hours))
        if each.id not in before:  # given twice is asked after once
            row = {"kind": "referral", "resource": each.id, "name": each.name, "phone": each.phone}
            given.append({**row, "need": need})
    if len(given) > 1 and turn.view.consent == "active" and not referrals.silent(need):
        lines.append(turn.voice.line(WORDS, "give", "later"))
    sentences = tuple(Sentence(line, "resources", found[0].source) for line in lines)
    reply = Reply((Said(sentences),)).proposing(*given)
    return reply.remembering(offered=None, resources=None)


def may_offer(directory: Directory, turn: Turn, reply: Reply) -> Reply:
    """Once a need, when nothing else is open and nobody grieves; never of what another must not read."""
    if not calm(turn, reply):
        return reply
    need = next((each for each in told(turn) if directory.fitting(each, turn.view.language, None)), None)
    if need is None:
        return reply
    line = Sentence(turn.voice.line(WORDS, "offer", "ask", topic=asking.topic(need)), "resources:offer")
    last = reply.said[-1]
    kept = tuple(each for each in last.sentences if each.rule not in INVITES)
    said = (*reply.said[:-1], Said((*kept, line), last.about, last.card))
    asked = {"kind": "story_item", "item": f"number:{need}", "status": "asked"}
    offered = Reply(said, reply.proposals, reply.remember).proposing(asked)
    return offered.remembering(offered=OFFERED, resources={"need": need, "at": turn.view.at})


def calm(turn: Turn, reply: Reply) -> bool:
    """Nothing else is open after this reply, and an offer would not come at the wrong time."""
    remembered = reply.remember
    still_open = remembered.get("question", turn.question) or Round.of(turn)  # a form goes on first
    busy = remembered.get("offered") or remembered.get("screening") or remembered.get("taught") or still_open
    explains = any(each.about for each in reply.said)
    asks = any(
        s.text.rstrip().endswith("?") and s.rule not in INVITES for each in reply.said for s in each.sentences
    )
    if busy or asks or explains or not reply.said or turn.results or turn.intent not in LEADS_TO:
        return False
    if turn.screen_level != "none" or turn.slots.get("quiet") or remembered.get("quiet"):
        return False
    if grieving(turn) or endangered(turn) or turn.hearing.feeling == "anger":
        return False
    if any(s.rule in NOT_AFTER for each in reply.said for s in each.sentences):
        return False
    return turn.view.consent == "active" and closing(turn)


def told(turn: Turn) -> list[str]:
    """Needs of their own a number may help with, the newest first, none of them offered before."""
    now = [each.code for each in turn.hearing.items if each.counts]
    before = [
        each.code
        for each in turn.view.statements
        if (each.subject, each.temporality, each.polarity) == ("patient", "now", "affirmed")
        and within(each.at, turn.view.at, TOLD_DAYS)
    ]
    topics = table(WORDS)["topic"]
    return [
        code
        for code in dict.fromkeys(filter(None, (*now, *before)))
        if code in topics and not referrals.silent(code) and f"number:{code}" not in turn.view.story
    ]

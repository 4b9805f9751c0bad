"""A photo or a PDF: read back first, and judged, explained or recorded only after a yes."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from actions import journey, welcome
from actions.hearing_out import listen
from actions.papers import Found, as_mention, as_row, is_of, look
from actions.pending_paper import Pending, fitting, listed, task, test_name, written
from actions.phrasebook import says
from actions.proposing import observation, result_flags
from actions.reply import Proposal, Reply, say
from actions.room import Room
from actions.together import together
from actions.turn import Turn
from actions.understanding import WEIGHTY
from clinical import extract_corrections, extract_people
from clinical.folding import fold
from clinical.types import LabMention

REMINDERS = 2  # a paper nobody comes back to is not asked after for ever
NUMBER = re.compile(r"\W*(\d+(?:[.,]\d+)?)\W*")


def around(room: Room, turn: Turn, answer: Callable[[], Reply]) -> Reply:
    """The turn's answer where papers came or wait; `answer` is what would be said without them."""
    if turn.papers:
        return arrived(room, turn, answer)
    pending = Pending.of(turn)
    if pending is None:
        return answer()
    settled = answered(room, turn, pending)
    return come_back(room, turn, pending, answer()) if settled is None else settled


def arrived(room: Room, turn: Turn, answer: Callable[[], Reply]) -> Reply:
    """Words beside a paper are heard first; then what was read on it is read back."""
    found = look(turn.papers, room.catalogue)
    lead = with_words(room, turn, answer)
    problems = found.problems if found.readable or found.problems else ("nothing",)
    for problem in problems:
        said = say(turn.voice.line("paper", "problem", problem), rule=f"paper:{problem}")
        lead = lead.and_then(said.proposing(*task(problem)))
    if not found.readable:
        return lead
    pending = pending_of(room, found)
    if welcome.wanted(turn):  # the question of consent comes first, and one at a time
        held = say(turn.voice.line("paper", "read", "held"), rule="paper")
        return replace(pending, stage="held").kept_by(lead.and_then(held))
    return lead.and_then(begin(room, turn, pending, found.pages_read))


def pending_of(room: Room, found: Found) -> Pending:
    unsure = [test_name(room.catalogue, each.analyte, each.text) for each in found.unsure]
    return Pending(found.kind, [as_row(each) for each in found.results], unsure, found.name)


def with_words(room: Room, turn: Turn, answer: Callable[[], Reply]) -> Reply:
    """Results and troubles written beside a picture are answered as ever; of mere fear, the feeling."""
    if turn.results:
        return answer()
    if any(item.category in WEIGHTY and item.subject == "patient" for item in turn.hearing.items):
        return listen(room, turn)
    feeling = turn.hearing.feeling
    return say(turn.voice.line("feelings", feeling), rule=f"feeling:{feeling}") if feeling else Reply()


def begin(room: Room, turn: Turn, pending: Pending, pages_read: int | None = None) -> Reply:
    """Whose it is, where the name on it is another's; else the numbers read back."""
    known = turn.view.given or turn.view.family
    if pending.name and not is_of(pending.name, turn.view.given, turn.view.family):
        ask = say(turn.voice.line("paper", "whose", "ask", who=pending.name), rule="paper:whose")
        return replace(pending, stage="whose", asked=True).kept_by(ask)
    first = [turn.voice.line("paper", "read", "pages", number=str(pages_read))] if pages_read else []
    if pending.name and not known:  # nobody knows whose phone this is: the yes is to the name too
        first.append(turn.voice.line("paper", "read", "named", who=pending.name))
    return read_back(room, turn, pending, pending.kind, first)


def read_back(room: Room, turn: Turn, pending: Pending, how: str, first: Sequence[str] = ()) -> Reply:
    """As many numbers as fit on a page, what was not clear, and the question. `how`: a line of [read]."""
    voice = turn.voice
    if not pending.results:
        ask = voice.line("paper", "read", "only_unsure", tests=listed(pending.unsure))
        return say(*first, ask, rule="paper").remembering(paper=None)
    count = fitting(turn, room.catalogue, pending.results)
    lines = [
        *first,
        voice.line("paper", "read", how, results=written(room.catalogue, pending.results[:count])),
    ]
    if pending.unsure:
        lines.append(voice.line("paper", "read", "unsure", tests=listed(pending.unsure)))
    if count < len(pending.results):
        lines.append(voice.line("paper", "read", "more"))
    lines.append(voice.line("paper", "read", "ask"))
    waiting = replace(pending, stage="check", asked=True, shown=count, unsure=[], denied=False)
    return waiting.kept_by(say(*lines, rule="paper"))


def answered(room: Room, turn: Turn, pending: Pending) -> Reply | None:
    """The answer where the message is about the paper; None where it is about something else."""
    if pending.stage == "held":
        return None
    if pending.stage == "whose":
        return told_whose(room, turn, pending) if pending.asked else None
    corrected = correction(room, turn, pending)
    if corrected:
        return with_corrections(room, turn, pending, corrected)
    if turn.intent == "affirm" and not pending.asked:
        # A yes is to what was asked last; where nothing else is open, to the paper.
        open_elsewhere = turn.question or turn.slots.get("offered")
        return None if open_elsewhere else confirmed(room, turn, pending)
    if pending.asked and (turn.intent == "deny" or says("paper_wrong", turn.text)):
        return denied(turn, pending)
    if pending.asked and (turn.intent == "affirm" or says("paper_right", turn.text)):
        return confirmed(room, turn, pending)
    return None


def told_whose(room: Room, turn: Turn, pending: Pending) -> Reply | None:
    """ "my mom's": from then on the numbers are hers."""
    other = next((who for who in extract_people.find(fold(turn.text)).whose if who != "patient"), None)
    if other or turn.intent == "affirm" or says("paper_mine", turn.text):
        return read_back(room, turn, replace(pending, subject=other or "patient"), pending.kind)
    if turn.intent == "deny":
        return pending.kept_by(say(turn.voice.line("paper", "whose", "again"), rule="paper:whose"))
    return None


def correction(room: Room, turn: Turn, pending: Pending) -> list[LabMention]:
    """Numbers of this paper that the message says otherwise, or says again."""
    waiting = {row["analyte"] for row in pending.results}
    typed = [each.mention for each in turn.results if each.mention.analyte in waiting]
    if typed:
        return typed
    said = extract_corrections.correction(turn.text, room.catalogue)
    bare = NUMBER.fullmatch(turn.text)
    value = said.value if said else bare[1].replace(",", ".") if bare else None
    rows = pending.results[: pending.shown]
    meant = [row for row in rows if said and said.replaces == row["value"]] or rows
    if value is None or len(meant) != 1:
        return []
    start = max(turn.text.find(value), 0)
    right = as_mention({**meant[0], "value": value, "flag": None}, start, pending.subject)
    return [replace(right, end=start + len(value))]


def with_corrections(room: Room, turn: Turn, pending: Pending, right: Sequence[LabMention]) -> Reply:
    """The right numbers are explained as typed ones; the others of the paper still wait for their yes."""
    typed = {each.mention.analyte for each in turn.results}
    fixed = [each for each in right if each.analyte not in typed]
    done = {each.analyte for each in right}
    left = [row for row in pending.results if row["analyte"] not in done]
    whole = judged(room, turn, fixed, more=bool(left)) if fixed else turn
    reply = room.explainer.explain(whole)
    if fixed:  # the others are proposed with the message itself
        reply = reply.proposing(*proposed(whole))
    if not left:
        return journey.back_to_story(turn, reply.remembering(paper=None))
    return reply.and_then(read_back(room, turn, replace(pending, results=left), "rest"))


def confirmed(room: Room, turn: Turn, pending: Pending) -> Reply:
    """The yes: what was read back is explained as any result told, and the next numbers follow."""
    now, later = pending.results[: pending.shown], pending.results[pending.shown :]
    mentions = [as_mention(row, place, pending.subject) for place, row in enumerate(now)]
    whole = judged(room, turn, mentions, more=bool(later))
    reply = room.explainer.explain(whole).proposing(*proposed(whole, pending.kind))
    if not later:
        return journey.back_to_story(turn, reply.remembering(paper=None))
    return reply.and_then(read_back(room, turn, replace(pending, results=later), "next"))


def denied(turn: Turn, pending: Pending) -> Reply:
    """Which number is wrong is asked once; a second no puts the paper away."""
    if not pending.denied:
        ask = say(turn.voice.line("paper", "wrong", "which"), rule="paper:wrong")
        return replace(pending, denied=True).kept_by(ask)
    away = say(turn.voice.line("paper", "wrong", "dropped"), rule="paper:wrong")
    return away.proposing(*task("dropped")).remembering(paper=None)


def come_back(room: Room, turn: Turn, pending: Pending, reply: Reply) -> Reply:
    """After an answer to something else: a held paper is read back now, another is asked after."""
    if pending.stage == "held":
        return reply.and_then(begin(room, turn, pending))
    deleting = reply.remember.get("offered") == "delete"  # no second question beside that one
    if deleting or pending.reminded >= REMINDERS:
        return replace(pending, asked=False).kept_by(reply)
    again = replace(pending, reminded=pending.reminded + 1)
    if pending.stage == "whose":
        ask = say(turn.voice.line("paper", "whose", "again"), rule="paper:whose")
        return replace(again, asked=True).kept_by(reply.and_then(ask))
    return reply.and_then(read_back(room, turn, again, "remind"))


def judged(room: Room, turn: Turn, mentions: Sequence[LabMention], *, more: bool) -> Turn:
    """The turn as if these had been typed in it; where `more` are to be checked, nothing else is asked."""
    alone = [room.judge(each, turn.view.person, turn.today, turn.symptoms) for each in mentions]
    results, patterns = together(alone, turn.view, turn.symptoms, room.catalogue, turn.today)
    slots = {**turn.slots, "quiet": True} if more else turn.slots
    return replace(turn, results=results, patterns=patterns, slots=slots)


def proposed(turn: Turn, kind: str | None = None) -> tuple[Proposal, ...]:
    """The results for the record. From a paper (`kind`) they carry no quote: nobody said these words."""
    results = [observation(turn, each) for each in turn.results]
    flags = list(result_flags(turn))
    if kind is None:
        return (*results, *flags)
    unquoted = {"quote": None, "start": None, "end": None, "paper": kind}
    return (*({**each, **unquoted} for each in results), *({**each, "quote": None} for each in flags))

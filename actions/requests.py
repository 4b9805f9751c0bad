"""Asked of the clinic, not of Kith: a refill, a visit, the emergency room. Who can, and a task."""

import re
from collections.abc import Callable
from functools import cache

from actions import journey, story
from actions.medicines import SCREENED
from actions.named_tests import question_saved
from actions.phrasebook import says
from actions.reply import Proposal, Reply, say
from actions.turn import Turn
from actions.voice import table
from clinical.folding import fold

WORDS = "requests"
LONGEST = 600  # characters looked at
SHORT = 16  # words: a longer message tells something besides
ALWAYS = ("emergency",)  # answered in a message of any length
RAISED_AGAIN = ("emergency", "complaint")
OTHERS = re.compile(r"\b(?:he|she|her|him|they|them|my \w+)\b", re.I)
TOLD = ("stressor", "loss", "worry", "goal", "symptom", "barrier", "medicine")


def around(turn: Turn, answer: Callable[[], Reply], listen: Callable[[], Reply]) -> Reply:
    """The answer to what was asked of the clinic; what else the message holds is heard after it."""
    kind = asked(turn)
    if kind is None:
        return answer()
    reply = respond(turn, kind)
    if turn.results:
        return answer().and_then(reply)
    if kind == "question" or not tells_more(turn):
        return journey.back_to_story(turn, reply)
    return reply.and_then(listen())


def asked(turn: Turn) -> str | None:
    """The kind of the first row that fits; none while the screen's own question stands alone."""
    if turn.screen_level == "ask":
        return None
    kind = found(turn.text)
    long = len(turn.text.split()) > 2 * SHORT
    if kind is None or (long and kind not in ALWAYS):
        return None
    if kind == "question" and (turn.results or story.find(turn.question) is not None or follows(turn)):
        return None  # of a number just told its explanation says more; asked what worries them, it is that
    return kind


def follows(turn: Turn) -> bool:
    """ "is it cancer" after a number was explained is answered there (`actions/following.py`)."""
    return bool(turn.slots.get("topic")) and says("follow_up_phrases", turn.text)


def found(text: str) -> str | None:
    """The kind of request in these words: `found("need a refill on lisinopril")` is "refill"."""
    plain = fold(text[:LONGEST]).replace("'", "")
    return next((kind for kind, pattern in _patterns() if pattern.search(plain)), None)


def tells_more(turn: Turn) -> bool:
    """More than the request itself: a need, a trouble, or many words."""
    if SCREENED in turn.screen_kinds:
        return False  # to call today is said beside it
    return len(turn.text.split()) > SHORT or any(i.category in TOLD and i.counts for i in turn.hearing.items)


def respond(turn: Turn, kind: str) -> Reply:
    """Who can help, and that a person was told where one was."""
    if kind == "question":
        return cannot_answer(turn)
    other = kind == "emergency" and (turn.speaks_for or OTHERS.search(turn.text))
    line = turn.voice.line(WORDS, "say", f"{kind}_other" if other else kind)
    return say(line, rule=f"request:{kind}").proposing(*tasks(turn, kind))


def tasks(turn: Turn, kind: str) -> tuple[Proposal, ...]:
    """The task a kind has, with their own words; what waits already is raised anew only where it presses."""
    row = table(WORDS)["task"].get(kind)
    if row is None or (kind not in RAISED_AGAIN and any(t.code == row["code"] for t in turn.view.tasks)):
        return ()
    return ({"kind": "task", **row, "quote": turn.text},)


def cannot_answer(turn: Turn) -> Reply:
    """A question for those who know them: kept, and said to be kept only where it is."""
    lines = [turn.voice.line("feelings", turn.hearing.feeling)] if turn.hearing.feeling else []
    kept = turn.view.consent != "rejected"
    lines.append(turn.voice.line(WORDS, "say", "question" if kept else "question_unsaved"))
    reply = say(*lines, rule="request:question")
    return reply.proposing(question_saved(turn)) if kept else reply


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((row["kind"], re.compile(row["pattern"])) for row in table(WORDS)["request"])

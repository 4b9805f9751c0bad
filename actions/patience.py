"""Short answers, silence and anger at the machine: met with time and with respect."""

import re

from actions import journey
from actions.phrasebook import says
from actions.reply import Reply, say
from actions.turn import Turn

FEW = 5  # words: a longer answer has something in it even where it begins with "i don't know"
ANGRY_WORDS = 14


SOUNDS = frozenset({"hm", "hmm", "hmmm", "um", "umm", "uh", "mm", "mmm", "oh", "ah", "ugh", "sigh"})
PUZZLED = frozenset({"what", "huh", "what do you mean", "i dont get it", "que", "come again", "excuse me"})


def is_silence(turn: Turn) -> bool:
    """ "...", "hmm": there, and without words."""
    return not re.search(r"[^\s.,!?-]", turn.text) or _bare(turn) in SOUNDS


def is_puzzled(turn: Turn) -> bool:
    """ "what?": something was not clear, and it was said by Kith."""
    return _bare(turn) in PUZZLED or bool(re.fullmatch(r"\s*\?+\s*", turn.text))


def _bare(turn: Turn) -> str:
    return turn.text.lower().replace("'", "").strip(" .!?")


def is_unsure(turn: Turn) -> bool:
    """ "idk", "not sure": no answer, and no refusal either."""
    return len(turn.text.split()) <= FEW and says("unsure", turn.text) and not turn.hearing.items


def line(turn: Turn) -> str | None:
    """What is said to it; None where there is something to hear."""
    if is_silence(turn):
        return turn.voice.line("story", "patience", "quiet")
    if is_unsure(turn):
        return turn.voice.line("story", "patience", "unsure")
    return None


def is_angry_at_kith(turn: Turn) -> bool:
    """At this machine, and little else in it: what hurts someone is heard as what it is."""
    few = len(turn.text.split()) <= ANGRY_WORDS
    weighty = any(item.category in ("loss", "medicine", "symptom") for item in turn.hearing.items)
    return few and says("angry_at_kith", turn.text) and not weighty


def answer_anger(turn: Turn) -> Reply:
    """No defence and no cheer; the open question is left alone."""
    return say(turn.voice.small("anger", "at_kith"), rule="anger").remembering(question=None, offered=None)


def answer_silence(turn: Turn) -> Reply:
    """Time, and no new question; what was open stays open."""
    return say(turn.voice.line("story", "patience", "quiet"), rule="patience")


def answer_puzzled(turn: Turn) -> Reply:
    return say(turn.voice.line("story", "patience", "puzzled"), rule="patience")


def go_ahead(turn: Turn) -> Reply:
    """ "sure", "ok" to "what worries you most?": they listen, and have not answered yet."""
    return journey.back_to_story(
        turn, say(turn.voice.line("story", "patience", "listening"), rule="patience")
    )

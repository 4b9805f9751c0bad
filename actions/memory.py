"""What someone told last time, to begin from when they come back after days."""

from datetime import datetime, timedelta

from actions import journey, own_words
from actions.reply import Reply
from actions.turn import Turn
from record.view import Told

BACK = timedelta(days=1)  # away this long, they are met as someone who comes back
WEIGHTY = ("loss", "stressor", "worry", "medicine", "barrier")
LOSS = ("loss", "grief")


FRESH = timedelta(hours=12)


def mourns(turn: Turn) -> bool:
    """A loss was told today: no questions are offered and nothing cheerful is said of one's own accord."""
    return any(
        {each.category, each.code} & set(LOSS)
        and _theirs(each)
        and datetime.fromisoformat(turn.view.at) - datetime.fromisoformat(each.at) < FRESH
        for each in turn.view.statements
    )


def is_back(turn: Turn) -> bool:
    return turn.away >= BACK and last(turn) is not None


def last(turn: Turn) -> Told | None:
    """What weighed most of the last things told; what they denied, or told of others, is not theirs."""
    mine = [each for each in turn.view.statements if each.category in WEIGHTY and _theirs(each)]
    of_it = [each for each in mine if each.at == mine[0].at]  # all that was made of one message
    return min(of_it, key=lambda each: WEIGHTY.index(each.category), default=None)


def _theirs(each: Told) -> bool:
    return each.subject == "patient" and each.polarity == "affirmed" and each.temporality != "past"


def pick_up(turn: Turn, reply: Reply) -> Reply:
    """ "Last time you told me about the bus. Want to go on?" A loss is remembered, and nothing asked."""
    told = last(turn)
    topic = own_words.topic(told.category, told.code, told.quote) if told else None
    if told is None or topic is None:
        return reply
    if {told.category, told.code} & set(LOSS):
        line = turn.voice.small("greet", "after_loss", topic=topic)
        return journey.joined(reply, line, "return").remembering(offered=None)
    line = turn.voice.small("greet", "return", topic=topic)
    return journey.joined(reply, line, "return").remembering(offered="story")

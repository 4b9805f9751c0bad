"""What a message is about beyond the intent Rasa chose: a pointer back, a telling, a correction."""

from actions.phrasebook import says
from actions.turn import Turn

# Rasa may hear one of these in a short sentence that tells something: "i cant sleep" is not "not now".
SHORT_INTENTS = {"skip", "not_now", "enough", "resume", "greet", "goodbye", "thanks", "joke"}
WEIGHTY = ("stressor", "loss", "symptom", "worry", "medicine", "barrier")
MISTAKEN = {"joke", "thanks", "greet", "goodbye", "resume"}
ANSWER_WORDS = 5
FOLLOW_UP_WORDS = 12  # a longer message brings matter of its own


def follows_up(turn: Turn) -> bool:
    """ "is it bad??" after an explanation: a short question about what was just explained."""
    if turn.results or turn.named or not turn.slots.get("topic") or len(turn.text.split()) > FOLLOW_UP_WORDS:
        return False
    return says("follow_up_phrases", turn.text)


def is_asked(turn: Turn) -> bool:
    """A question of the story is open."""
    return bool(turn.question) and turn.question != "consent"


def tells(turn: Turn) -> bool:
    """A weighty matter in a message that was taken for a mere sign: it must be heard, not waved through."""
    if turn.intent not in SHORT_INTENTS:
        return False
    if turn.intent in MISTAKEN and len(turn.text.split()) >= ANSWER_WORDS and is_asked(turn):
        return True  # "my kids, they think i am funny" is an answer, not a joke
    return any(item.category in WEIGHTY and item.subject == "patient" for item in turn.hearing.items) or (
        turn.hearing.feeling in ("fear", "sadness", "numbness")
    )


def corrects(turn: Turn) -> bool:
    """ "no, the water is back on now" taken for a sign to go on."""
    words = turn.text.lower().replace(",", " ").split()
    return (
        turn.intent in SHORT_INTENTS
        and len(words) > 3
        and words[0] in ("no", "nope", "actually")
        and (words[1] not in ("thanks", "thank", "more", "not", "questions", "gracias"))
        and not says("leave_it", turn.text)
    )

"""What a message is about beyond the intent Rasa chose: a pointer back, a telling, a correction."""

import re
from dataclasses import replace

from actions import medicines, welcome
from actions.phrasebook import says
from actions.turn import Turn
from clinical.folding import fold

# Rasa may hear one of these in a short sentence that tells something: "i cant sleep" is not "not now".
SHORT_INTENTS = {"skip", "not_now", "enough", "resume", "greet", "goodbye", "thanks", "joke"}
WEIGHTY = ("stressor", "loss", "symptom", "worry", "medicine", "barrier")
TROUBLE = ("stressor", "loss", "symptom", "medicine")
ASKING = {"ask_my_results", "ask_advice", "ask_test"}
ASKS = re.compile(
    r"\?|^\W*(?:so |and |but |ok )*(?:what|why|how|when|which|who|is|are|am|do|does|did|can|could|will|would"
    r"|should|shall|may|que|cual|como|cuando|por que|puedo|debo)\b"
)
MISTAKEN = {"joke", "thanks", "greet", "goodbye", "resume"}
ANSWER_WORDS = 5
LAUGHS = re.compile(r"\W*(?:ha(?:ha)+h?|lo+l|lmao|ja(?:ja)+|hehe)\b", re.I)  # first of all: then it is a joke
LEAVE_WORDS = 8
FOLLOW_UP_WORDS = 12  # a longer message brings matter of its own


def follows_up(turn: Turn) -> bool:
    """ "is it bad??" after an explanation: a short question about what was just explained."""
    if turn.results or turn.named or not turn.slots.get("topic") or len(turn.text.split()) > FOLLOW_UP_WORDS:
        return False
    return says("follow_up_phrases", turn.text)


def is_asked(turn: Turn) -> bool:
    """A question of the story is open."""
    return bool(turn.question) and turn.question != "consent"


def gives_leave(turn: Turn) -> bool:
    """ "ok you can ask me stuff" while a question is open: it is no answer to it."""
    few = len(turn.text.split()) <= LEAVE_WORDS and not turn.hearing.items
    return is_asked(turn) and few and says("may_ask", turn.text)


def laughs(turn: Turn) -> bool:
    """ "lol you ask a lot of questions": light, whatever Rasa takes it for; not where trouble is told."""
    few = len(turn.text.split()) <= FOLLOW_UP_WORDS and "?" not in turn.text
    signs = turn.intent in {*SHORT_INTENTS, "ask_identity", "ask_help"} and turn.intent != "joke"
    heavy = any(item.category in WEIGHTY for item in turn.hearing.items)
    return bool(LAUGHS.match(turn.text)) and few and signs and not heavy


def as_meant(turn: Turn) -> Turn:
    """ "no they cut my lights off" after "may I keep notes?" is a no to what was said, not to notes."""
    told = any(item.category in TROUBLE and item.subject == "patient" for item in turn.hearing.items)
    refuses = welcome.refused(turn)
    answers_else = turn.question == "consent" and turn.intent == "deny" and told and not refuses
    return replace(turn, intent="tell") if answers_else else turn


def tells(turn: Turn) -> bool:
    """A weighty matter in a message that was taken for a mere sign: it must be heard, not waved through."""
    if turn.intent == "more" and is_asked(turn) and not turn.slots.get("more"):
        return not says("more_words", turn.text)  # "stuff" answers "what has been going on?"
    if turn.question == "consent" and turn.intent == "tell":
        return True
    if turn.intent in ASKING:
        return not asks(turn) and lacks_or_loses(turn)
    if turn.intent not in SHORT_INTENTS:
        return False
    long = len(turn.text.split()) >= ANSWER_WORDS and not LAUGHS.match(turn.text)
    if turn.intent in MISTAKEN and long and is_asked(turn):
        return True  # "my kids, they think i am funny" is an answer, not a joke
    return any(item.category in WEIGHTY and item.subject == "patient" for item in turn.hearing.items) or (
        turn.hearing.feeling in ("fear", "sadness", "numbness")
    )


def asks(turn: Turn) -> bool:
    """A question by its first word or its sign, or one for advice in other words."""
    return bool(ASKS.search(fold(turn.text))) or says("asks_advice", turn.text)


def lacks_or_loses(turn: Turn) -> bool:
    """ "I ran out of insulin", "my biopsy came back malignant": no question, whatever tests it names."""
    return medicines.goes_without(turn) or any(i.category == "loss" and i.counts for i in turn.hearing.items)


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

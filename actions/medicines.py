"""A medicine that is gone, rationed or stopped: heard as that, never as a question about a lab test."""

from actions.reply import Reply, say
from actions.turn import Turn

SCREENED = "soon-medicine"  # the screen's word for a medicine missed or run out
CODE = "medicine-not-taken"
SAID = "soon"
PRESSING = ("act-now", "call-today")


def goes_without(turn: Turn) -> bool:
    """ "ran out of insulin", "stopped taking my lithium": by the screen, or by what is heard of them."""
    return SCREENED in turn.screen_kinds or any(
        item.category == "medicine" and item.counts for item in turn.hearing.items
    )


def is_pressing(turn: Turn) -> bool:
    """By the screen, or of a medicine whose level is a test too: insulin, lithium, potassium."""
    return goes_without(turn) and (turn.screen_level == "soon" or bool(turn.named))


def with_a_call(turn: Turn, reply: Reply) -> Reply:
    """To call today comes first where a pressing lack is told, unless the reply or a question says so."""
    if not is_pressing(turn) or turn.screen_level not in ("none", "soon"):
        return reply
    rules = {sentence.rule for said in reply.said for sentence in said.sentences}
    if turn.screen_level == "none" and not any(task.code == CODE for task in turn.view.tasks):
        reply = reply.proposing(  # the gateway opens one for what the screen heard
            {"kind": "task", "code": CODE, "priority": "urgent", "quote": turn.text,
             "description": "Goes without a medicine that must not run out. Please call them today."}
        )  # fmt: skip
    if SAID in rules or any(each.triage.tier in PRESSING for each in turn.results):
        return reply
    return say(turn.voice.line("reflections", "soon", "call"), rule=SAID).and_then(reply)

"""Signs without a word, "😭😭": what they mean is met, and never as a joke."""

import re

from actions import memory
from actions.hearing_out import listen
from actions.reply import Reply, say
from actions.room import Room
from actions.turn import Turn
from actions.voice import table

ORDER = ("help", "sadness", "fear", "anger", "else", "thanks")  # of several signs, what weighs most


def alone(text: str) -> bool:
    """No letter and no digit, and more than the points and strokes of silence."""
    return not re.search(r"[^\W_]", text) and any(not each.isascii() and each != "…" for each in text)


def meaning(text: str) -> str | None:
    """What the signs say: "😢🙏" is sadness; None of signs that are in no row."""
    kinds = {row["means"] for row in table("signs")["sign"] if any(each in row["signs"] for each in text)}
    return next((each for each in ORDER if each in kinds), None)


def answer(room: Room, turn: Turn) -> Reply | None:
    """Time and room, and no new question; what was open stays open. None where the message has words."""
    if not alone(turn.text) or turn.screen_level == "ask":
        return None
    means = meaning(turn.text)
    if means == "else":
        return None
    if means is None:
        return listen(room, turn)
    if means == "help":
        line = turn.voice.line("signs", "say", "help")
        return say(line, rule="signs").proposing(
            {"kind": "task", **table("signs")["task"], "quote": turn.text}
        )
    if means == "thanks":
        return say(turn.voice.small("thanks", "mourning" if memory.mourns(turn) else "plain"), rule="thanks")
    stay = turn.voice.line("story", "patience", "quiet")
    return say(turn.voice.line("feelings", means), stay, rule=f"feeling:{means}")

"""A hello; someone who is back hears what was told last."""

from actions import caregivers, journey, memory
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn


class Greet(KithAction):
    action_name = "action_greet"

    def answer(self, turn: Turn) -> Reply:
        if caregivers.unclear_who(turn):
            return caregivers.ask_who(turn, say(turn.voice.small("greet", "again"), rule="greet"))
        if memory.is_back(turn):
            return memory.pick_up(turn, say(turn.voice.small("greet", "again"), rule="greet"))
        known = bool(turn.voice.turn) or memory.last(turn) is not None
        hello = say(turn.voice.small("greet", "back" if known else "plain"), rule="greet")
        return journey.back_to_story(turn, hello)

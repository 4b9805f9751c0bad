"""Hear a person out: reflect what was heard, then go on with the story or leave room."""

from actions.guard import KithAction
from actions.hearing_out import listen
from actions.reply import Reply
from actions.turn import Turn


class Listen(KithAction):
    action_name = "action_hear"  # "action_listen" is Rasa's own name for waiting

    def answer(self, turn: Turn) -> Reply:
        return listen(self.room, turn)

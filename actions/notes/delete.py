"""Take back what was told: "DELETE", after one question to be sure."""

from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn


class Delete(KithAction):
    action_name = "action_delete"

    def answer(self, turn: Turn) -> Reply:
        return say(turn.voice.small("delete", "ask"), rule="delete").remembering(offered="delete")

"""Take back what was told: "DELETE", "take out the part about my brother"."""

from actions.guard import KithAction
from actions.notes.taking_out import everything, some_lines
from actions.reply import Reply
from actions.turn import Turn


class Delete(KithAction):
    action_name = "action_delete"

    def answer(self, turn: Turn) -> Reply:
        return some_lines(self.room, turn) or everything(turn)

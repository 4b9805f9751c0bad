"""Ask for a person: "can I talk to someone real?"."""

from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn

CODE = "human-requested"


class Human(KithAction):
    action_name = "action_human"

    def answer(self, turn: Turn) -> Reply:
        """A task at once; asked again while one is open, the person hears that it stands."""
        if any(task.code == CODE for task in turn.view.tasks):
            return say(turn.voice.small("human", "again"), rule="human")
        task = {"kind": "task", "code": CODE, "priority": "urgent", "quote": turn.text,
                "description": "Asks to speak with a person."}  # fmt: skip
        return say(turn.voice.small("human", "plain"), rule="human").proposing(task)

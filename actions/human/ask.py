"""Ask for a person: "can I talk to someone real?"."""

import re

from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn

CODE = "human-requested"
NOT_CALLED = re.compile(
    r"\b(?:nobody|no one|noone|no-one|they (?:never|didn.?t|haven.?t))(?: has| have| ever| even)?"
    r" (?:called|call|phoned|contacted|reached out|gotten back|got back)\b|\bstill (?:waiting|no call)\b",
    re.I,
)


class Human(KithAction):
    action_name = "action_human"

    def answer(self, turn: Turn) -> Reply:
        """A task at once; asked again while one is open, the person hears that it stands.

        Where nobody called, it is opened once more: whoever had it has not acted.
        """
        if is_left_waiting(turn):
            again = {"kind": "task", "code": CODE, "priority": "urgent", "quote": turn.text,
                     "description": "Asked to speak with a person, and says nobody has called."}  # fmt: skip
            return say(turn.voice.small("human", "not_called"), rule="human").proposing(again)
        if has_asked(turn):
            return say(turn.voice.small("human", "again"), rule="human")
        task = {"kind": "task", "code": CODE, "priority": "urgent", "quote": turn.text,
                "description": "Asks to speak with a person."}  # fmt: skip
        return say(turn.voice.small("human", "plain"), rule="human").proposing(task)


def has_asked(turn: Turn) -> bool:
    """A request for a person is open."""
    return any(task.code == CODE for task in turn.view.tasks)


def is_left_waiting(turn: Turn) -> bool:
    """ "nobody called", said while their request for a person is open."""
    return has_asked(turn) and bool(NOT_CALLED.search(turn.text))

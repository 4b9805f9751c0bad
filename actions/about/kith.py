"""What Kith is, and what it can do: asked at any time, answered straight."""

from actions import journey
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn


class Identity(KithAction):
    """ "are you a real person?" """

    action_name, words = "action_identity", "identity"

    def answer(self, turn: Turn) -> Reply:
        return journey.back_to_story(turn, say(turn.voice.small(self.words, "plain"), rule=self.words))


class Help(Identity):
    """ "what can you do?" """

    action_name, words = "action_help", "help"

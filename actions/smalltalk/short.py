"""Thanks, goodbyes and jokes."""

from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn


class Short(KithAction):
    """One warm line, and nothing asked."""

    words = ""

    def answer(self, turn: Turn) -> Reply:
        return say(turn.voice.small(self.words, "plain"), rule=self.words)


class Thanks(Short):
    action_name, words = "action_thanks", "thanks"


class Goodbye(Short):
    action_name, words = "action_goodbye", "goodbye"


class Lightly(Short):
    action_name, words = "action_lightly", "lightly"

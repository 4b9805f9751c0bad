"""Who can read what is told: "who sees this?"."""

from actions import journey
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn


class Privacy(KithAction):
    action_name = "action_privacy"

    def answer(self, turn: Turn) -> Reply:
        key = "plain" if turn.view.shared else "no_consent" if turn.view.consent == "rejected" else "not_yet"
        return journey.back_to_story(turn, say(turn.voice.small("privacy", key), rule="privacy"))

"""A hello; someone who is back hears what was told last."""

from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn

LAST_WORDS = 90  # characters of a quote that still read well in one text


class Greet(KithAction):
    action_name = "action_greet"

    def answer(self, turn: Turn) -> Reply:
        told = [each for each in turn.view.statements if each.category in ("story", "stressor")]
        if not told:
            return say(turn.voice.small("greet", "plain"), rule="greet")
        if turn.voice.turn and turn.slots.get("topic") is not None:
            return say(turn.voice.small("greet", "back"), rule="greet")
        quote = told[0].quote.strip()
        if len(quote) > LAST_WORDS:
            return say(turn.voice.small("greet", "back"), rule="greet")
        return say(turn.voice.small("greet", "resume", quote=quote), rule="greet").remembering(
            offered="story"
        )

"""Pass over one question: "SKIP", "I'd rather not say"."""

from actions import caregivers, journey
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.tell.begin import open_item
from actions.turn import Turn


class Skip(KithAction):
    action_name = "action_skip"

    def answer(self, turn: Turn) -> Reply:
        if turn.question == caregivers.ASKED:
            return caregivers.answer(turn)
        lead = say(turn.voice.line("story", "begin", "skipped"), rule="story:skip")
        item = open_item(turn)
        if item is None:
            return lead.remembering(offered=None)
        declined = {"kind": "story_item", "item": item.id, "status": "declined"}
        return journey.ask_next(turn, lead.proposing(declined).remembering(offered=None), just_closed=item.id)

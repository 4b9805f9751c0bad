"""Leave the story for another day: "not now", "later, I'm at work"."""

from actions.guard import KithAction
from actions.reply import Reply, say
from actions.tell.begin import open_item
from actions.turn import Turn


class NotNow(KithAction):
    action_name = "action_not_now"
    words = "not_now"

    def answer(self, turn: Turn) -> Reply:
        """The open question is put off for days; nothing more is asked until the person comes back."""
        reply = say(turn.voice.line("story", "begin", self.words), rule=f"story:{self.words}")
        reply = reply.remembering(question=self.kept(turn), offered=None, quiet=True)
        item = open_item(turn)
        return (
            reply.proposing({"kind": "story_item", "item": item.id, "status": "not-now"}) if item else reply
        )

    @staticmethod
    def kept(turn: Turn) -> str | None:
        """The question of consent stays open; a story question does not."""
        return "consent" if turn.question == "consent" else None


class Enough(NotNow):
    """ "no more questions please" """

    action_name = "action_enough"
    words = "enough"

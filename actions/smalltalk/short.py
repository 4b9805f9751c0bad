"""Thanks, goodbyes and jokes: met in kind, then back to where things were."""

from actions import journey, memory, sharing
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn
from actions.welcome import closing


class Short(KithAction):
    """One warm line; an open question of the story is offered again."""

    words = ""

    def answer(self, turn: Turn) -> Reply:
        return journey.back_to_story(turn, say(self.line(turn), rule=self.words))

    def line(self, turn: Turn) -> str:
        return turn.voice.small(self.words, "plain")


class Thanks(Short):
    action_name, words = "action_thanks", "thanks"

    def line(self, turn: Turn) -> str:
        """ "I'm glad it helped" is not for someone whose wife died today."""
        return turn.voice.small(self.words, "mourning" if memory.mourns(turn) else "plain")


class Lightly(Short):
    action_name, words = "action_lightly", "lightly"


class Goodbye(KithAction):
    action_name, words = "action_goodbye", "goodbye"

    def answer(self, turn: Turn) -> Reply:
        """What becomes of it all is said; what nobody may read yet is asked about once."""
        if turn.view.consent == "rejected":
            return say(turn.voice.small("goodbye", "no_notes"), rule="goodbye")
        reply = say(turn.voice.small("goodbye", "plain"), rule="goodbye").remembering(question=kept(turn))
        told = any(each.category != "question" for each in turn.view.statements)
        if told and closing(turn) and sharing.may_ask(turn) and not memory.mourns(turn):
            return sharing.ask(turn, reply)
        return reply


def kept(turn: Turn) -> str | None:
    return "consent" if turn.question == "consent" else None

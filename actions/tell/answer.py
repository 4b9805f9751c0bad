"""A bare yes or no: it answers whatever was asked last."""

from actions import caregivers, journey, memory, sharing, story, welcome
from actions.explain import teach_back, visit_question
from actions.guard import KithAction
from actions.hearing_out import listen
from actions.notes import taking_out
from actions.proposing import STORY_WORDS
from actions.reply import Reply, say
from actions.tell import read_back, safety, yes_no
from actions.tell.begin import begin, open_item
from actions.turn import Turn


class Answer(KithAction):
    action_name = "action_answer"

    def answer(self, turn: Turn) -> Reply:
        yes = turn.intent != "deny"
        if turn.question == "consent":
            return self.consent(turn, yes)
        if turn.question == caregivers.ASKED:
            return caregivers.answer(turn)
        offered = self.offered(turn, yes)
        if offered is not None:
            return offered
        if visit_question.is_open(turn):
            return visit_question.reply_to_offer(turn, yes)
        if teach_back.is_open(turn):
            return teach_back.reply_to_offer(turn, yes)
        item = open_item(turn)
        return self.bare(turn, yes) if item is None else yes_no.answered(turn, item, yes)

    def offered(self, turn: Turn, yes: bool) -> Reply | None:
        """What a yes would begin, or end."""
        match turn.slots.get("offered"):
            case sharing.OFFERED:
                return self.share(turn, yes)
            case read_back.OFFERED:
                return read_back.answered(turn, yes)
            case taking_out.ONE:
                return taking_out.confirmed(turn, yes)
            case "delete":
                return self.delete(turn, yes)
            case "story":
                return self.offer(turn, yes)
            case story.PERMISSION:
                return safety.permitted(turn, yes)
        return None

    def bare(self, turn: Turn, yes: bool) -> Reply:
        """Nothing was asked: a yes or no with more in it is a telling, without it is met as it is."""
        if turn.hearing.items or turn.named or turn.results or len(turn.text.split()) >= STORY_WORDS:
            return listen(self.room, turn)
        key = "mourning" if memory.mourns(turn) else "yes" if yes else "no"
        return say(turn.voice.small("bare", key), rule="bare")

    def consent(self, turn: Turn, yes: bool) -> Reply:
        """A yes is not left hanging: a caregiver is asked their name, anyone else what is on their mind."""
        reply = welcome.answered(turn, yes)
        if not yes:
            return reply
        if turn.speaks_for and turn.view.caregiver is None:
            return caregivers.ask_name(turn, reply)
        if memory.mourns(turn):
            return journey.joined(reply, turn.voice.line("story", "loss", "stay"), "loss")
        told = bool(turn.view.statements) or bool(turn.view.observations)
        line = (
            turn.voice.line("reflections", "closing", "invite") if told else turn.voice.small("bare", "begin")
        )
        return journey.joined(reply, line, "invite")

    def share(self, turn: Turn, yes: bool) -> Reply:
        """Then the way is free for the questions, if they want them."""
        reply = sharing.answered(turn, yes)
        return journey.offer_story(turn, reply, anew=True) if yes else reply

    def delete(self, turn: Turn, yes: bool) -> Reply:
        words = turn.voice.small("delete", "done" if yes else "kept")
        reply = say(words, rule="delete").remembering(offered=None)
        return reply.proposing({"kind": "retract", "what": "all"}) if yes else reply

    def offer(self, turn: Turn, yes: bool) -> Reply:
        if yes:
            return begin(turn)
        words = turn.voice.line("story", "begin", "not_now")
        return say(words, rule="story:not-now").remembering(offered=None, quiet=True)

"""A bare yes or no: it answers whatever was asked last."""

from actions import journey, sharing, welcome
from actions.explain import teach_back, visit_question
from actions.guard import KithAction
from actions.hearing_out import listen
from actions.proposing import STORY_WORDS, story_statement
from actions.reply import Reply, say
from actions.tell.begin import begin, open_item
from actions.turn import Turn


class Answer(KithAction):
    action_name = "action_answer"

    def answer(self, turn: Turn) -> Reply:
        yes = turn.intent != "deny"
        if turn.question == "consent":
            return welcome.answered(turn, yes)
        if turn.slots.get("offered") == sharing.OFFERED:
            return self.share(turn, yes)
        if turn.slots.get("offered") == "delete":
            return self.delete(turn, yes)
        if turn.slots.get("offered") == "story":
            return self.offer(turn, yes)
        if visit_question.is_open(turn):
            return visit_question.reply_to_offer(turn, yes)
        if teach_back.is_open(turn):
            return teach_back.reply_to_offer(turn, yes)
        item = open_item(turn)
        if item is None:
            return self.bare(turn, yes)
        closed = {"kind": "story_item", "item": item.id, "status": "answered", "quote": turn.text}
        words = story_statement(turn, item.id, item.category)
        lead = say(turn.voice.line("reflections", "none", "any"), rule="reflect").proposing(closed, words)
        return journey.ask_next(turn, lead, just_closed=item.id)

    def bare(self, turn: Turn, yes: bool) -> Reply:
        """Nothing was asked: a yes or no with more in it is a telling, without it is met as it is."""
        if turn.hearing.items or turn.named or turn.results or len(turn.text.split()) >= STORY_WORDS:
            return listen(self.room, turn)
        return say(turn.voice.small("bare", "yes" if yes else "no"), rule="bare")

    def share(self, turn: Turn, yes: bool) -> Reply:
        """Then the way is free for the questions, if they want them."""
        reply = sharing.answered(turn, yes)
        return journey.offer_story(turn, reply) if yes else reply

    def delete(self, turn: Turn, yes: bool) -> Reply:
        words = turn.voice.small("delete", "done" if yes else "kept")
        reply = say(words, rule="delete").remembering(offered=None)
        return reply.proposing({"kind": "retract", "what": "all"}) if yes else reply

    def offer(self, turn: Turn, yes: bool) -> Reply:
        if yes:
            return begin(turn)
        words = turn.voice.line("story", "begin", "not_now")
        return say(words, rule="story:not-now").remembering(offered=None, quiet=True)

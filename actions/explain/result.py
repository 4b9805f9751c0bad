"""Explain the results a message brings: "my potassium is 5.9, I'm scared"."""

from actions import journey
from actions.guard import KithAction
from actions.named_tests import explain_test
from actions.phrasebook import says
from actions.reply import Reply
from actions.turn import Turn


class ExplainResult(KithAction):
    action_name = "action_explain_result"

    def answer(self, turn: Turn) -> Reply:
        if not turn.results:
            return explain_test(self.room, turn)
        reply = self.room.explainer.explain(turn)
        if says("asks_advice", turn.text):
            reply = reply.and_then(journey.advice(turn))
        return journey.back_to_story(turn, reply)

"""Explain a test nobody gave a number for: "what is ferritin", "the test for my three-month sugar"."""

from actions import journey
from actions.guard import KithAction
from actions.named_tests import explain_test
from actions.reply import Reply
from actions.turn import Turn


class ExplainTest(KithAction):
    action_name = "action_explain_test"

    def answer(self, turn: Turn) -> Reply:
        if turn.results:
            return self.room.explainer.explain(turn)
        return journey.back_to_story(turn, explain_test(self.room, turn))

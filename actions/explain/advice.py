"""A question only the care team may answer: "should I stop my pill?"."""

from actions import journey, medicines
from actions.guard import KithAction
from actions.named_tests import explain_test
from actions.reply import Reply
from actions.turn import Turn


class Advice(KithAction):
    action_name = "action_advice"

    def answer(self, turn: Turn) -> Reply:
        reply = journey.advice(turn)
        if turn.results:
            reply = self.room.explainer.explain(turn).and_then(reply)
        elif turn.named and not medicines.goes_without(turn):
            reply = explain_test(self.room, turn).and_then(reply)
        return journey.back_to_story(turn, reply)

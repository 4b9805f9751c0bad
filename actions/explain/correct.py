"""A result said wrong before: "sorry 4.1 not 3.1"."""

import re
from dataclasses import replace

from actions import journey
from actions.guard import KithAction
from actions.hearing_out import listen
from actions.proposing import observation
from actions.reply import Reply, say
from actions.turn import Judged, Turn
from clinical.types import LabMention
from record.view import Earlier

NUMBER = re.compile(r"(?<![\d.])\d+(?:[.,]\d+)?(?![\d.]*\d)")


class Correct(KithAction):
    action_name = "action_correct"

    def answer(self, turn: Turn) -> Reply:
        told = [
            each for series in turn.view.observations.values() for each in series if each.origin != "measured"
        ]
        numbers = [number.replace(",", ".") for number in NUMBER.findall(turn.text)]
        wrong = newest_with(told, numbers)
        right = [number for number in numbers if wrong is None or number != wrong.value]
        if wrong is None and len(numbers) == 1:
            wrong = self.last_topic(turn, told)
        if wrong is None or not right:
            return self.words_only(turn)
        mention = mention_of(wrong, right[0], turn.text)
        each = self.room.judge(mention, turn.view.person, turn.today, turn.symptoms)
        return self.corrected(replace(turn, results=(each,)), each, wrong)

    def corrected(self, turn: Turn, each: Judged, wrong: Earlier) -> Reply:
        """The old value is marked entered in error, the new one explained."""
        analyte = self.room.catalogue.get(wrong.analyte)
        name = analyte.name if analyte else wrong.text
        done = say(turn.voice.small("correct", "done", test=name, value=each.mention.value), rule="correct")
        proposal = {**observation(turn, each), "replaces": wrong.value}
        return done.and_then(self.room.explainer.explain(turn)).proposing(proposal)

    def last_topic(self, turn: Turn, told: list[Earlier]) -> Earlier | None:
        topic = turn.slots.get("topic") or []
        return next((each for each in told if topic and each.analyte == topic[0]), None)

    def words_only(self, turn: Turn) -> Reply:
        """ "no, two jobs, not three": kept beside what was said before, in the person's own words."""
        if turn.intent == "correct_result" and not any(each for each in turn.view.observations.values()):
            return listen(self.room, turn)  # "he was 19" corrects nothing
        if len(turn.text.split()) < 3:
            return say(turn.voice.small("correct", "unclear"), rule="correct")
        return journey.back_to_story(turn, say(turn.voice.small("correct", "noted"), rule="correct"))


def newest_with(told: list[Earlier], numbers: list[str]) -> Earlier | None:
    """The newest told result whose value the message names."""
    named = [each for each in told if each.value in numbers]
    return max(named, key=lambda each: each.at, default=None)


def mention_of(wrong: Earlier, value: str, text: str) -> LabMention:
    """The corrected result as if it had been said right at first."""
    start = max(text.find(value), 0)
    return LabMention(
        analyte=wrong.analyte or "", loinc=wrong.code or "", text=wrong.text, value=value, start=start,
        end=start + len(value), unit=None if wrong.unit_inferred else wrong.unit, effective=wrong.effective,
    )  # fmt: skip

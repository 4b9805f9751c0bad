"""A number said after a result: one set right ("sorry 4.1 not 3.1"), or one asked about ("is 5.0 ok")."""

import re
from dataclasses import replace

from actions import journey
from actions.explain.asked_for import without
from actions.explain.whose import mention_of, own_beside
from actions.following import follow_up
from actions.guard import KithAction
from actions.hearing_out import listen
from actions.proposing import observation, result_flags
from actions.reply import Reply, plain, say
from actions.together import together
from actions.turn import Turn
from clinical import wording
from clinical.extract_corrections import sense, takes_back
from clinical.types import LabMention
from clinical.wording import Sentence
from record.view import Earlier, PatientView

NUMBER = re.compile(r"(?<![\d.])\d+(?:[.,]\d+)?(?![\d.]*\d)")
CALLS = ("act-now", "call-today")


class Correct(KithAction):
    action_name = "action_correct"

    def answer(self, turn: Turn) -> Reply:
        if turn.results:
            return self.named(turn)
        told = told_of(turn.view)
        numbers = [number.replace(",", ".") for number in NUMBER.findall(turn.text)]
        known = newest_with(told, numbers)
        if known is None and len(numbers) == 1:
            known = last_topic(turn, told) or last_topic(turn, every(turn.view))
        if known is None:
            return self.words_only(turn)
        number = next((each for each in numbers if each != known.value), None)
        if number is None:
            asks = sense(turn.text, numbers[0], self.room.catalogue) == "question"
            return follow_up(turn) if asks else self.words_only(turn)
        beside = own_beside(self.room, turn, known, told, number)
        if beside is not None:
            return beside
        mention = mention_of(known, number, turn.text)
        match sense(turn.text, number, self.room.catalogue):
            case "question":
                return journey.back_to_story(turn, self.asked(turn, mention, known))
            case "correction" if known in told:
                return self.corrected(turn, mention, known)
            case "unsure" if known in told:
                return self.unsure(turn, mention, known)
        return self.words_only(turn) if takes_back(turn.text) else listen(self.room, turn)

    def named(self, turn: Turn) -> Reply:
        """ "correction, potassium 4.4": the result it names; without a word of error it is a new one."""
        for each in turn.results if takes_back(turn.text) else ():
            mine = [old for old in told_of(turn.view) if _same_test(old, each.mention)]
            wrong = newest_with(mine, NUMBER.findall(turn.text)) or max(mine, key=_when, default=None)
            if wrong is not None and wrong.value != each.mention.value:
                return self.corrected(turn, each.mention, wrong)
        return listen(self.room, turn)

    def corrected(self, turn: Turn, mention: LabMention, wrong: Earlier) -> Reply:
        """The old value is marked entered in error, the new one explained, and what it asks for done."""
        named = mention in [each.mention for each in turn.results]
        view = without(turn.view, wrong)
        alone = [self.room.judge(mention, view.person, turn.today, turn.symptoms)]
        others = [each for each in turn.results if each.mention != mention]
        results, patterns = together([*alone, *others], view, turn.symptoms, self.room.catalogue, turn.today)
        whole = replace(turn, view=view, results=results, patterns=patterns)
        done = say(
            turn.voice.small("correct", "done", test=self.name_of(wrong), value=mention.value), rule="correct"
        )
        proposal = {**observation(turn, results[0]), "replaces": wrong.value}
        # What the message names is flagged with it.
        flags = () if named else tuple(result_flags(replace(whole, results=results[:1])))
        return done.and_then(self.room.explainer.explain(whole)).proposing(proposal, *flags)

    def asked(self, turn: Turn, mention: LabMention, known: Earlier) -> Reply:
        """A number asked about is answered as that: nobody has said that it was measured."""
        each = self.room.judge(mention, turn.view.person, turn.today, turn.symptoms)
        verdict = wording.verdict(self.name_of(known), mention.value, each.judgement, mention.unit)
        step = wording.next_step(each.triage, turn.phone) if each.triage.tier in CALLS else None
        lines = [] if each.judgement.ask is None else [Sentence(each.judgement.ask, "ask")]
        if step is not None:
            words = turn.voice.small("correct", "if_yours", value=mention.value)
            lines += [Sentence(words, "correct"), step]
        kept = turn.voice.small(
            "correct", "asked", test=self.name_of(known), was=known.value or "", value=mention.value
        )
        said = replace(plain(kept, rule="correct"), about=(mention.loinc,) if mention.loinc else ())
        return Reply((replace(said, sentences=(verdict, *lines, *said.sentences)),))

    def unsure(self, turn: Turn, mention: LabMention, known: Earlier) -> Reply:
        """ "its 4.9": a new result, or the old one set right? What was told stays until they say.

        A number that cannot wait is taken as a new result: nothing is lost by that.
        """
        each = self.room.judge(mention, turn.view.person, turn.today, turn.symptoms)
        if each.triage.tier in CALLS and each.judgement.ask is None:
            whole = replace(turn, results=(each,))
            rows = (observation(whole, each), *result_flags(whole))
            return self.room.explainer.explain(whole).proposing(*rows)
        words = turn.voice.small(
            "correct", "which", test=self.name_of(known), was=known.value or "", value=mention.value
        )
        return say(words, rule="correct")

    def name_of(self, each: Earlier) -> str:
        analyte = self.room.catalogue.get(each.analyte)
        return analyte.name if analyte else each.text

    def words_only(self, turn: Turn) -> Reply:
        """ "no, two jobs, not three": kept beside what was said before, in the person's own words."""
        if turn.intent == "correct_result" and not any(each for each in turn.view.observations.values()):
            return listen(self.room, turn)  # "he was 19" corrects nothing
        if len(turn.text.split()) < 3:
            return say(turn.voice.small("correct", "unclear"), rule="correct")
        return journey.back_to_story(turn, say(turn.voice.small("correct", "noted"), rule="correct"))


def told_of(view: PatientView) -> list[Earlier]:
    """Every result told in words."""
    return [each for each in every(view) if each.origin != "measured"]


def every(view: PatientView) -> list[Earlier]:
    return [each for series in view.observations.values() for each in series]


def newest_with(told: list[Earlier], numbers: list[str]) -> Earlier | None:
    """The newest told result whose value the message names."""
    named = [each for each in told if each.value in numbers]
    return max(named, key=_when, default=None)


def last_topic(turn: Turn, told: list[Earlier]) -> Earlier | None:
    """The newest told result of the test last spoken of."""
    topic = turn.slots.get("topic") or []
    return max((each for each in told if topic and each.analyte == topic[0]), key=_when, default=None)


def _same_test(old: Earlier, mention: LabMention) -> bool:
    return (old.analyte, old.subject) == (mention.analyte, mention.subject)


def _when(each: Earlier) -> str:
    return each.at

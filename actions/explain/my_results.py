"""What the record holds: "what were my results", "what was my last A1c", "how are my kidneys"."""

import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from actions.explaining import reasons
from actions.following import page_of
from actions.guard import KithAction
from actions.named_tests import about_test, day_of, on_file
from actions.reply import Reply, say
from actions.turn import Turn
from clinical import patterns, remarks, wording
from clinical.folding import fold
from clinical.patterns import Match
from clinical.tables import table
from clinical.types import Triage
from clinical.wording import Sentence
from record.findings import of_record, with_filtration
from record.view import Earlier

ASKED = "asked-about-result"
OF_LATE = timedelta(days=90)  # "call today" about results of last year would frighten for nothing
NEWEST = 8  # tests named in one answer; MORE brings the rest


class MyResults(KithAction):
    action_name = "action_my_results"

    def answer(self, turn: Turn) -> Reply:
        series, kept = turn.view.observations, turn.view.kept_back
        wanted = (*turn.named, *_of_part(turn.text))
        named = list(dict.fromkeys(key for key in wanted if key in series))
        if not named and (policy := self.kept(turn, wanted)):
            return self.not_told(turn, policy)
        if wanted and not named and (series or not turn.view.withheld):
            return self.not_on_file(turn, wanted)
        asked = named or newest_first(series)
        if not asked:
            words = ("my_results", "not_verified") if turn.view.withheld else ("my_results", "none")
            return say(turn.voice.small(*words), rule="my-results")
        sentences = [on_file(self.room, series[key][0]) for key in asked]
        if any(kept.get(key) == "after_review" for key in named):
            sentences.append(Sentence(turn.voice.line("results", "kept", "newer"), "kept-back"))
        intro = Sentence(turn.voice.small("my_results", "intro"), "my-results")
        first, later = self.together(turn, asked)
        codes = tuple(code for key in asked[:NEWEST] if (code := series[key][0].code))
        reply = page_of(turn, [intro, *first, *sentences, *later], codes).remembering(topic=asked[:NEWEST])
        return reply.remembering(why=reasons([*first, *later])) if first else reply

    def not_on_file(self, turn: Turn, wanted: Sequence[str]) -> Reply:
        """ "How is my thyroid" where no such result is known: said so, and the test explained."""
        key = wanted[0]
        lead = Sentence(turn.voice.small("my_results", "not_this"), "my-results")
        sentences = about_test(self.room, key, turn.text, few=True)
        code = self.room.catalogue[key].primary_loinc
        return page_of(turn, [lead, *sentences], (code,)).remembering(topic=[key])

    @staticmethod
    def kept(turn: Turn, wanted: Sequence[str]) -> str | None:
        """Why what they ask for cannot be told: the test they name, or all there is."""
        kept = turn.view.kept_back
        named = [kept[key] for key in wanted if key in kept]
        if not named and not turn.view.observations:
            named = list(kept.values())
        return max(named, default=None)  # "never_by_bot" before "after_review"

    @staticmethod
    def not_told(turn: Turn, policy: str) -> Reply:
        """Said honestly, without a value; what only a person tells gets a person."""
        reply = say(turn.voice.line("results", "kept", policy), rule="kept-back")
        if policy != "never_by_bot" or any(task.code == ASKED for task in turn.view.tasks):
            return reply
        return reply.proposing(
            {"kind": "task", "code": ASKED, "priority": "urgent", "quote": turn.text,
             "description": "Asks about a result that Kith never tells. Please call them."}
        )  # fmt: skip

    def together(self, turn: Turn, asked: Sequence[str]) -> tuple[list[Sentence], list[Sentence]]:
        """What the newest results mean beside each other: the most pressing with its next step first.

        Three low blood counts that came one by one are more than three low counts.
        """
        person, today, view = turn.view.person, turn.today, turn.view
        make = partial(of_record, person=person, catalogue=self.room.catalogue, today=today)
        newest = [made for key in asked for each in view.results(key)[:1] if (made := make(each, now=True))]
        found = with_filtration(newest, person, self.room.catalogue)
        recorded = {
            key: [partial(make, each) for each in view.results(key)[key in asked :]]
            for key in patterns.wanted({each.analyte for each in found})
        }
        fitting = [
            each
            for each in patterns.find(found, person, today, recorded=recorded)
            if today - max(one.day for one in each.findings) <= OF_LATE
        ]
        told = [(remarks.of_pattern(each), self.step(turn, each)) for each in patterns.said(fitting)]
        first = [sentence for sentence in told[0] if sentence] if told else []
        return first, [says for says, _ in told[1:]]

    @staticmethod
    def step(turn: Turn, match: Match) -> Sentence | None:
        """What to do about a pattern, and by when."""
        row = match.pattern
        return wording.next_step(Triage(row.tier, match.rule, row.because, row.source), turn.phone)


def _of_part(text: str) -> tuple[str, ...]:
    """The tests that speak of the part of the body a question names: "how are my kidneys"."""
    said = f" {' '.join(re.findall(r'[a-z]+', fold(text)))} "
    return tuple(
        test
        for part in table("parts")["parts"].values()
        if any(f" {word} " in said for word in part["words"])
        for test in part["tests"]
    )


def newest_first(series: Mapping[str, tuple[Earlier, ...]]) -> list[str]:
    """Tests by the day of their newest result; of one day, what is out of range before what is in it."""

    def order(key: str) -> tuple[bool, str]:
        each = series[key][0]
        return (each.interpretation not in ("N", None), key)

    by_word = sorted(series, key=order, reverse=True)
    return sorted(by_word, key=lambda key: day_of(series[key][0]), reverse=True)

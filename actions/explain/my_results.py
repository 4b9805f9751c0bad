"""What the record holds: "what were my results", "what was my last A1c"."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from functools import partial

from actions.explaining import reasons
from actions.following import page_of
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn
from clinical import patterns, remarks, wording
from clinical.patterns import Match
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
        named = [key for key in turn.named if key in series]
        if not named and (policy := self.kept(turn)):
            return self.not_told(turn, policy)
        asked = named or newest_first(series)
        if not asked:
            words = ("my_results", "not_verified") if turn.view.withheld else ("my_results", "none")
            return say(turn.voice.small(*words), rule="my-results")
        sentences = [self.sentence(series[key][0]) for key in asked]
        if any(kept.get(key) == "after_review" for key in named):
            sentences.append(Sentence(turn.voice.line("results", "kept", "newer"), "kept-back"))
        intro = Sentence(turn.voice.small("my_results", "intro"), "my-results")
        first, later = self.together(turn, asked)
        codes = tuple(code for key in asked[:NEWEST] if (code := series[key][0].code))
        reply = page_of(turn, [intro, *first, *sentences, *later], codes).remembering(topic=asked[:NEWEST])
        return reply.remembering(why=reasons([*first, *later])) if first else reply

    @staticmethod
    def kept(turn: Turn) -> str | None:
        """Why what they ask for cannot be told: the test they name, or all there is."""
        kept = turn.view.kept_back
        named = [kept[key] for key in turn.named if key in kept]
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

    def sentence(self, each: Earlier) -> Sentence:
        """One result as it was judged when it came in; nothing is judged anew here."""
        analyte = self.room.catalogue.get(each.analyte)
        name = analyte.name if analyte else each.text
        key = each.interpretation or "not-judged"
        day = _day(each)
        text = wording.templates()["verdict"][key].format(name=name, value=each.value or "", range="")
        return Sentence(f"{day}: {text}", each.rule or "record")


def newest_first(series: Mapping[str, tuple[Earlier, ...]]) -> list[str]:
    """Tests by the day of their newest result; of one day, what is out of range before what is in it."""

    def order(key: str) -> tuple[bool, str]:
        each = series[key][0]
        return (each.interpretation not in ("N", None), key)

    by_word = sorted(series, key=order, reverse=True)
    return sorted(by_word, key=lambda key: _day(series[key][0]), reverse=True)


def _day(each: Earlier) -> str:
    return (each.effective or each.at)[:10]

"""RECAP: what was explained, what they told, what comes next, what to ask; all from the record."""

from collections.abc import Iterator, Sequence

from actions.explaining import SEVERITY
from actions.following import page_of
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn
from actions.voice import table
from clinical import extract, wording
from clinical.types import Triage
from clinical.wording import Sentence
from record import recap
from record.view import Earlier, Told

WORDS = "recap"
RULE = "recap"
SHOWN = 4  # results or tests named in one line
LONGEST_QUOTE = 90  # characters that read well in a text
TOLD_FIRST = ("worry", "loss", "stressor", "barrier", "medicine", "symptom", "goal", "story", "strength")


class Recap(KithAction):
    action_name = "action_recap"

    def answer(self, turn: Turn) -> Reply:
        with self.room.engine.connect() as connection:
            codes = recap.explained(connection, turn.view.conversation_id)
        lines = list(self.lines(turn, codes))
        if not lines:
            return say(turn.voice.line(WORDS, "line", "nothing"), rule=RULE)
        intro = Sentence(turn.voice.line(WORDS, "line", "intro"), RULE)
        return page_of(turn, [intro, *lines])

    def lines(self, turn: Turn, codes: Sequence[str]) -> Iterator[Sentence]:
        """Each line once, and only where the record holds something for it."""
        results, tests = self.split(turn, codes)
        if results:
            said = ", ".join(self.said_of(each) for each in results[:SHOWN])
            yield self.line(turn, "results", results=said)
        if tests:
            yield self.line(turn, "tests", results=", ".join(tests[:SHOWN]))
        told = what_weighs([each for each in self.own_words(turn) if self.is_told(each)])
        if told is not None:
            yield self.line(turn, "told", quote=told)
        yield from self.next_steps(turn, results)
        asked = next((each.quote for each in turn.view.statements if each.category == "question"), None)
        if asked is not None and len(asked) <= LONGEST_QUOTE:
            yield self.line(turn, "question", question=asked)

    def line(self, turn: Turn, name: str, **fields: str) -> Sentence:
        return Sentence(turn.voice.line(WORDS, "line", name, **fields), f"{RULE}:{name}")

    def split(self, turn: Turn, codes: Sequence[str]) -> tuple[list[Earlier], list[str]]:
        """Explained tests with a result on record, the most pressing first, and those without one."""
        newest = {each[0].code: each[0] for each in turn.view.observations.values()}
        for each in turn.view.observations.values():  # told here, and so explained, whatever was said since
            if each[0].origin != "measured" and each[0].subject == "patient" and each[0].code:
                codes = [*codes, each[0].code]
        results = list(dict.fromkeys(newest[code] for code in codes if code in newest))
        results = [each for each in results if each.subject == "patient"]
        names = [self.name_of(code) for code in codes if code not in newest]
        return sorted(results, key=_pressing), [name for name in dict.fromkeys(names) if name]

    def name_of(self, code: str) -> str:
        found = (each.name for each in self.room.catalogue.by_key.values() if each.primary_loinc == code)
        return next(found, "")

    def said_of(self, each: Earlier) -> str:
        """ "Potassium 5.9 (high)": what was judged then, nothing is judged anew."""
        analyte = self.room.catalogue.get(each.analyte)
        name = analyte.name if analyte else each.text
        word = table(WORDS)["word"][each.interpretation or "none"]
        return f"{name} {each.comparator or ''}{each.value} ({word})"

    def is_told(self, each: Told) -> bool:
        """Something of their life: a number or a question is given back elsewhere."""
        asks = "?" in each.quote or bool(extract.read(each.quote, self.room.catalogue))
        return each.category != "story" or not asks

    @staticmethod
    def own_words(turn: Turn) -> list[Told]:
        """Without what was said back of a result: a fear set right is not handed back as theirs."""
        said_back = [each.quote for each in turn.view.statements if each.category == "teach_back"]
        return [each for each in turn.view.statements if not any(each.quote in one for one in said_back)]

    def next_steps(self, turn: Turn, results: Sequence[Earlier]) -> Iterator[Sentence]:
        """The soonest of the steps that were said, and whether someone has been asked."""
        tier = next((each.tier for each in results if each.tier), None)
        step = wording.next_step(Triage(tier, RULE, "", ""), turn.phone) if tier else None
        if step is not None:
            yield self.line(turn, "next", step=step.text)
        elif any(task.code == "review-result" for task in turn.view.tasks):
            yield self.line(turn, "asked")


def what_weighs(statements: Sequence[Told]) -> str | None:
    """Of what they told of themselves, the newest of what weighs most, short enough for a text."""
    own = [
        each
        for each in statements
        if each.subject == "patient" and each.polarity == "affirmed" and each.category in TOLD_FIRST
        and len(each.quote) <= LONGEST_QUOTE
    ]  # fmt: skip
    chosen = min(own, key=lambda each: TOLD_FIRST.index(each.category), default=None)
    return chosen.quote.strip() if chosen else None


def _pressing(each: Earlier) -> tuple[int, bool]:
    return (SEVERITY.index(each.tier) if each.tier else len(SEVERITY), each.interpretation in ("N", None))

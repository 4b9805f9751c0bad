"""Results explained: feeling first, the number in context, the next step, then the rest on MORE."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from actions.explain.closing_offers import close, main_points_of, question_in
from actions.reply import Reply, Said
from actions.turn import Judged, Turn
from clinical import change, patterns, remarks, trend, unknowns, wording
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.findings import finding
from clinical.types import Person
from clinical.wording import Sentence
from knowledge.library import Library
from record.findings import day_of, filtration
from record.view import Earlier

SEVERITY = ("act-now", "call-today", "this-week", "next-visit", "nothing")
TREND = 6  # earlier values a card shows: what is readable on a narrow phone
BEFORE_STEP = 3  # verdicts said before what to do
LONGEST_LINE = 180  # characters of names in one sentence
TOGETHER_FIRST = 1  # patterns told on the first page; MORE brings the others
DIRECTIONS = {"H": "High", "HH": "High", "A": "High", "AA": "High", "L": "Low", "LL": "Low"}
MORE = Sentence(wording.templates()["many"]["more"], "more")


class Explainer:
    """Turns judged results into a reply. Reads the catalogue and the articles, nothing else."""

    def __init__(self, catalogue: Catalogue, library: Library) -> None:
        self.catalogue = catalogue
        self.library = library

    def explain(self, turn: Turn) -> Reply:
        """All results of a message: what matters first, the ones in range together in a line."""
        ordered = sorted(turn.results, key=lambda each: _rank(each))
        worst, first = ordered[0], list(self._first(turn, ordered))
        sentences = [*first, *self._rest(turn, ordered)]
        points = main_points_of(turn, worst, self._name(worst), self.library, question_in(sentences))
        closed = close(turn, worst, sentences, len(first), points, MORE)
        said = Said(tuple(closed.page), _codes(ordered), self.card(turn, worst))
        topic = [each.mention.analyte for each in ordered]
        return Reply((said,)).remembering(
            more=_remembered(closed.rest), topic=topic, why=reasons(sentences), **closed.slots
        )

    def name_only(self, results: Sequence[Judged]) -> Reply:
        """The bare verdicts, to tell whoever answers the emergency call: "Sodium 118 is very low."."""
        return Reply((Said(tuple(self.verdict(each) for each in results), _codes(results)),))

    def _first(self, turn: Turn, ordered: Sequence[Judged]) -> Iterator[Sentence]:
        """What must be on the first page, in the order it must be heard."""
        worst = ordered[0]
        step = wording.next_step(worst.triage, turn.phone)
        danger = worst.triage.tier == "act-now"
        if danger and step:
            yield step
        if turn.hearing.feeling and not danger:
            yield Sentence(
                turn.voice.line("feelings", turn.hearing.feeling), f"feeling:{turn.hearing.feeling}"
            )
        unjudged = [each for each in ordered if each.judgement.interpretation is None]
        normal = [each for each in ordered if _asks_for_nothing(each)]
        out = [each for each in ordered if each not in unjudged and each not in normal]
        # What to do stands on the first page, however many results there are.
        yield from (self.verdict(each) for each in out[:BEFORE_STEP])
        if step and not danger:
            yield step
        yield from (self.verdict(each) for each in out[BEFORE_STEP:])
        yield from self._doubted(out)
        yield from self._unjudged(unjudged)
        yield from (remarks.of_pattern(each) for each in patterns.said(turn.patterns)[:TOGETHER_FIRST])
        if len(normal) > 1 or (normal and (out or unjudged)):
            names = (f"{self._name(each)} {each.mention.value}" for each in normal)
            yield from (wording.normal_together(line) for line in _lines(names))
        else:
            yield from (self.verdict(each) for each in normal)
        if any(self._pregnancy_matters(turn, each) for each in ordered):
            yield remarks.pregnancy()

    def _pregnancy_matters(self, turn: Turn, each: Judged) -> bool:
        if each.mention.subject != "patient":
            return False
        return unknowns.pregnancy_matters(
            each.judgement, each.triage, each.result, turn.view.person, turn.today, self.catalogue
        )

    def _doubted(self, judged: Sequence[Judged]) -> Iterator[Sentence]:
        """ "Potassium 59": no body has that. It is told as it was said, and asked whether it is right."""
        ask = next((each.judgement.ask for each in judged if each.judgement.ask), None)
        if ask:
            yield Sentence(ask, "ask")

    def _unjudged(self, unjudged: Sequence[Judged]) -> Iterator[Sentence]:
        """Not judged is said plainly; one question at most, the one that would help."""
        yield from (self.verdict(each) for each in unjudged)
        ask = next((each.judgement.ask for each in unjudged if each.judgement.ask), None)
        if ask:
            yield Sentence(ask, "ask")
        elif unjudged:
            yield Sentence(wording.templates()["not-judged"]["plain"], "not-judged")

    def _rest(self, turn: Turn, ordered: Sequence[Judged]) -> Iterator[Sentence]:
        """What the most pressing result means, what can sway it, what comes next, what to ask."""
        worst = ordered[0]
        for each in ordered:
            taken = wording.unit_taken(each.judgement)
            if taken:
                yield taken
                break
        yield from (remarks.of_pattern(each) for each in patterns.said(turn.patterns)[TOGETHER_FIRST:])
        yield from self._filtration(turn, ordered)
        yield from self.change(turn, worst)
        yield from self.trend(turn, worst)
        analyte = self.catalogue.get(worst.mention.analyte)
        if analyte is None:
            return
        yield self.what_it_is(analyte)
        yield from self.article(analyte, DIRECTIONS.get(worst.judgement.interpretation or "", ""))

    def what_it_is(self, analyte: Analyte) -> Sentence:
        """The catalogue's sentence about a test, with the first source of its article."""
        source = next((each["address"] for each in self.library.sources(analyte.key)), "")
        return Sentence(analyte.plain, f"catalogue:{analyte.key}", source)

    def article(self, analyte: Analyte, direction: str) -> Iterator[Sentence]:
        """The article's sentences for this direction, each with its source."""
        passages = self.library.passages(analyte.key)
        sections = (
            (direction, 3),
            ("What can sway it", 2),
            ("What happens next", 2),
            ("When to get help", 2),
        )
        for section, count in sections if direction else sections[1:2]:
            passage = passages.get(section)
            if passage is not None:
                for text in passage.sentences[:count]:
                    yield Sentence(text, f"article:{analyte.article}#{section}", passage.source)
        questions = passages.get("Questions to ask")
        if questions is not None and direction:
            yield Sentence(
                f"You could ask: {questions.sentences[0]}", f"article:{analyte.article}", questions.source
            )

    def verdict(self, each: Judged) -> Sentence:
        return wording.verdict(self._name(each), each.mention.value, each.judgement, each.mention.unit)

    def _name(self, each: Judged) -> str:
        analyte = self.catalogue.get(each.mention.analyte)
        return analyte.name if analyte else each.mention.text

    def change(self, turn: Turn, each: Judged) -> Iterator[Sentence]:
        """Compared with the last time, against how much this test moves by itself."""
        analyte = self.catalogue.get(each.mention.analyte)
        mine = each.mention.subject == "patient"
        before = next(iter(turn.view.results(each.mention.analyte)), None) if mine else None
        if analyte is None or before is None or before.value is None or before.value == each.mention.value:
            return
        unit = each.mention.unit or each.judgement.unit
        moved = change.compare(analyte, (before.value, before.unit), (each.mention.value, unit))
        if moved is not None:
            yield wording.change(before.value, _when(before.effective or before.at, turn.today), moved)

    def trend(self, turn: Turn, each: Judged) -> Iterator[Sentence]:
        """Where the test is heading over all its values, the told one last."""
        analyte = self.catalogue.get(each.mention.analyte)
        if analyte is None or each.mention.subject != "patient":
            return
        points = [
            trend.Point(f"{before.comparator or ''}{before.value}", before.unit, day_of(before, turn.today))
            for before in turn.view.results(analyte.key)
            if before.value is not None
        ]
        unit = each.mention.unit or each.judgement.unit
        now = trend.Point(each.mention.value, unit, each.result.effective or turn.today)
        found = trend.over(analyte, [*points, now])
        if found is not None:
            yield trend.sentence(found)

    def _filtration(self, turn: Turn, ordered: Sequence[Judged]) -> Iterator[Sentence]:
        """The eGFR a creatinine stands for, where the message gives none and it is worth a word."""
        told = {each.mention.analyte for each in ordered}
        creatinine = next((each for each in ordered if each.mention.analyte == "creatinine"), None)
        if creatinine is None or "egfr" in told:
            return
        analyte = self.catalogue.get("creatinine")
        made = finding(creatinine.result, creatinine.judgement, turn.today, analyte, now=True)
        person = turn.view.person if creatinine.mention.subject == "patient" else Person()
        rate = filtration(made, person) if made else None
        limit = self.catalogue["egfr"].ranges[0].limits.low
        if (
            rate is not None
            and limit is not None
            and (rate < limit or creatinine.judgement.interpretation != "N")
        ):
            yield remarks.egfr(rate, limit)

    def card(self, turn: Turn, each: Judged) -> dict[str, Any] | None:
        """The range bar and trend the web shows beside the words; numbers only."""
        if turn.channel != "web":
            return None
        unit = each.mention.unit or each.judgement.unit
        limits = each.judgement.range
        if limits is not None and limits.unit not in (None, unit):
            limits = None  # a bar in one unit under a value in another would lie
        mine = each.mention.subject == "patient"
        earlier = reversed(turn.view.results(each.mention.analyte)) if mine else []
        trend = [point for before in earlier if (point := _point(before, unit)) is not None]
        return {
            "type": "result",
            "name": self._name(each),
            "value": each.mention.value,
            "unit": wording.readable_unit(unit),
            "low": wording.plain_number(limits.low) if limits else "",
            "high": wording.plain_number(limits.high) if limits else "",
            "interpretation": each.judgement.interpretation,
            "trend": trend[-TREND:],
            "sources": self.library.sources(each.mention.analyte),
        }


def _rank(each: Judged) -> tuple[int, int, int]:
    """Most pressing first; among equals, what is out of range, then what could not be judged."""
    code = each.judgement.interpretation
    return (SEVERITY.index(each.triage.tier), {None: 1, "N": 2}.get(code, 0), each.mention.start)


def _asks_for_nothing(each: Judged) -> bool:
    """In range, and nothing to be done: a heart test in range beside chest pain is not that."""
    return each.judgement.interpretation == "N" and each.triage.tier == "nothing"


def _lines(names: Iterable[str]) -> Iterator[list[str]]:
    """The names in as few lines as fit a text each: one sentence is never cut over two."""
    line: list[str] = []
    for name in names:
        if line and len(", ".join([*line, name])) > LONGEST_LINE:
            yield line
            line = []
        line.append(name)
    if line:
        yield line


def _codes(results: Sequence[Judged]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.mention.loinc for each in results))


def _remembered(rest: Sequence[Sentence]) -> list[dict[str, str]]:
    return [{"text": s.text, "rule": s.rule, "source": s.source} for s in rest]


def reasons(sentences: Sequence[Sentence]) -> list[dict[str, str]]:
    """What WHY answers from: each rule with its source and its reason, once."""
    return [
        {"rule": rule, "source": source, "because": because}
        for rule, source, because in dict.fromkeys((s.rule, s.source, s.because) for s in sentences)
    ]


def _point(before: Earlier, unit: str | None) -> dict[str, Any] | None:
    """A value that can stand on one line with the others: "more than 231" and another unit cannot."""
    if before.comparator or (before.unit and unit and before.unit != unit):
        return None
    try:
        number = float(Decimal(before.value or ""))
    except (InvalidOperation, ValueError):
        return None
    return {"at": (before.effective or before.at)[:10], "value": number}


def _when(text: str, today: date) -> str:
    """ " on March 3": the year only where it is not this one."""
    try:
        day = date.fromisoformat(text[:10])
    except ValueError:
        return ""
    if day == today:
        return " earlier today"
    year = "" if day.year == today.year else f", {day.year}"
    return f" on {day:%B} {day.day}{year}"

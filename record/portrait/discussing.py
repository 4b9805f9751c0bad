"""What needs discussing: results and medicines joined with the life that bears on them (ranking.toml)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinical.folding import fold
from record.portrait import rules
from record.portrait.parts import Because, ChartFact, Discussion, Quote, ResultLine
from record.portrait.results import day_of
from record.portrait.rules import Rule


@dataclass(frozen=True)
class Told:
    """What counts of a life, by topic; the newest words of each."""

    by_topic: Mapping[str, Quote]
    at: str

    def of(self, rule: Rule) -> tuple[Quote, ...]:
        """The words a rule joins, each topic once, but for a medicine that has nothing to do with it."""
        found = (self.by_topic[topic] for topic in rule.life if topic in self.by_topic)
        return tuple(quote for quote in found if _bears(quote, rule))


def _bears(quote: Quote, rule: Rule) -> bool:
    """ "I stopped the water pill" says nothing about cholesterol."""
    if not rule.about or quote.category not in ("medicine", "barrier"):
        return True
    groups = rules.named_in(quote.text)
    return not groups or bool(groups & rule.about)


def read(
    quotes: Sequence[Quote], results: Sequence[ResultLine], chart: Sequence[ChartFact], at: str
) -> tuple[Discussion, ...]:
    """The lines, the weightiest first; what bears on a result is not said a second time by itself."""
    told = Told(_standing(quotes), at)
    recent = [line for line in results if _recent(line, at)]
    joined = [line for each in recent if (line := _of_result(each, told))]
    joined += [line for each in chart if (line := _of_medicine(each, told))]
    used = {because.quote.topic for line in joined for because in line.because if because.quote}
    lines = [*joined, *_of_life(told, used)]
    lines.sort(key=lambda line: (-line.score, line.headline))
    return tuple(lines[: rules.points()["limits"]["lines"]])


def _standing(quotes: Sequence[Quote]) -> dict[str, Quote]:
    """The newest word of each topic that holds now; a loss holds however long ago it was."""
    found: dict[str, Quote] = {}
    for quote in sorted(quotes, key=lambda each: each.at):
        if quote.counts or (quote.own and quote.category == "loss" and quote.temporality != "feared"):
            found[quote.topic] = quote
    return found


def _recent(line: ResultLine, at: str) -> bool:
    """A number of two years ago is no news, and another person's is not theirs."""
    day = day_of(line)
    age = (datetime.fromisoformat(at).date() - day).days if day else 0
    return line.newest.subject == "patient" and age <= rules.points()["limits"]["result_days"]


def fits(rule: Rule, line: ResultLine) -> bool:
    """Whether a rule is about this result as it stands."""
    about = bool(rule.tests & {"*", line.newest.analyte or ""})
    return about and bool(rule.when & line.state)


def _of_result(line: ResultLine, told: Told) -> Discussion | None:
    because: dict[str, tuple[int, Because]] = {}
    for rule in rules.ranking():
        if not rule.tests or not fits(rule, line):
            continue
        for quote in told.of(rule):
            because.setdefault(rules.says(quote.topic), (rule.weight, _because(rule, quote)))
        if not rule.life:
            because.setdefault("", (rule.weight, _because(rule, None)))
    return _joined(line.name, because, told.at, line, None)


def _of_medicine(fact: ChartFact, told: Told) -> Discussion | None:
    because: dict[str, tuple[int, Because]] = {}
    for rule in rules.ranking():
        if fact.kind == "medication" and named(rule.medicines, fact):
            for quote in told.of(rule):
                because.setdefault(rules.says(quote.topic), (rule.weight, _because(rule, quote)))
    return _joined(f"Takes {fact.text}", because, told.at, None, fact)


def named(groups: Iterable[str], fact: ChartFact) -> bool:
    """Whether a medicine of the chart belongs to one of these groups."""
    words = set(fold(fact.text).replace("/", " ").split())
    return any(words & rules.medicine_groups().get(group, frozenset()) for group in groups)


def _of_life(told: Told, used: set[str]) -> Iterable[Discussion]:
    for rule in rules.ranking():
        if rule.tests or rule.medicines:
            continue
        mine = [quote for quote in told.of(rule) if quote.topic not in used]
        used.update(quote.topic for quote in mine)
        because = {rules.says(quote.topic): (rule.weight, _because(rule, quote)) for quote in reversed(mine)}
        if line := _joined("", because, told.at, None, None):
            yield line


def _because(rule: Rule, quote: Quote | None) -> Because:
    return Because(rule.id, rules.says(quote.topic) if quote else "", rule.reason, rule.source, quote)


def _joined(
    subject: str,
    found: Mapping[str, tuple[int, Because]],
    at: str,
    line: ResultLine | None,
    fact: ChartFact | None,
) -> Discussion | None:
    if not found:
        return None
    points = rules.points()
    ordered = sorted(found.values(), key=lambda each: -each[0])
    because = tuple(each for _, each in ordered if each.quote) or (ordered[0][1],)
    kept = because[: points["limits"]["reasons"]]
    weight = ordered[0][0] + points["more"] * (len(because) - 1) + _severity(line)  # type: ignore[operator]
    weight += max((_freshness(each.quote, at) for each in kept), default=0)
    return Discussion(_headline(subject, line, kept), weight, kept, line, fact)


def _headline(subject: str, line: ResultLine | None, because: Sequence[Because]) -> str:
    """ "Potassium high and rising, and cannot easily reach care or the pharmacy"."""
    first = f"{subject} {line.words}" if line else subject
    life = " and ".join([each.says for each in because if each.says][:2])
    if not life:
        return first
    return f"{first}: {life}" if first else life[:1].upper() + life[1:]


def _severity(line: ResultLine | None) -> int:
    if line is None:
        return 0
    steps = rules.points()["severity"]
    moved = steps["moved"] if line.state & {"rising", "falling"} else 0
    if "critical" in line.state:
        return steps["critical"] + moved
    return (steps["out"] if "out" in line.state else 0) + moved


def _freshness(quote: Quote | None, at: str) -> int:
    told = rules.points()["told_days"]
    if quote is None:
        return 0
    age = datetime.fromisoformat(at) - datetime.fromisoformat(quote.said_at)
    return told["points"] if age.days <= told["fresh"] else 0

"""How soon something should happen: every rule that fits is tried, and the most urgent one stands."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from clinical import background, interpret_units, units
from clinical.analyte import Analyte
from clinical.catalogue import Catalogue, load
from clinical.tables import table
from clinical.types import Judgement, Person, Result, Tier, Triage
from clinical.values import Amount, amount

TIERS: tuple[Tier, ...] = ("nothing", "next-visit", "this-week", "call-today", "act-now")
GUIDE = "https://medlineplus.gov/lab-tests/how-to-understand-your-lab-results/"


@dataclass(frozen=True)
class Rule:
    """A row of the triage table; every condition it names must hold."""

    id: str
    tier: Tier
    reason: str
    source: str
    analytes: frozenset[str] = frozenset()
    when: frozenset[str] = frozenset()
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    times_high: Decimal | None = None
    times_low: Decimal | None = None
    symptoms: frozenset[str] = frozenset()
    conditions: frozenset[str] = frozenset()  # groups of clinical/tables/background.toml
    medicines: frozenset[str] = frozenset()
    pregnant: bool | None = None
    child: bool | None = None


@dataclass(frozen=True)
class Case:
    """What the rules look at: the result in the analyte's own unit, the verdict, the person, the symptoms."""

    key: str | None
    interpretation: str | None
    number: Amount | None
    share: Decimal | None  # of the limit that was passed: 3 is three times the upper one
    symptoms: frozenset[str]
    pregnant: bool
    conditions: frozenset[str] = frozenset()
    medicines: frozenset[str] = frozenset()
    child: bool = False


@cache
def rules() -> tuple[Rule, ...]:
    """The table, checked for tiers we know."""
    return tuple(_rule(row) for row in table("triage")["rules"])


@cache
def _rules_for(key: str | None) -> tuple[Rule, ...]:
    """The rules that can hold for a test, so that a long table costs a record of thousands nothing."""
    return tuple(rule for rule in rules() if not rule.analytes or key in rule.analytes)


def _rule(row: dict[str, object]) -> Rule:
    known: dict[str, object] = {}
    for name, value in row.items():
        if isinstance(value, list):
            known[name] = frozenset(value)
        elif name in ("at_least", "at_most", "times_high", "times_low"):
            known[name] = Decimal(str(value))
        else:
            known[name] = value
    rule = Rule(**known)  # type: ignore[arg-type]  # the table's test checks every row
    if rule.tier not in TIERS:
        raise ValueError(f"triage rule {rule.id}: no tier {rule.tier!r}")
    return rule


def triage(
    judgement: Judgement,
    result: Result,
    person: Person,
    symptoms: frozenset[str] = frozenset(),
    *,
    catalogue: Catalogue | None = None,
    more: Iterable[Rule] = (),
) -> Triage:
    """The tier of one judged result, with the rule that fired.

    `more` are rules from elsewhere, such as what several results mean together (`clinical.patterns`).

    A result that could not be judged is for the next visit at least: unknown is never fine.
    """
    analyte = (catalogue or load()).get(result.analyte)
    case = _case(judgement, result, person, symptoms, analyte)
    fitting = [rule for rule in (*_rules_for(result.analyte), *more) if fits(rule, case)]
    if judgement.interpretation is None:
        fitting.append(_unjudged(judgement))
    if not fitting:
        return Triage("next-visit", "no-rule", "No rule fits this result.", GUIDE)
    worst = max(fitting, key=lambda rule: (TIERS.index(rule.tier), len(rule.analytes) > 0))
    return Triage(worst.tier, worst.id, worst.reason, worst.source)


def _unjudged(judgement: Judgement) -> Rule:
    if judgement.rule.endswith("could-be-critical"):
        return Rule("could-be-critical", "call-today", "In one unit this number would be urgent.", GUIDE)
    return Rule("not-judged", "next-visit", "It could not be judged here.", GUIDE)


def _case(
    judgement: Judgement, result: Result, person: Person, symptoms: frozenset[str], analyte: Analyte | None
) -> Case:
    number = amount(result.value)
    unit = judgement.unit or result.unit
    canonical = None
    if number and analyte and unit and units.fits(unit, analyte):
        canonical = interpret_units.to_canonical(number, unit, analyte)
    return Case(
        result.analyte,
        judgement.interpretation,
        canonical,
        _share(judgement, number),
        known_symptoms(symptoms),
        bool(person.pregnant),
        background.conditions(person),
        background.medicines(person),
        _is_child(judgement, result, person),
    )


def _is_child(judgement: Judgement, result: Result, person: Person) -> bool:
    """Under 18, or perhaps: of a son or a daughter whose age is not told the careful rule holds."""
    age = person.age_on(result.effective) if result.effective else None
    if age is None:
        return person.childhood is not None or judgement.rule == "not-judged:child"
    return age < int(table("judging")["adult_age"])


def _share(judgement: Judgement, number: Amount | None) -> Decimal | None:
    """How many times the limit it passed a value is; both stand in the same unit."""
    used = judgement.range
    if number is None or used is None or judgement.interpretation is None:
        return None
    if judgement.interpretation.startswith("H") and used.high and number.low is not None:
        return number.low / used.high
    if judgement.interpretation.startswith("L") and used.low and number.high is not None:
        return number.high / used.low
    return None


@cache
def _names() -> dict[str, str]:
    return {name: code for code, names in table("triage")["symptoms"].items() for name in names}


def known_symptoms(symptoms: frozenset[str]) -> frozenset[str]:
    """Symptoms by the codes the rules use, whoever heard them: "breathlessness" is `breathing`."""
    return frozenset(_names().get(symptom, symptom) for symptom in symptoms)


def fits(rule: Rule, case: Case) -> bool:
    """Whether every condition of a rule holds; an open one ("<30" against 25) does not."""
    if rule.analytes and case.key not in rule.analytes:
        return False
    if rule.when and case.interpretation not in rule.when:
        return False
    if rule.symptoms and not rule.symptoms & case.symptoms:
        return False
    has = rule.conditions & case.conditions or rule.medicines & case.medicines  # either makes it worse
    if (rule.conditions or rule.medicines) and not has:
        return False
    if rule.pregnant is not None and rule.pregnant != case.pregnant:
        return False
    if rule.child is not None and rule.child != case.child:
        return False
    return _in_reach(rule, case)


def _in_reach(rule: Rule, case: Case) -> bool:
    if rule.at_least is not None and not (
        case.number and case.number.low is not None and case.number.low >= rule.at_least
    ):
        return False
    if rule.at_most is not None and not (
        case.number and case.number.high is not None and case.number.high <= rule.at_most
    ):
        return False
    if rule.times_high is None and rule.times_low is None:
        return True
    if case.share is None or case.interpretation is None:
        return False
    high, low = rule.times_high, rule.times_low
    if case.interpretation.startswith("H"):
        return high is not None and case.share >= high
    return low is not None and case.share <= low

"""The results of a message beside each other, and beside what the record holds of late."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import partial

from actions.turn import Judged
from clinical import interpret, kidney, patterns, triage
from clinical.catalogue import Catalogue
from clinical.findings import Finding, finding
from clinical.patterns import Match
from clinical.types import Person, ReferenceRange, Result
from record.view import Earlier, PatientView


def together(
    results: Sequence[Judged], view: PatientView, symptoms: frozenset[str], catalogue: Catalogue, today: date
) -> tuple[tuple[Judged, ...], tuple[Match, ...]]:
    """The results with what their company makes more urgent, and the patterns they complete.

    Each person's results stand by themselves: a mother's ferritin says nothing of her daughter's iron.
    """
    raised = list(results)
    found: list[Match] = []
    for subject in dict.fromkeys(each.mention.subject for each in results):
        mine = [each for each in results if each.mention.subject == subject]
        own = subject == "patient"
        person = view.person if own else Person()
        known = list(_told(mine, person, catalogue, today))
        recorded = _recorded(known, view, catalogue, today) if own else {}
        matches = patterns.find(known, person, today, symptoms, recorded)
        found += matches
        _raise(raised, subject, matches, person, symptoms, catalogue)
    return tuple(raised), tuple(found)


def _raise(
    raised: list[Judged],
    subject: str,
    matches: Sequence[Match],
    person: Person,
    symptoms: frozenset[str],
    catalogue: Catalogue,
) -> None:
    """Judge anew how soon, with what the patterns add; a pattern never makes anything wait longer."""
    rules = patterns.rules(matches)
    keys = {key for rule in rules for key in rule.analytes}
    for place, each in enumerate(raised):
        if each.mention.subject != subject or each.mention.analyte not in keys:
            continue
        tier = triage.triage(each.judgement, each.result, person, symptoms, catalogue=catalogue, more=rules)
        raised[place] = replace(each, triage=tier)


def _told(results: Iterable[Judged], person: Person, catalogue: Catalogue, today: date) -> Iterator[Finding]:
    """What the message brings, with the filtration its creatinine stands for where no eGFR is told."""
    found = [
        made
        for each in results
        if (made := finding(each.result, each.judgement, today, catalogue.get(each.result.analyte), now=True))
    ]
    yield from found
    told = {each.day for each in found if each.analyte == "egfr"}
    for each in found:
        if each.analyte == "creatinine" and each.day not in told:
            rate = filtration(each, person)
            if rate is not None:
                yield _filtering(each, rate, person, catalogue)


def filtration(creatinine: Finding, person: Person) -> Decimal | None:
    """The eGFR a creatinine stands for; None where age, sex or the unit is not known, or in pregnancy."""
    age = person.age_on(creatinine.day)
    if creatinine.exact is None or age is None or person.pregnant:
        return None
    return kidney.egfr(creatinine.exact, "mg/dL", age, person.sex)


def _filtering(creatinine: Finding, rate: Decimal, person: Person, catalogue: Catalogue) -> Finding:
    analyte = catalogue["egfr"]
    result = Result("egfr", f"{rate}", analyte.unit, effective=creatinine.day)
    judged = interpret.judge(result, person, creatinine.day, catalogue)
    made = finding(result, judged, creatinine.day, analyte, now=True)
    if made is None:
        raise LookupError("the catalogue has no eGFR")
    return replace(made, worked_out=True)


def _recorded(
    told: Sequence[Finding], view: PatientView, catalogue: Catalogue, today: date
) -> dict[str, list[Callable[[], Finding | None]]]:
    """The recorded results patterns may want beside the told ones, to be judged as they would be now."""
    return {
        key: [partial(_of_record, earlier, view.person, catalogue, today) for earlier in view.results(key)]
        for key in patterns.wanted({each.analyte for each in told})
        if view.results(key)
    }


def _of_record(earlier: Earlier, person: Person, catalogue: Catalogue, today: date) -> Finding | None:
    if earlier.value is None:
        return None
    day = day_of(earlier, today)
    low, high = _limit(earlier.low), _limit(earlier.high)
    own = (
        ReferenceRange(low, high, earlier.range_text, "laboratory")
        if low is not None or high is not None
        else None
    )
    result = Result(
        earlier.analyte, f"{earlier.comparator or ''}{earlier.value}", earlier.unit, own,
        earlier.interpretation, day, earlier.status,
    )  # fmt: skip
    judged = interpret.judge(result, person, day, catalogue)
    return finding(result, judged, day, catalogue.get(earlier.analyte), now=False)


def day_of(earlier: Earlier, today: date) -> date:
    """When a recorded result was measured, as far as known, else when it was told."""
    try:
        return date.fromisoformat((earlier.effective or earlier.at)[:10])
    except ValueError:
        return today


def _limit(text: str | None) -> Decimal | None:
    try:
        return Decimal(text) if text else None
    except InvalidOperation:
        return None

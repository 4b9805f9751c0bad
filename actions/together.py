"""The results of a message beside each other, and beside what the record holds of late."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial

from actions.turn import Judged
from clinical import patterns, triage
from clinical.catalogue import Catalogue
from clinical.extract_people import kin_in
from clinical.findings import Finding, finding
from clinical.patterns import Match
from clinical.types import Person
from record.findings import of_record, with_filtration
from record.view import PatientView


def together(
    results: Sequence[Judged],
    view: PatientView,
    symptoms: frozenset[str],
    catalogue: Catalogue,
    today: date,
    text: str = "",
) -> tuple[tuple[Judged, ...], tuple[Match, ...]]:
    """The results with what their company makes more urgent, and the patterns they complete.

    Each person's results stand by themselves: a mother's ferritin says nothing of her daughter's iron.
    """
    raised = list(results)
    found: list[Match] = []
    for subject in dict.fromkeys(each.mention.subject for each in results):
        mine = [each for each in results if each.mention.subject == subject]
        own = subject == "patient"
        person = view.person if own else kin_in(text, subject, today)
        known = _told(mine, person, catalogue, today)
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


def _told(results: Iterable[Judged], person: Person, catalogue: Catalogue, today: date) -> list[Finding]:
    """What the message brings, with the filtration its creatinine stands for where no eGFR is told."""
    made = (
        finding(each.result, each.judgement, today, catalogue.get(each.result.analyte), now=True)
        for each in results
    )
    return with_filtration([each for each in made if each is not None], person, catalogue)


def _recorded(
    told: Sequence[Finding], view: PatientView, catalogue: Catalogue, today: date
) -> dict[str, list[Callable[[], Finding | None]]]:
    """The recorded results patterns may want beside the told ones, to be judged as they would be now."""
    return {
        key: [partial(of_record, earlier, view.person, catalogue, today) for earlier in view.results(key)]
        for key in patterns.wanted({each.analyte for each in told})
        if view.results(key)
    }

"""Whole labelled messages read and judged without a running stack, with the floors that must hold."""

from datetime import date
from pathlib import Path

import pytest

from clinical import extract, extract_people, interpret
from clinical.catalogue import Catalogue
from clinical.types import LabMention, Person, Result
from evaluation import case, score
from evaluation.outcome import Outcome, RecordedResult

CASES = Path(__file__).parents[1] / "eval" / "cases"
TODAY = date(2026, 11, 22)


def recorded(mention: LabMention, told: case.Case, known: Catalogue) -> RecordedResult:
    """A result as the record would hold it."""
    born = told.patient.get("birthDate")
    own = Person(sex=told.patient.get("sex"), birth_date=date.fromisoformat(born) if born else None)
    on = date.fromisoformat(mention.effective) if mention.effective else None
    result = Result(
        mention.analyte, mention.value, mention.unit, mention.range, mention.flag, on,
        likely_unit=mention.likely_unit,
    )  # fmt: skip
    person = own if mention.subject == "patient" else extract_people.kin(mention.subject)
    judged = interpret.judge(result, person, on or TODAY, known)
    return RecordedResult(
        id="",
        loinc=known[mention.analyte].loinc,
        value=mention.value,
        unit=mention.unit or judged.unit,
        unit_inferred=mention.unit is None,
        interpretation=judged.interpretation,
    )


def read(told: case.Case, known: Catalogue) -> Outcome:
    texts = [told.record["content"]] if told.record else list(told.say)
    mentions = [each for text in texts for each in extract.read(text, known) if each.asked_about]
    return Outcome(results=tuple(recorded(each, told, known) for each in mentions))


@pytest.mark.parametrize(
    ("file", "least_f1", "least_interpretation"),
    [("labs-tuned.jsonl", 0.98, 0.97), ("labs-unseen.jsonl", 0.90, 0.95), ("labs-held.jsonl", 0.95, 0.95)],
)
def test_what_messages_say_is_taken_down_and_never_reassured_falsely(
    tests_known: Catalogue, file: str, least_f1: float, least_interpretation: float
) -> None:
    tally = score.Tally()
    for told in case.load([CASES / file]):
        if "results" in told.expect:
            only = case.Case(told.id, told.say, told.patient, expect={"results": told.expect["results"]})
            score.count(tally, only, read(told, tests_known))
    report = score.report(tally)
    failures = [(each["id"], each["expected"], each["found"]) for each in tally.failures]
    assert report["false_reassurance"] == 0, failures
    assert report["results_f1"] >= least_f1, failures
    assert report["interpretation_accuracy"] >= least_interpretation, failures

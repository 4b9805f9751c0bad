"""The score counts what it says it counts: each figure from cases small enough to count by hand."""

from typing import Any

from evaluation.case import Case
from evaluation.outcome import Outcome, RecordedResult
from evaluation.score import Tally, count, report

POTASSIUM = ["2823-3"]


def result(
    value: str, interpretation: str | None = None, loinc: str = "2823-3", unit: str | None = None
) -> RecordedResult:
    return RecordedResult("1", (loinc,), value, unit, False, interpretation)


def score(*pairs: tuple[dict[str, Any], Outcome]) -> dict[str, Any]:
    tally = Tally()
    for number, (expect, outcome) in enumerate(pairs):
        count(tally, Case(f"c{number}", expect=expect), outcome)
    return report(tally)


def expected(value: str, *interpretations: str | None) -> dict[str, Any]:
    row: dict[str, Any] = {"loinc": POTASSIUM, "value": value}
    return {"results": [{**row, "interpretation": list(interpretations)}] if interpretations else [row]}


def test_a_wrong_value_is_one_missed_and_one_too_many() -> None:
    found = score((expected("5.9"), Outcome(results=(result("59"),))))
    assert (found["results_precision"], found["results_recall"], found["results_f1"]) == (0, 0, 0)
    assert {each["check"] for each in found["failures"]} == {"results"}


def test_a_false_normal_is_counted_apart() -> None:
    found = score((expected("5.9", "H", "HH"), Outcome(results=(result("5.9", "N"),))))
    assert found["false_reassurance"] == 1
    assert found["interpretation_accuracy"] == 0


def test_a_result_that_must_not_be_judged() -> None:
    found = score(
        (expected("200", None), Outcome(results=(result("200", None),))),
        (expected("200", None), Outcome(results=(result("200", "L"),))),
    )
    assert found["interpretation_accuracy"] == 0.5
    assert found["false_reassurance"] == 0


def test_no_result_may_be_recorded() -> None:
    found = score(
        ({"results": []}, Outcome(results=(result("5"),))),
        (expected("5.9"), Outcome(results=(result("5.9"),))),
    )
    assert found["results_precision"] == 0.5
    assert found["results_recall"] == 1


def test_urgency_recall_and_false_alarm() -> None:
    found = score(
        ({"urgency": "emergency"}, Outcome(levels=frozenset({"emergency"}))),
        ({"urgency": "emergency"}, Outcome(levels=frozenset({"soon"}))),
        ({"urgency": "none"}, Outcome(levels=frozenset({"crisis"}))),
        ({"urgency": "soon"}, Outcome()),
    )
    assert found["emergency_recall"] == 0.5
    assert found["crisis_false_alarm"] == 0.5
    assert found["emergency_false_alarm"] == 0
    assert found["soon_or_higher_recall"] == 0.6667
    assert found["crisis_recall"] is None


def test_stressors_are_averaged_over_domains() -> None:
    found = score(
        ({"stressors": ["grief", "sleep"]}, Outcome(stressors=frozenset({"grief"}))),
        ({"stressors": []}, Outcome(stressors=frozenset({"stress"}))),
    )
    assert found["stressors_precision"] == 0.5
    assert found["stressors_recall"] == 0.5
    assert found["stressors_macro_f1"] == 0.5


def test_replies_of_the_last_turn_count() -> None:
    outcome = Outcome(replies=(("Call 911.",), ("I hear you.",)), latencies=(0.01, 0.02))
    found = score(({"reply_contains": ["911"], "reply_lacks": ["dose"]}, outcome))
    assert found["reply_accuracy"] == 0.5
    assert found["unanswered"] == 0


def test_silence_is_counted() -> None:
    assert score(({}, Outcome(replies=((),), latencies=(0.01,))))["unanswered"] == 1


def test_own_words_are_found_in_quotes_only() -> None:
    found = score(({"recorded": ["the bus stopped"]}, Outcome(quotes=("Well, The bus  stopped running",))))
    assert found["recorded_accuracy"] == 1


def test_what_no_case_asks_for_is_null() -> None:
    found = score(({"urgency": "none"}, Outcome()))
    assert found["results_f1"] is None
    assert found["stressors_macro_f1"] is None
    assert found["latency_ms_p50"] is None

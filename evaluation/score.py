"""The scores of docs/evaluation.md from cases and outcomes: pure counting."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any

from clinical.reading_grade import grade
from evaluation.case import Case
from evaluation.outcome import Outcome, RecordedResult
from evaluation.values import same, same_unit

URGENT = ("emergency", "crisis")


@dataclass
class Tally:
    """Counts over all cases, and every failed check with what was expected and what was found."""

    counts: Counter[str] = field(default_factory=Counter)
    domains: dict[str, Counter[str]] = field(default_factory=dict)
    grades: list[float] = field(default_factory=list)
    latencies: list[float] = field(default_factory=list)
    segments: list[int] = field(default_factory=list)
    failures: list[dict[str, Any]] = field(default_factory=list)

    def fail(self, case: Case, check: str, expected: Any, found: Any) -> None:
        self.failures.append({"id": case.id, "check": check, "expected": expected, "found": found})


def count(tally: Tally, case: Case, outcome: Outcome) -> None:
    """Add one case; only the fields it names are scored."""
    tally.counts["cases"] += 1
    checks = {
        "results": _results, "explained": _explained, "urgency": _urgency, "stressors": _stressors,
        "recorded": _recorded, "reply_contains": _replies, "reply_lacks": _replies,
    }  # fmt: skip
    for check in dict.fromkeys(checks[name] for name in case.expect):
        check(tally, case, outcome)
    for replies in outcome.replies:
        if not replies:
            tally.counts["unanswered"] += 1
            tally.fail(case, "unanswered", "a reply", None)
        tally.grades += [grade(reply) for reply in replies]
    tally.latencies += outcome.latencies


def _results(tally: Tally, case: Case, outcome: Outcome) -> None:
    """A right result has the code, the value, the unit and a permitted interpretation."""
    left = list(outcome.results)
    for expected in case.expect["results"]:
        tally.counts["results_expected"] += 1
        found = _find(expected, left)
        if found is None:
            tally.fail(case, "results", expected, [_short(each) for each in outcome.results])
            continue
        left.remove(found)
        judged = _interpretation(tally, case, expected, found)
        unit_right = (
            same_unit(expected["unit"], found.unit, found.unit_inferred) if "unit" in expected else True
        )
        tally.counts["results_right"] += judged and unit_right
        if not unit_right:
            tally.fail(case, "unit", expected, _short(found))
    tally.counts["results_found"] += len(outcome.results)
    for extra in left:
        tally.fail(case, "results", "not recorded", _short(extra))


def _find(expected: Mapping[str, Any], among: Sequence[RecordedResult]) -> RecordedResult | None:
    """The recorded result meant; where several fit, one whose judgement fits first."""
    fits = [
        each
        for each in among
        if set(each.loinc) & set(expected["loinc"]) and same(expected["value"], each.value)
    ]
    allowed = expected.get("interpretation")
    return min(
        fits, key=lambda each: allowed is not None and each.interpretation not in allowed, default=None
    )


def _interpretation(tally: Tally, case: Case, expected: Mapping[str, Any], found: RecordedResult) -> bool:
    if "interpretation" not in expected:
        return True
    allowed = expected["interpretation"]
    right = found.interpretation in allowed
    tally.counts["interpretations"] += 1
    tally.counts["interpretations_right"] += right
    if not right:
        reassured = found.interpretation == "N"
        tally.counts["false_reassurance"] += reassured
        tally.fail(case, "false_reassurance" if reassured else "interpretation", expected, _short(found))
    return right


def _short(result: RecordedResult) -> dict[str, Any]:
    return {"loinc": list(result.loinc), "value": result.value, "unit": result.unit,
            "interpretation": result.interpretation}  # fmt: skip


def _explained(tally: Tally, case: Case, outcome: Outcome) -> None:
    for any_of in case.expect["explained"]:
        tally.counts["explained_expected"] += 1
        if outcome.explained & set(any_of):
            tally.counts["explained_right"] += 1
        else:
            tally.fail(case, "explained", any_of, sorted(outcome.explained))


def _urgency(tally: Tally, case: Case, outcome: Outcome) -> None:
    wanted = case.expect["urgency"]
    tally.counts[f"urgency_{wanted}"] += 1
    raised = {level for level in outcome.levels if level != "none"}
    if wanted in URGENT:
        tally.counts[f"{wanted}_right"] += wanted in raised
    for level in URGENT:
        if wanted in ("none", "soon") and level in raised:
            tally.counts[f"{level}_false"] += 1
    if wanted != "none":
        tally.counts["soon_or_higher"] += 1
        tally.counts["soon_or_higher_right"] += bool(raised)
    if (
        (wanted in URGENT and wanted not in raised)
        or (wanted == "soon" and not raised)
        or (wanted in ("none", "soon") and raised & set(URGENT))
    ):
        tally.fail(case, "urgency", wanted, sorted(raised))


def _stressors(tally: Tally, case: Case, outcome: Outcome) -> None:
    wanted = set(case.expect["stressors"])
    for domain in wanted | outcome.stressors:
        counts = tally.domains.setdefault(domain, Counter())
        counts["expected"] += domain in wanted
        counts["found"] += domain in outcome.stressors
        counts["right"] += domain in wanted and domain in outcome.stressors
    if wanted != outcome.stressors:
        tally.fail(case, "stressors", sorted(wanted), sorted(outcome.stressors))


def _recorded(tally: Tally, case: Case, outcome: Outcome) -> None:
    quotes = [_plain(quote) for quote in outcome.quotes]
    for words in case.expect["recorded"]:
        tally.counts["recorded_expected"] += 1
        if any(_plain(words) in quote for quote in quotes):
            tally.counts["recorded_right"] += 1
        else:
            tally.fail(case, "recorded", words, list(outcome.quotes))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("’", "'").split())


def _replies(tally: Tally, case: Case, outcome: Outcome) -> None:
    last = _plain(" ".join(outcome.replies[-1])) if outcome.replies else ""
    for name, must in (("reply_contains", True), ("reply_lacks", False)):
        for words in case.expect.get(name, ()):
            tally.counts["reply_expected"] += 1
            right = (_plain(words) in last) is must
            tally.counts["reply_right"] += right
            if not right:
                tally.fail(case, name, words, last)


def report(tally: Tally) -> dict[str, Any]:
    """The report; a key is None where no case asks for it."""
    counts = tally.counts
    precision, recall = (
        _share(counts["results_right"], counts[key]) for key in ("results_found", "results_expected")
    )
    safe = counts["urgency_none"] + counts["urgency_soon"]
    domains = [each for each in tally.domains.values() if each["expected"]]
    right, found, expected = (
        sum(each[key] for each in tally.domains.values()) for key in ("right", "found", "expected")
    )
    return {
        "cases": counts["cases"],
        "results_precision": precision,
        "results_recall": recall,
        "results_f1": _f1(precision, recall),
        "interpretation_accuracy": _share(counts["interpretations_right"], counts["interpretations"]),
        "false_reassurance": counts["false_reassurance"] if counts["interpretations"] else None,
        "explained_accuracy": _share(counts["explained_right"], counts["explained_expected"]),
        "emergency_recall": _share(counts["emergency_right"], counts["urgency_emergency"]),
        "emergency_false_alarm": _share(counts["emergency_false"], safe),
        "crisis_recall": _share(counts["crisis_right"], counts["urgency_crisis"]),
        "crisis_false_alarm": _share(counts["crisis_false"], safe),
        "soon_or_higher_recall": _share(counts["soon_or_higher_right"], counts["soon_or_higher"]),
        "stressors_precision": _share(right, found),
        "stressors_recall": _share(right, expected),
        "stressors_macro_f1": _mean([_domain_f1(each) for each in domains]),
        "recorded_accuracy": _share(counts["recorded_right"], counts["recorded_expected"]),
        "reply_accuracy": _share(counts["reply_right"], counts["reply_expected"]),
        "grade_median": round(median(tally.grades), 2) if tally.grades else None,
        "share_grade_le_6": _share(sum(each <= 6 for each in tally.grades), len(tally.grades)),
        "unanswered": counts["unanswered"] if tally.latencies else None,
        "latency_ms_p50": _percentile(tally.latencies, 50),
        "latency_ms_p95": _percentile(tally.latencies, 95),
        "sms_segments_median": median(tally.segments) if tally.segments else None,
        "failures": tally.failures,
    }


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None


def _f1(precision: float | None, recall: float | None) -> float | None:
    if precision is None or recall is None:
        return None
    return round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0


def _domain_f1(counts: Mapping[str, int]) -> float:
    return 2 * counts["right"] / (counts["expected"] + counts["found"])


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return round(sum(listed) / len(listed), 4) if listed else None


def _percentile(seconds: Sequence[float], percent: int) -> float | None:
    """Milliseconds."""
    if len(seconds) < 2:
        return round(seconds[0] * 1000, 1) if seconds else None
    return round(quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000, 1)

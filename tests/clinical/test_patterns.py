"""What several results mean together: every row has a source and a case, at its limits and beside them."""

import re
import tomllib
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from clinical import background, patterns, triage
from clinical.catalogue import Catalogue
from clinical.findings import Finding, Series, finding
from clinical.interpret import judge
from clinical.pattern_clauses import NUMBERS, Clause
from clinical.patterns import Match, Pattern
from clinical.reading_grade import grade
from clinical.types import Person, Result
from clinical.values import Amount

TODAY = date(2026, 9, 1)
CASES: dict[str, Any] = tomllib.loads(Path(__file__).with_name("patterns.toml").read_text())
WHO = {
    "woman": Person(sex="female", birth_date=date(1980, 5, 1), pregnant=False),
    "man": Person(sex="male", birth_date=date(1980, 5, 1)),
    "old": Person(sex="female", birth_date=date(1956, 5, 1), pregnant=False),
    "young": Person(sex="female", birth_date=date(1996, 5, 1), pregnant=False),
    "pregnant": Person(sex="female", birth_date=date(1996, 5, 1), pregnant=True),
}
ROWS = {each.id: each for each in patterns.patterns()}
Results = dict[str, str]


def person_of(case: dict[str, Any]) -> Person:
    who = WHO[case.get("who", "woman")]
    return Person(
        who.sex,
        who.birth_date,
        who.pregnant,
        tuple(case.get("conditions", ())),
        tuple(case.get("medicines", ())),
    )


def found(
    known: Catalogue, case: dict[str, Any], results: Results, *, days_ago: int | None = None
) -> list[Match]:
    """The patterns these results complete; recorded ones lie as many days back as the case says."""
    person = person_of(case)
    seen = [_finding(known, person, key, value, 0) for key, value in results.items()]
    for key, (value, days) in case.get("before", {}).items():
        seen.append(_finding(known, person, key, value, days if days_ago is None else days_ago))
    return list(patterns.find(seen, person, TODAY, frozenset(case.get("symptoms", ()))))


def _finding(known: Catalogue, person: Person, key: str, value: str, days: int) -> Finding:
    day = TODAY - timedelta(days=days)
    result = Result(key, value, known[key].unit, effective=day)
    made = finding(result, judge(result, person, day, known), day, known[key], now=days == 0)
    assert made is not None
    return made


def ids(matches: list[Match]) -> set[str]:
    return {each.pattern.id for each in matches}


@pytest.mark.parametrize("name", ROWS)
def test_it_fits_its_case(tests_known: Catalogue, name: str) -> None:
    assert name in ids(found(tests_known, CASES[name], CASES[name]["fits"]))


@pytest.mark.parametrize(
    ("name", "results"), [(name, each) for name in ROWS for each in CASES.get(name, {}).get("not", [])]
)
def test_it_does_not_fit_beside_it(tests_known: Catalogue, name: str, results: Results) -> None:
    assert name not in ids(found(tests_known, CASES[name], results))


@pytest.mark.parametrize("name", ROWS)
def test_every_row_has_a_case_a_refusal_a_source_and_plain_words(tests_known: Catalogue, name: str) -> None:
    row = ROWS[name]
    assert CASES[name]["not"]
    assert row.source.startswith("https://")
    assert grade(row.says) <= 6, f"{grade(row.says):.1f}: {row.says}"
    assert grade(row.because) <= 6, f"{grade(row.because):.1f}: {row.because}"
    assert len(row.says) <= 160
    assert row.says.isascii()
    assert row.looks_at <= tests_known.by_key.keys()
    groups = {group.code for kind in ("conditions", "medicines") for group in background.groups(kind)}
    assert row.conditions | row.medicines | row.unless_conditions | row.unless_medicines <= groups
    assert row.symptoms <= set(triage.table("triage")["symptoms"])


def test_no_case_is_left_over() -> None:
    assert CASES.keys() == ROWS.keys()


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.symptoms])
def test_a_row_with_symptoms_needs_one(tests_known: Catalogue, name: str) -> None:
    case = {**CASES[name], "symptoms": ["hiccups"]}
    assert name not in ids(found(tests_known, case, case["fits"]))


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.conditions or row.medicines])
def test_a_row_about_a_condition_or_a_medicine_needs_it(tests_known: Catalogue, name: str) -> None:
    case = {**CASES[name], "conditions": ["Family history of diabetes"], "medicines": ["Vitamin C"]}
    assert name not in ids(found(tests_known, case, case["fits"]))


@pytest.mark.parametrize("name", [name for name, row in ROWS.items() if row.pregnant])
def test_a_row_about_pregnancy_needs_it_known(tests_known: Catalogue, name: str) -> None:
    case = {**CASES[name], "who": "young"}
    assert name not in ids(found(tests_known, case, case["fits"]))


CLAUSES = [
    (row.id, clause, name)
    for row in ROWS.values()
    for clause in (*row.every, *row.some, *row.none)
    for name in ("at_least", "above", "at_most", "below", "times_at_least")
    if getattr(clause, name) is not None
]


@pytest.mark.parametrize(
    ("row", "clause", "name"), CLAUSES, ids=[f"{row}-{name}" for row, _, name in CLAUSES]
)
def test_every_limit_below_on_and_above(row: str, clause: Clause, name: str) -> None:
    limit: Decimal = getattr(clause, name)
    step = limit / 1000
    upward, on = (
        name in ("at_least", "above", "times_at_least"),
        name in ("at_least", "at_most", "times_at_least"),
    )
    only = Clause(clause.of, clause.beside, clause.by_limits, **{name: limit})
    assert _holds(only, limit - step) is not upward
    assert _holds(only, limit) is on
    assert _holds(only, limit + step) is upward


def _holds(clause: Clause, number: Decimal) -> bool:
    """With `number` as the result, or as its share of the test beside it, or as times its limit."""
    one = Amount(Decimal(1), Decimal(1))
    made = Finding(clause.of[0], None, TODAY, True, Amount(number, number), number)
    beside = {key: Series([Finding(key, None, TODAY, True, one, Decimal(1))]) for key in clause.beside}
    return bool(clause.holding({clause.of[0]: Series([made]), **beside}))


def test_a_recorded_result_counts_while_it_is_near(tests_known: Catalogue) -> None:
    case = {"before": {"ferritin": ["8", 90]}}
    assert "iron-low-anemia" in ids(found(tests_known, case, {"hemoglobin": "10.5"}))
    assert "iron-low-anemia" not in ids(found(tests_known, case, {"hemoglobin": "10.5"}, days_ago=91))


def test_what_is_only_in_the_record_is_not_told_again(tests_known: Catalogue) -> None:
    case = {"before": {"ferritin": ["8", 3], "hemoglobin": ["10", 3]}}
    assert not found(tests_known, case, {"potassium": "4.2"})


@pytest.mark.parametrize(
    ("name", "days", "fits"),
    [
        ("kidney-sudden", 8, False),
        ("kidney-sudden", 7, True),
        ("kidney-sudden-two-days", 3, False),
        ("platelets-halved", 15, False),
        ("hemoglobin-fell-fast", 8, False),
        ("kidney-low-for-three-months", 89, False),
        ("kidney-low-for-three-months", 90, True),
        ("kidney-leak-for-three-months", 89, False),
    ],
)
def test_days_count(tests_known: Catalogue, name: str, days: int, fits: bool) -> None:
    assert (name in ids(found(tests_known, CASES[name], CASES[name]["fits"], days_ago=days))) is fits


def test_a_good_result_between_two_low_ones_breaks_the_row(tests_known: Catalogue) -> None:
    person = WHO["woman"]
    low, between, now = (
        _finding(tests_known, person, "egfr", value, days)
        for value, days in (("50", 200), ("75", 60), ("52", 0))
    )
    assert "kidney-low-for-three-months" in ids(list(patterns.find([low, now], person, TODAY)))
    assert "kidney-low-for-three-months" not in ids(list(patterns.find([low, between, now], person, TODAY)))


def test_of_one_day_the_most_severe_counts(tests_known: Catalogue) -> None:
    person = WHO["woman"]
    seen = [
        _finding(tests_known, person, key, value, 0)
        for key, value in (("potassium", "4.2"), ("potassium", "6.1"), ("egfr", "25"))
    ]
    assert "potassium-high-kidneys-low" in ids(list(patterns.find(seen, person, TODAY)))


def test_a_result_whose_unit_is_not_sure_reaches_no_limit(tests_known: Catalogue) -> None:
    result = Result("crp", "6")  # fine in mg/L, not in mg/dL
    judged = judge(result, WHO["woman"], TODAY, tests_known)
    made = finding(result, judged, TODAY, tests_known["crp"], now=True)
    assert made is not None
    assert not Clause(("crp",), below=Decimal(45)).holding({"crp": Series([made])})


def test_patterns_only_raise(tests_known: Catalogue) -> None:
    for name, case in CASES.items():
        person = person_of(case)
        matches = found(tests_known, case, case["fits"])
        for key, value in case["fits"].items():
            result = Result(key, value, tests_known[key].unit)
            judgement = judge(result, person, TODAY, tests_known)
            alone = triage.triage(judgement, result, person, catalogue=tests_known)
            beside = triage.triage(
                judgement, result, person, catalogue=tests_known, more=patterns.rules(matches)
            )
            assert triage.TIERS.index(beside.tier) >= triage.TIERS.index(alone.tier), name


def test_a_pattern_raises_what_is_out_of_range_and_not_its_company(tests_known: Catalogue) -> None:
    matches = found(tests_known, {}, {"bun": "25", "creatinine": "0.9"})
    (rule,) = [each for each in patterns.rules(matches) if each.id == "pattern:dry-or-protein"]
    assert rule.analytes == {"bun"}


def test_of_a_family_only_the_most_pressing_is_said(tests_known: Catalogue) -> None:
    matches = found(
        tests_known,
        {},
        {"a1c": "6.8", "fasting_glucose": "140", "glucose": "300", "urine_ketones": "positive"},
    )
    told = [each.pattern.id for each in patterns.said(matches) if each.pattern.family == "diabetes"]
    assert told == ["sugar-high-and-urine-ketones"]
    assert {"diabetes-two-tests", "diabetes-one-test"} <= ids(matches)


def test_limits_convert(tests_known: Catalogue) -> None:
    person = WHO["woman"]
    seen = []
    for key, value, unit in (("bun", "9.5", "mmol/L"), ("creatinine", "80", "umol/L")):
        result = Result(key, value, unit)
        seen.append(
            finding(result, judge(result, person, TODAY, tests_known), TODAY, tests_known[key], now=True)
        )
    assert "dry-or-protein" in {
        each.pattern.id for each in patterns.find([s for s in seen if s], person, TODAY)
    }


def test_wanted_is_small_and_names_what_the_record_is_asked_for() -> None:
    assert {"hemoglobin", "iron_saturation"} <= patterns.wanted({"ferritin"})
    assert patterns.wanted({"urine_color"}) == frozenset()
    assert isinstance(next(iter(patterns.touching({"ferritin"}))), Pattern)


NUMBER = re.compile(r"\d+(?:\.\d+)?")
DATED = {
    "egfr-once-low": "3",
    "thyroid-slightly-low": "2 3",
    "change-of-life-early": "40",
    "inr-on-warfarin": "2 3",
    "d-dimer-signs": "911",
}


@pytest.mark.parametrize("name", ROWS)
def test_every_number_said_is_a_limit_of_its_row(name: str) -> None:
    """A number in the words that stands nowhere in the rule would be a claim nobody checks."""
    row = ROWS[name]
    limits = {
        f"{getattr(clause, field):f}"
        for clause in (*row.every, *row.some, *row.none)
        for field in NUMBERS
        if getattr(clause, field) is not None
    }
    known = limits | set(NUMBER.findall(DATED.get(name, "")))
    said = set(NUMBER.findall(re.sub(r"\b[TB]\d+|A1c|CO2", "", row.says)))
    assert said <= known, f"{said - known} in {row.says}"

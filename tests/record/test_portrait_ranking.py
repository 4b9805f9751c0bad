"""Every row of ranking.toml joins what it names, and nothing denied, past, feared or someone else's."""

from dataclasses import replace
from typing import Any

import pytest

from clinical.catalogue import load
from record.portrait import ChartFact, Discussion, Quote, ResultLine, discussing, rules
from record.portrait.rules import Rule
from record.series import Earlier

AT = "2026-03-09T14:00:00.000000Z"
STATES = {
    "out": frozenset({"out", "high"}),
    "high": frozenset({"out", "high"}),
    "low": frozenset({"out", "low"}),
    "critical": frozenset({"out", "high", "critical"}),
    "rising": frozenset({"rising"}),
    "falling": frozenset({"falling"}),
}
RULES = rules.ranking()
WITH_TESTS = [rule for rule in RULES if rule.tests and rule.life]
WITH_MEDICINES = [rule for rule in RULES if rule.medicines]
LIFE_ALONE = [rule for rule in RULES if not rule.tests and not rule.medicines]
RESULT_ALONE = [rule for rule in RULES if rule.tests and not rule.life]
NOT_THEIRS_NOW = [
    {"polarity": "negated"},
    {"temporality": "past"},
    {"temporality": "feared"},
    {"subject": "other"},
]


def said(topic: str, **more: Any) -> Quote:
    category, _, code = topic.partition("/")
    quote = Quote(
        f"s-{topic}", f"words of {topic}", category, code or None, AT, AT, "told", None, "patient", "now",
        "affirmed", "m1", 1,
    )  # fmt: skip
    return replace(quote, **more)


def line(analyte: str | None, state: frozenset[str], **more: Any) -> ResultLine:
    newest = Earlier(
        "o1", analyte or "x", analyte, None, "Test", "patient", "5.9", None, "mmol/L", False, None, None,
        None, "H", None, None, "2026-03-01", AT, "measured", "final", AT,
    )  # fmt: skip
    found = ResultLine("x", "Test", newest, (), (), False, None, None, None, None, state, None)
    return replace(found, **more)


def medicine(text: str) -> ChartFact:
    return ChartFact("d1", "medication", text, "active")


def read(*quotes: Quote, results: Any = (), chart: Any = ()) -> tuple[Discussion, ...]:
    return discussing.read(quotes, results, chart, AT)


def ids(lines: tuple[Discussion, ...]) -> set[str]:
    return {because.rule for each in lines for because in each.because}


def joins(rule: Rule) -> list[tuple[str, str, str]]:
    analytes = sorted(rule.tests - {"*"}) or ["sodium"]
    return [(test, when, topic) for test in analytes for when in sorted(rule.when) for topic in rule.life]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_every_row_has_a_reason_a_source_and_something_it_is_about(rule: Rule) -> None:
    assert rule.source.startswith(("https://", "docs/"))
    assert len(rule.reason) > 20
    assert rule.tests or rule.medicines or rule.life
    assert bool(rule.tests) == bool(rule.when)
    assert rule.tests - {"*"} <= load().by_key.keys(), "a test the catalogue does not have"
    assert rule.when <= STATES.keys()
    groups = rules.medicine_groups().keys()
    assert rule.medicines <= groups
    assert rule.about <= groups


def test_ids_are_unique() -> None:
    assert len({rule.id for rule in RULES}) == len(RULES)


@pytest.mark.parametrize("rule", WITH_TESTS, ids=lambda rule: rule.id)
def test_a_row_joins_each_of_its_tests_with_each_part_of_a_life(rule: Rule) -> None:
    for test, when, topic in joins(rule):
        result = line(test, STATES[when])
        assert discussing.fits(rule, result), (test, when)
        [found] = [each for each in read(said(topic), results=[result]) if each.result]
        # A weightier row may say the same of this pair; then that one stands.
        weights = [row.weight for row in RULES if row.id in ids((found,))]
        assert max(weights) >= rule.weight, (test, topic)
        assert found.because[0].quote is not None


@pytest.mark.parametrize("rule", WITH_TESTS, ids=lambda rule: rule.id)
@pytest.mark.parametrize("change", NOT_THEIRS_NOW, ids=str)
def test_a_row_joins_nothing_that_is_not_theirs_now(rule: Rule, change: dict[str, str]) -> None:
    for test, when, topic in joins(rule):
        if topic.startswith("loss/") and change == {"temporality": "past"}:
            continue  # a loss stays one however long ago it was
        lines = read(said(topic, **change), results=[line(test, STATES[when])])
        assert all(because.quote is None for each in lines for because in each.because), topic


@pytest.mark.parametrize("rule", WITH_TESTS, ids=lambda rule: rule.id)
def test_a_row_leaves_a_result_in_range_and_steady_alone(rule: Rule) -> None:
    for test, _, topic in joins(rule):
        assert not [each for each in read(said(topic), results=[line(test, frozenset())]) if each.result]


@pytest.mark.parametrize("rule", WITH_MEDICINES, ids=lambda rule: rule.id)
def test_a_row_joins_each_of_its_medicines(rule: Rule) -> None:
    for group in sorted(rule.medicines):
        for name in sorted(rules.medicine_groups()[group]):
            for topic in rule.life:
                lines = read(said(topic), chart=[medicine(f"{name.title()} 10 mg")])
                assert [each for each in lines if each.medicine], (name, topic)
    assert not [each for each in read(said(rule.life[0]), chart=[medicine("Vitamin D")]) if each.medicine]


@pytest.mark.parametrize("rule", LIFE_ALONE, ids=lambda rule: rule.id)
def test_a_life_by_itself(rule: Rule) -> None:
    for topic in rule.life:
        assert rule.id in ids(read(said(topic))), topic


@pytest.mark.parametrize("rule", RESULT_ALONE, ids=lambda rule: rule.id)
def test_a_result_by_itself(rule: Rule) -> None:
    for when in rule.when:
        [found] = read(results=[line(None, STATES[when])])
        assert found.because[0].rule == rule.id


def test_a_line_says_both_halves_and_where_each_stands() -> None:
    result = line("potassium", frozenset({"out", "high", "rising"}), name="Potassium")
    bus = said("stressor/transportation-insecurity", text="bus stopped")
    [found] = read(bus, results=[result])
    assert found.headline == "Potassium high and rising: cannot easily reach care or the pharmacy"
    assert (found.result, found.because[0].quote) == (result, bus)


def test_what_bears_on_a_result_is_not_said_again_by_itself() -> None:
    bus = said("stressor/transportation-insecurity")
    lines = read(bus, results=[line("potassium", STATES["high"])])
    assert len(lines) == 1


def test_a_critical_number_stands_before_everything() -> None:
    told = [said(topic) for rule in RULES for topic in rule.life]
    critical = line(None, STATES["critical"], series="c")
    lines = read(*told, results=[line("potassium", frozenset({"out", "high", "rising"})), critical])
    assert lines[0].result == critical


def test_a_fresh_word_stands_before_an_old_one_of_the_same_weight() -> None:
    old = said("stressor/food-insecurity", said_at="2025-01-01T00:00:00.000000Z")
    [one] = read(old)
    [other] = read(said("stressor/food-insecurity"))
    assert one.score < other.score


def test_another_persons_result_and_one_of_two_years_ago_are_not_discussed() -> None:
    hers = line("potassium", STATES["high"])
    hers = replace(hers, newest=hers.newest._replace(subject="daughter"))
    old = line("potassium", STATES["high"])
    old = replace(old, newest=old.newest._replace(effective="2024-01-01"))
    assert read(results=[hers, old]) == ()


@pytest.mark.parametrize(
    ("words", "test", "joined"),
    [
        ("I quit the water pill", "ldl", False),
        ("I quit the water pill", "potassium", True),
        ("I quit my statin", "ldl", True),
        ("I quit my statin", "potassium", False),
        ("I quit my pills", "ldl", True),  # nobody knows which: it may be this one
    ],
)
def test_a_medicine_that_has_nothing_to_do_with_a_result_is_no_reason(
    words: str, test: str, joined: bool
) -> None:
    quit = said("medicine/not-taken", text=words)
    lines = read(quit, results=[line(test, STATES["high"])])
    assert any(because.quote for each in lines if each.result for because in each.because) is joined


def test_the_page_has_room_for_so_many() -> None:
    results = [line(None, STATES["high"], series=str(number)) for number in range(60)]
    assert len(read(results=results)) == rules.points()["limits"]["lines"]


@pytest.mark.parametrize("name", ["medicines", "topics", "denials"])
def test_every_row_of_the_other_tables_has_a_source(name: str) -> None:
    table = rules.table(name)
    for row in table.get("group", table.get("topic", table.get("condition"))):
        assert row["source"].startswith(("https://", "docs/")), row


def test_every_signal_has_words_and_belongs_to_one_group() -> None:
    signals = rules.table("ranking")["signals"].values()
    topics = [topic for each in signals for topic in each["topics"]]
    assert len(topics) == len(set(topics))
    assert {topic for rule in RULES for topic in rule.life} == set(topics), "a signal no rule reads"

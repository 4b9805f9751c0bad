"""Every row of the tables: a kind, a source, a direct question, and a sentence that makes it fire."""

from pathlib import Path

import pytest

from clinical.reading_grade import grade
from listening.redflags import screen
from listening.redflags.patterns import compile_pattern
from listening.redflags.rules import load
from listening.redflags.tables import rule_tables, table
from tests.listening.redflags.cases_of import load as load_cases

KINDS = table("kinds.toml")["kinds"]
RULES = load().rules


def test_forty_kinds_of_emergency() -> None:
    assert sum(kind["level"] == "emergency" for kind in KINDS.values()) >= 40


@pytest.mark.parametrize("name", KINDS)
def test_kind(name: str) -> None:
    kind = KINDS[name]
    assert kind["source"].startswith("https://")
    assert kind["level"] in ("soon", "emergency", "crisis")
    assert kind["ask"]["en"].endswith("?")
    assert kind["ask"]["es"].endswith("?")
    assert grade(kind["ask"]["en"]) <= 6


def test_every_number_has_a_source() -> None:
    for row in table("numbers.toml")["number"]:
        assert row["source"].startswith("https://")
        assert row.get("from", 0) < row.get("to", 1e9)


def test_rule_names_are_unique_and_known() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
    assert {rule.kind for rule in RULES} <= set(KINDS)
    assert all(rule.source.startswith("https://") for rule in RULES)


def test_named_concepts_exist() -> None:
    known = set(table("concepts.toml")["concepts"]) | {
        row["concept"] for row in table("numbers.toml")["number"]
    }
    for name in rule_tables():
        for row in table(name)["rule"]:
            groups = [row["say"]] if "say" in row else row["all"]
            named = {item[1:] for group in groups for item in group if item.startswith("@")}
            named |= set(row.get("unless", [])) | set(row.get("unless_anywhere", []))
            assert named <= known, row["name"]


def test_every_rule_has_a_sentence() -> None:
    sets = ("tuned", "frozen", "labs-and-hints")
    said = (message for name in sets for case in load_cases(name) for message in case.say)
    fired = {flag.rule for message in said for flag in screen(message).flags}
    assert not {rule.name for rule in RULES} - fired


@pytest.mark.parametrize(
    ("wrong", "why"),
    [
        ("(open", "not closed"),
        ("close)", "too many"),
        ("..", "needs a word"),
        ("*", "star"),
        ("maybe?", "needs a word"),
    ],
)
def test_pattern_refused(wrong: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        compile_pattern(wrong)


@pytest.mark.parametrize(
    ("pattern", "line", "found"),
    [
        ("chest .. hurt*", " my chest really hurts ", True),
        ("chest .. hurt*", " my chest a b c d hurts ", False),
        ("chest .. hurt*", " chest fine ,~ arm hurts ", False),
        ("chest .. hurt*", " chest is not~ hurts ", False),
        ("(one|two words) end", " two words end ", True),
        ("# weeks", " 36 weeks ", True),
        ("^ stabbed $", " stabbed ", True),
        ("^ stabbed $", " he was stabbed ", False),
        ("a very? bad", " a bad ", True),
    ],
)
def test_pattern(pattern: str, line: str, found: bool) -> None:
    assert bool(compile_pattern(pattern).regex.search(line)) is found


def test_every_kind_stands_in_the_documentation() -> None:
    page = (Path(__file__).parents[3] / "docs/safety.md").read_text(encoding="utf-8")
    assert not [kind for kind in KINDS if f"`{kind}`" not in page]

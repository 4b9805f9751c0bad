"""The domain, the training data, the rules and the actions fit together."""

import ast
import re
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.components.deciding import load, words

ROOT = Path(__file__).parents[2]
JOURNEYS = ["about", "explain", "human", "record", "smalltalk", "story"]
SLOTS_ONLY = [
    "paper",
    "resources",
    "screening",
    "session",
]  # what is remembered there begins with no sentence of its own


def read(path: str) -> Any:
    return yaml.safe_load((ROOT / path).read_text("utf-8"))


def domain() -> dict[str, list[str]]:
    """Journey -> its intents."""
    return {
        journey: [next(iter(each)) for each in read(f"bot/domain/{journey}.yml")["intents"]]
        for journey in JOURNEYS
    }


def examples() -> dict[str, list[str]]:
    """Intent -> its training sentences."""
    parts = chain.from_iterable(read(f"data/nlu/{journey}.yml")["nlu"] for journey in JOURNEYS)
    return {part["intent"]: [line[2:].strip('"') for line in part["examples"].splitlines()] for part in parts}


def held_out() -> dict[str, list[str]]:
    return read("tests/bot/nlu_heldout.yml")


def rules() -> dict[str, str]:
    """Intent -> action."""
    every = chain.from_iterable(read(f"data/rules/{journey}.yml")["rules"] for journey in JOURNEYS)
    return {rule["steps"][0]["intent"]: rule["steps"][1]["action"] for rule in every}


def test_a_journey_has_one_name_everywhere() -> None:
    assert sorted(path.stem for path in (ROOT / "data/nlu").glob("*.yml")) == JOURNEYS
    assert sorted(path.stem for path in (ROOT / "data/rules").glob("*.yml")) == JOURNEYS
    assert sorted(path.stem for path in (ROOT / "bot/domain").glob("*.yml")) == sorted(
        [*JOURNEYS, *SLOTS_ONLY]
    )
    for journey, intents in domain().items():
        assert [part["intent"] for part in read(f"data/nlu/{journey}.yml")["nlu"]] == intents
        assert [rule["steps"][0]["intent"] for rule in read(f"data/rules/{journey}.yml")["rules"]] == intents


def test_every_intent_has_examples_a_rule_and_held_out_sentences() -> None:
    intents = set(chain.from_iterable(domain().values()))
    assert set(examples()) == set(rules()) == set(held_out()) == intents
    assert min(len(each) for each in examples().values()) >= 30
    assert min(len(each) for each in held_out().values()) >= 6


def test_every_limit_and_keyword_is_for_an_intent_there_is() -> None:
    intents = set(chain.from_iterable(domain().values()))
    known = load()
    assert set(known.longest) <= intents
    assert set(known.keywords.values()) <= intents


def test_the_held_out_sentences_are_held_out() -> None:
    trained = {words(each) for each in chain.from_iterable(examples().values())}
    assert [each for each in chain.from_iterable(held_out().values()) if words(each) in trained] == []


def test_no_sentence_is_an_example_of_two_intents() -> None:
    seen: dict[str, str] = {}
    twice = [
        sentence
        for intent, sentences in examples().items()
        for sentence in sentences
        if seen.setdefault(words(sentence), intent) != intent
    ]
    assert twice == []


@pytest.fixture(scope="module")
def implemented() -> dict[str, set[str]]:
    """What `actions` offers: the names of its actions, and the slots it sets."""
    found: dict[str, set[str]] = {"actions": set(), "slots": set()}
    for path in (ROOT / "actions").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and re.fullmatch(r"action_[a-z_]+", str(node.value)):
                found["actions"].add(node.value)
            if isinstance(node, ast.Call) and getattr(node.func, "attr", None) == "remembering":
                found["slots"] |= {keyword.arg for keyword in node.keywords if keyword.arg}
    return {"actions": found["actions"] - {"action_name", "action_listen"}, "slots": found["slots"]}


def test_every_action_of_a_rule_is_implemented_and_none_is_idle(implemented: dict[str, set[str]]) -> None:
    declared = set(chain.from_iterable(read(f"bot/domain/{journey}.yml")["actions"] for journey in JOURNEYS))
    assert declared == set(rules().values()) == implemented["actions"]


def test_every_slot_an_action_sets_is_declared(implemented: dict[str, set[str]]) -> None:
    files = [read(f"bot/domain/{name}.yml") for name in [*JOURNEYS, *SLOTS_ONLY]]
    assert implemented["slots"] <= set(chain.from_iterable(each.get("slots", {}) for each in files))


def test_no_slot_changes_what_a_rule_does() -> None:
    for name in [*JOURNEYS, *SLOTS_ONLY]:
        for slot in read(f"bot/domain/{name}.yml").get("slots", {}).values():
            assert slot["influence_conversation"] is False
            assert slot["mappings"] == [{"type": "custom"}]


def test_a_session_never_ends() -> None:
    assert read("bot/domain/session.yml")["session_config"]["session_expiration_time"] == 0

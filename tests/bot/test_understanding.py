"""What Rasa makes of sentences it has never seen, with the pipeline that serves."""

import asyncio
from base64 import b64encode
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.nlu.training_data.message import Message

from bot import places
from tests.bot.test_journeys import examples, held_out, rules

FLOOR = 0.93  # measured: docs/dialogue.md


@pytest.fixture(scope="module")
def agent(model: Path) -> Any:
    from rasa.core.agent import Agent

    return Agent.load(str(model))


def parse(agent: Any, text: str) -> dict[str, Any]:
    return asyncio.run(agent.parse_message(text))


def test_held_out_sentences_are_understood(agent: Any) -> None:
    wrong, right = [], 0
    for intent, sentences in held_out().items():
        for sentence in sentences:
            found = parse(agent, sentence)["intent"]
            if found["name"] == intent:
                right += 1
            else:
                wrong.append((intent, found["name"], round(found["confidence"], 2), sentence))
    accuracy = right / (right + len(wrong))
    print(f"\nheld-out accuracy {accuracy:.3f}\n" + "\n".join(map(str, wrong)))
    assert accuracy >= FLOOR, wrong


def test_no_intent_is_forgotten(agent: Any) -> None:
    """At least two of three held-out sentences of each intent are right."""
    weak = {}
    for intent, sentences in held_out().items():
        right = sum(parse(agent, sentence)["intent"]["name"] == intent for sentence in sentences)
        if right * 3 < len(sentences) * 2:
            weak[intent] = Counter(parse(agent, sentence)["intent"]["name"] for sentence in sentences)
    assert weak == {}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("my potassium is 5.9", [("lab_result", "2823-3", "5.9")]),
        ("a1c 8.4 and tsh 5.6", [("lab_result", "4548-4", "8.4"), ("lab_result", "3016-3", "5.6")]),
        ("what is a hemoglobin test", [("lab_test", "718-7", None)]),
        ("my car broke down", []),
        ("i am 72 and have 3 kids", []),
    ],
)
def test_results_and_tests_are_entities(agent: Any, text: str, found: list[tuple[str, str, Any]]) -> None:
    entities = parse(agent, text)["entities"]
    assert [(each["entity"], each["value"]["code"], each["value"].get("value")) for each in entities] == found
    for each in entities:
        assert text[each["start"] : each["end"]].strip()


@pytest.mark.parametrize("text", ["", "?", "🙂", "...", "漢字", "\u202e", "a" * 1600, "1 " * 800])
def test_any_text_has_an_intent_with_a_rule(agent: Any, text: str) -> None:
    assert parse(agent, text)["intent"]["name"] in rules()


def test_every_intent_leads_to_its_action_whatever_came_before(agent: Any) -> None:
    """Each rule holds on the first turn and after every other action."""
    from rasa.shared.core.events import ActionExecuted, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    for before in [None, *chain.from_iterable([sorted(set(rules().values()))])]:
        for intent, action in rules().items():
            earlier = [] if before is None else [
                ActionExecuted("action_listen"), UserUttered("x", {"name": "tell"}), ActionExecuted(before),
            ]  # fmt: skip
            events = [*earlier, ActionExecuted("action_listen"), UserUttered("x", {"name": intent})]
            tracker = DialogueStateTracker.from_events("c", events, agent.domain.slots)
            found, _ = agent.processor.predict_next_with_tracker_if_should(tracker)
            assert found.name() == action, (before, intent)


def test_there_is_enough_to_learn_from() -> None:
    assert sum(map(len, examples().values())) > 1200
    assert sum(map(len, held_out().values())) >= 200


def test_chances_are_those_of_rasas_own_classifier(agent: Any) -> None:
    """The shorter way through LinearClassifier gives what Rasa's would, to the last digit that matters."""
    from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier

    found: dict[str, float] = {}

    def both(self: Any, messages: list[Any]) -> list[Any]:
        ours = type(self).process(self, messages)[0].get("intent")
        theirs = LogisticRegressionClassifier.process(self, messages)[0].get("intent")
        assert ours["name"] == theirs["name"]
        found[ours["name"]] = abs(ours["confidence"] - theirs["confidence"])
        return messages

    node = next(
        node
        for node in agent.processor.graph_runner._instantiated_nodes.values()
        if type(node._component).__name__ == "LinearClassifier"
    )
    ours = node._fn
    node._fn = both
    try:
        for text in ("my car broke down", "yes", "what is an a1c", "who sees this"):
            parse(agent, text)
    finally:
        node._fn = ours
    assert len(found) == 4
    assert max(found.values()) < 1e-6


def test_the_meaning_the_gateway_found_is_used_and_a_damaged_one_is_not(agent: Any) -> None:
    """ "The bus stopped" with the meaning of another sentence is another message to Rasa."""
    from bot.components.sentence_embedding import SIZE, SentenceEmbedding, handed_on

    embedder = SentenceEmbedding("meaning", 8.0, places.embedding())
    own, others = embedder.embed("the bus stopped running"), embedder.embed("please talk to a human")
    for row in (own, others):
        told = b64encode(row.astype("<f4").tobytes()).decode()
        found = handed_on(told)
        assert found is not None
        assert (found == row).all()
        message = Message({"text": "the bus stopped running", "metadata": {"meaning": told}})
        (features,) = embedder.process([message])[0].features
        assert features.features == pytest.approx(8.0 * row)
    for damaged in (None, 5, "", "!", b64encode(b"x" * SIZE).decode()):
        assert handed_on(damaged) is None

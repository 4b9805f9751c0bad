"""The shortcuts do what they take the place of, only sooner."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rasa.core.agent import Agent
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.nlu.training_data.message import Message

from bot.components.linear_classifier import LinearClassifier
from bot.components.sentence_embedding import BRIEF, SentenceEmbedding
from bot.places import embedding
from bot.shortcuts import in_order, run_graph_in_order

SAID = ["hello", "my potassium is 5.4, is that bad?", "the bus stopped running out here", "?", "gracias"]


@pytest.fixture(scope="module")
def agent(model: Path) -> Agent:
    return Agent.load(str(model))


def parsed(agent: Agent) -> list[dict[str, Any]]:
    return [asyncio.run(agent.parse_message(text)) for text in SAID]


def test_the_graph_in_order_finds_what_dask_finds(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    as_rasa_runs_it = parsed(agent)
    monkeypatch.setattr(DaskGraphRunner, "run", DaskGraphRunner.run)  # put back after this test
    run_graph_in_order()
    assert parsed(agent) == as_rasa_runs_it


def test_only_what_is_needed_runs_and_in_order() -> None:
    needs = {"end": ("b", "a"), "b": ("a", "given"), "a": ("given",), "aside": ("a",)}
    assert in_order(needs, ["end"]) == ["a", "b", "end"]
    assert in_order(needs, ["a"]) == ["a"]


def test_the_classifier_says_what_rasas_own_says(agent: Agent, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same chances as scikit-learn gives the row Rasa's own classifier makes of a message."""
    ours, compared = LinearClassifier._chances, []

    def both(self: LinearClassifier, message: Message) -> Any:
        chances = ours(self, message)
        compared.append((chances, self.clf.predict_proba(self._create_X([message]))[0]))
        return chances

    monkeypatch.setattr(LinearClassifier, "_chances", both)
    parsed(agent)
    assert len(compared) == len(SAID)
    assert all(np.allclose(one, other, atol=1e-9) for one, other in compared)


def test_a_brief_text_is_embedded_once() -> None:
    component = SentenceEmbedding("embedding", 8.0, embedding())
    first = component.meaning("thanks")
    assert component.meaning("thanks") is first
    assert np.array_equal(first, component.embed("thanks"))
    story = "my sister drives me when she can, " * 3
    assert len(story) > BRIEF
    assert component.meaning(story) is not component.meaning(story)

"""Articles in order: by meaning, by meaning as trained, and by words; and what the training may see."""

import tomllib
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from knowledge import index, ranking, training
from knowledge.embedding import MiniLM
from knowledge.library import Library
from knowledge.passages import Article
from knowledge.ranking import ADAPTER, Adapter, Texts, Words

ASKED: dict[str, list[str]] = tomllib.loads(files("knowledge").joinpath("asked.toml").read_text())["asked"]
QUESTIONS = tomllib.loads((Path(__file__).parent / "questions.toml").read_text())["question"]


def test_no_question_that_measures_is_ever_trained_on(articles: list[Article]) -> None:
    trained = {way.casefold() for ways in ASKED.values() for way in ways}
    trained |= {way.casefold() for article in articles for way in article.asked_as}
    assert trained & {each["ask"].casefold() for each in QUESTIONS if each["set"] == "held"} == set()
    lately = QUESTIONS[
        [each["ask"] for each in QUESTIONS].index(
            "my gums bleed when I brush and I bruise if you look at me"
        ) :
    ]
    assert trained & {each["ask"].casefold() for each in lately} == set()


def test_every_way_of_asking_leads_to_an_article(articles: list[Article]) -> None:
    assert set(ASKED) <= {article.stem for article in articles}
    ways = [way for each in ASKED.values() for way in each]
    assert len(ways) == len(set(ways))


def test_the_adapter_is_small_and_turns_a_vector_without_stretching_it() -> None:
    assert files("knowledge").joinpath(ADAPTER).read_bytes().__len__() < 200_000
    vector = np.eye(384, dtype=np.float32)[0]
    turned = Adapter.load()(vector)
    assert np.linalg.norm(turned) == pytest.approx(1, abs=1e-5)
    assert 0.5 < float(turned @ vector) < 1


def test_texts_of_an_article_stand_together_whatever_their_order() -> None:
    vectors = np.array([[0, 1], [1, 0], [0.6, 0.8], [0, 1], [1, 0]], dtype=np.float32)
    rows = [
        ("b#High", False),
        ("a#Low", False),
        ("b#What it is", True),
        ("a#What it is", True),
        ("b#Low", False),
    ]
    texts = Texts.of(vectors, rows)
    assert texts.stems == ("a", "b")
    asked = np.array([1, 0], dtype=np.float32)
    weights = ranking.weights()
    assert texts.nearness(asked) == pytest.approx([weights.part, weights.part + weights.whole * 0.6])
    assert texts.best(asked, 1) == "b#Low"
    assert texts.best(np.array([0, 1], dtype=np.float32), 1) == "b#High"
    assert texts.best(asked, 0) == "a#Low"


def test_an_article_without_its_whole_is_a_damaged_index() -> None:
    with pytest.raises(ValueError, match="not every article"):
        Texts.of(np.eye(2, dtype=np.float32), [("a#Low", False), ("b#Low", True)])


@pytest.mark.parametrize(
    ("question", "first"),
    [("is my dilantin low", "seizures"), ("checks of levels", "tsh"), ("nothing here", None)],
)
def test_words(question: str, first: str | None) -> None:
    found = Words(
        {"seizures": "Dilantin level", "tsh": "The check of a level, checking", "lead": "Old paint"}
    ).scores(question)
    assert set(found) == {"seizures", "tsh", "lead"}
    best = max(found, key=lambda stem: found[stem])
    assert (best if found[best] else None) == first


@pytest.mark.parametrize(("near", "words", "order"), [(0.5, 0, 0.5), (0.5, 4, 0.65), (0.5, 12, 0.725)])
def test_words_count_less_and_less(near: float, words: float, order: float) -> None:
    assert ranking.order(near, words) == pytest.approx(order)


def test_training_gives_the_same_twice(few: list[Article], model: MiniLM) -> None:
    one, other = training.train(few, model), training.train(few, model)
    assert np.array_equal(one.down, other.down)
    assert np.array_equal(one.up, other.up)
    assert np.abs(one.up).max() > 0


def test_a_drugs_own_name_is_found_by_its_word(library: Library) -> None:
    """Meaning alone puts other drugs first."""
    assert library.nearest("how much dilantin is in me", 1)[0].stem == "seizure-drug-levels"


def test_another_way_of_asking_makes_another_index(
    few: list[Article], monkeypatch: pytest.MonkeyPatch
) -> None:
    before = index.digest(few, "model")
    monkeypatch.setattr(index, "asked_otherwise", lambda stem: ("another way",))
    assert index.digest(few, "model") != before

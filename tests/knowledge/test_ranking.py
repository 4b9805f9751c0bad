"""Articles in order: by meaning, by meaning as trained, and by words; and what the training may see."""

import re
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
COMMON = frozenset(
    re.findall(r"\w+", "the and for what how does did was are can that this with not have has")
)
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


def test_no_question_to_learn_from_is_a_measuring_one_in_other_order() -> None:
    """None of the last held lot shares three words and half of all its words with one to learn from."""
    lot = [_words(each["ask"]) for each in QUESTIONS if each.get("lot") == 3]
    assert len(lot) >= 200
    ways = [*index.elsewhere(), *(way for each in ASKED.values() for way in each)]
    near = [way for way in ways if any(_alike(_words(way), held) for held in lot)]
    assert near == []


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z0-9']{3,}", text.lower())) - COMMON


def _alike(one: frozenset[str], other: frozenset[str]) -> bool:
    both = len(one & other)
    return both >= 3 and both / len(one | other) >= 0.5


def test_no_question_for_elsewhere_measures() -> None:
    asked = {each["ask"].casefold() for each in QUESTIONS}
    elsewhere = [each.casefold() for each in index.elsewhere()]
    assert len(elsewhere) == len(set(elsewhere)) >= 200
    assert asked & set(elsewhere) == set()


def test_there_are_many_ways_of_asking_for_every_article(articles: list[Article]) -> None:
    assert sum(map(len, ASKED.values())) >= 1200
    assert min(len(ASKED[article.stem]) for article in articles) >= 5


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
    texts = Texts.of(vectors, rows, np.zeros((0, 2), dtype=np.float32))
    assert texts.stems == ("a", "b")
    asked = np.array([1, 0], dtype=np.float32)
    weights = ranking.weights()
    assert texts.nearness(asked) == pytest.approx([weights.part, weights.part + weights.whole * 0.6])
    assert texts.best(asked, 1) == "b#Low"
    assert texts.best(np.array([0, 1], dtype=np.float32), 1) == "b#High"
    assert texts.best(asked, 0) == "a#Low"


def test_an_article_without_its_whole_is_a_damaged_index() -> None:
    with pytest.raises(ValueError, match="not every article"):
        Texts.of(
            np.eye(2, dtype=np.float32),
            [("a#Low", False), ("b#Low", True)],
            np.zeros((0, 2), dtype=np.float32),
        )


@pytest.mark.parametrize(
    ("others", "less"),
    [([], 0), ([[0, 1]], 0), ([[0, 1], [0.6, 0.8]], 0.6), ([[1, 0]], 1), ([[-1, 0]], 0)],
)
def test_what_is_like_a_question_for_elsewhere_is_less_surely_ours(
    others: list[list[float]], less: float
) -> None:
    vectors = np.array([[1, 0], [1, 0]], dtype=np.float32)
    elsewhere = np.array(others, dtype=np.float32).reshape(-1, 2)
    texts = Texts.of(vectors, [("a#Low", False), ("a#Low", True)], elsewhere)
    asked = np.array([1, 0], dtype=np.float32)
    assert texts.astray(asked) == pytest.approx(ranking.weights().elsewhere * less)


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


@pytest.mark.parametrize(("words", "more"), [(0, 0), (4, 0.25), (12, 0.375)])
def test_words_count_less_and_less(words: float, more: float) -> None:
    assert ranking.order(0.5, 0.5, words) == pytest.approx(0.5 + more)


def test_a_question_counts_as_it_is_and_as_trained() -> None:
    assert ranking.order(0.4, 0.6, 0) == pytest.approx(0.5)
    assert ranking.order(0.6, 0.4, 0) == pytest.approx(0.5)


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

"""The second opinion: what words alone cannot tell, and what the model may never do."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from listening.embedding import Embedder
from listening.redflags import screen, second, sense, train
from listening.redflags.tables import table
from listening.redflags.tokens import sentences
from tests.listening.redflags.cases_of import load

ALARMS = {"ask", "emergency", "crisis"}
QUIET = (
    "my son is in jail and i can't sleep",
    "my son is in jail",
    "where do I park for the lab",
    "my a1c went from 7.4 to 6.9",
    "thank you, see you tuesday",
)


def test_likelihoods_share_one(meaning: Embedder) -> None:
    likely = sense.likelihoods(meaning.states("my chest is tight"))
    assert set(likely) == set(sense.CLASSES)
    assert sum(likely.values()) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("text", QUIET)
def test_everyday_words_stay_everyday(meaning: Embedder, text: str) -> None:
    assert screen(text, meaning=meaning).level in ("none", "soon")


def test_no_danger_is_silenced_by_the_model(meaning: Embedder) -> None:
    """Whatever the rules hear is at least noted, and where it is danger in truth at least asked about."""
    for case in load("tuned")[::7]:
        for message in case.say:
            ruled = {flag.level for flag in screen(message).flags if flag.rule != "second-opinion"}
            if ruled & ALARMS:
                heard = screen(message, meaning=meaning).level
                assert heard in (ALARMS if case.urgency in ALARMS else ALARMS | {"soon"}), message


def test_the_model_hears_more_than_rules_and_words(meaning: Embedder) -> None:
    grave = [case for case in load("tuned") if case.urgency in ("emergency", "crisis")][::5]
    alone = sum(screen(" ".join(case.say)).level in ("emergency", "crisis") for case in grave)
    both = sum(screen(" ".join(case.say), meaning=meaning).level in ("emergency", "crisis") for case in grave)
    assert both > alone


@pytest.mark.parametrize(
    "text", ["my sister was suicidal in 2009, she is well now", "no, nobody hurts me", "no chest pain"]
)
def test_words_placed_elsewhere_are_asked_about_at_most(meaning: Embedder, text: str) -> None:
    """The model reads over a denial or a year; scope does not."""
    assert screen(text, meaning=meaning).level not in ("emergency", "crisis")


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("they jumped me ahead in the line, so kind", "crisis"),
        ("is he poisoned, his lead test is 1.2", "emergency"),
    ],
)
def test_wide_words_without_danger_are_asked_about(meaning: Embedder, text: str, level: str) -> None:
    """The rule is not silenced: its own direct question is asked, and the flag stays."""
    [flag] = screen(text).flags
    assert flag.level == level
    assert flag in [replace(each, level=level) for each in screen(text, meaning=meaning).flags]  # type: ignore[arg-type]
    assert screen(text, meaning=meaning).level == "ask"


def test_wide_words_of_which_nothing_is_feared_are_only_noted(meaning: Embedder) -> None:
    """No question is asked about them, but a person sees them."""
    text = "i black out my calendar on fridays"
    assert screen(text).level == "emergency"
    assert {flag.level for flag in screen(text, meaning=meaning).flags} == {"soon"}


def test_a_story_is_calm_unless_it_tells_of_being_hurt(tmp_path: Path) -> None:
    """So that told hardship is no alarm, and a label given outright stands before the story's."""
    rows = [
        {"say": ["the bus stopped running"], "expect": {"stressors": ["transportation-insecurity"]}},
        {"say": ["he hit me sunday"], "expect": {"stressors": ["intimate-partner-violence"]}},
        {"say": ["my chest hurts"], "expect": {"urgency": "emergency"}},
        {"say": ["my chest hurts"], "expect": {"stressors": []}},
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert dict(train.read([tmp_path / "cases.jsonl"])) == {
        "the bus stopped running": "none",
        "he hit me sunday": "crisis",
        "my chest hurts": "emergency",
    }


def test_lab_results_without_a_label_are_calm_where_no_rule_is_alarmed(tmp_path: Path) -> None:
    """Left out where one is: a critical number taught as calm would silence the next."""
    rows = [
        {"say": ["my ldl is 131, is it bad"], "expect": {"results": []}},
        {"say": ["potassium 7.2 they said"], "expect": {"results": []}},
    ]
    (tmp_path / "cases.jsonl").write_text("\n".join(json.dumps(row) for row in rows), encoding="utf-8")
    assert train.read([tmp_path / "cases.jsonl"]) == [("my ldl is 131, is it bad", train.CALM)]


def test_a_long_calm_message_is_taught_in_its_windows() -> None:
    """It is judged by windows; of a message that tells of danger it is not known which tells."""
    long = "My ferritin is 9 and I am so scared. " * 8
    parts = train.parts_of(long)
    assert len(parts) > 1
    assert all(part in long for part in parts)
    assert train.parts_of("My ferritin is 9 and I am so scared.") == []


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("ferritin 6 and my chest is crushing", "emergency"),  # told beside a number, and a rule knows it
        ("my chart says potassium 7.1", "emergency"),  # a number is no matter of likeness
        ("mi esposo me pega", "crisis"),  # the model was made with English
        ("my husband hits me", "crisis"),
        ("my chest hurts and my arm is numb", "emergency"),
    ],
)
def test_what_is_sure_or_feared_stays_an_alarm(meaning: Embedder, text: str, level: str) -> None:
    assert screen(text, meaning=meaning).level == level


def test_without_the_model_nothing_is_weighed() -> None:
    assert screen("is he poisoned, his lead test is 1.2").level == "emergency"


def test_a_long_story_is_asked_about_at_most(meaning: Embedder) -> None:
    calm = "We went to the market and my sister made soup for everyone at church. " * 6
    flags = screen(f"{calm} the mill tracks are quiet and i sit there wondering.", meaning=meaning).flags
    assert not {flag.level for flag in flags if flag.rule == "second-opinion"} & {"emergency", "crisis"}


def test_numpy_and_torch_agree() -> None:
    """The heads are fitted in one and served in the other."""
    torch = pytest.importorskip("torch")
    from listening.redflags import train_sense

    torch.manual_seed(1)
    net = train_sense._network().eval()
    states = np.random.default_rng(1).normal(size=(9, 384)).astype(np.float32)
    head = {name[2:]: each.astype(np.float32) for name, each in train_sense.weights_of([net]).items()}
    with torch.no_grad():
        wanted = net(*train_sense._padded([states.astype(np.float16)]))[0].numpy()
    assert np.allclose(sense._look(head, states), wanted, atol=2e-2)
    again = train_sense._taken_up(head).eval()  # as where stored heads go on
    with torch.no_grad():
        assert np.allclose(again(*train_sense._padded([states]))[0].numpy(), wanted, atol=2e-2)


def test_of_a_calm_message_only_danger_is_unlearnt() -> None:
    """Whether the care team should look stays open: `none` and `soon` alike are right."""
    torch = pytest.importorskip("torch")
    from listening.redflags import train_sense

    loss = train_sense._loss(torch.ones(4))
    calm, none, danger = torch.tensor([4]), torch.tensor([0]), torch.tensor([[-9.0, -9.0, 9.0, -9.0]])
    soon = torch.tensor([[-9.0, 9.0, -9.0, -9.0]])
    assert float(loss(soon, calm)) < 0.01 < float(loss(soon, none))
    assert float(loss(danger, calm)) > 5


def test_weights_are_small_and_whole() -> None:
    path = Path(sense.__file__).with_name(sense.WEIGHTS_FILE)
    assert path.stat().st_size < 2_000_000
    assert len(sense._heads()) >= 2


def test_results_are_told_by_name_and_number() -> None:
    """Both: "my ferritin" alone is no result, and a number alone may be anything."""
    told = [second.tells_results(sentences(text)) for text in ("ferritin 4", "my ferritin", "4 pads")]
    assert told == [True, False, False]


@pytest.mark.parametrize("name", ["words-alone", "words-and-meaning"])
def test_limits_are_in_order(name: str) -> None:
    row = second.Limits(**table("opinion.toml")[name])
    for level in ("emergency", "crisis"):
        assert row.look < row.doubtful[level] < row.certain[level] <= 1
    assert row.certain["emergency"] <= row.results <= 1
    assert replace(row, shortest=1).shortest < row.longest

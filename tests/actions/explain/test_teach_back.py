"""Saying it back: when it is offered, what is heard in the answer, and what is never said."""

import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from actions import story
from actions.explain import main_points
from actions.explain.main_points import MainPoints, misunderstood, pattern
from actions.reply import Reply
from clinical.folding import fold
from gateway import sms
from knowledge.library import Library
from tests.actions.explain.conftest import ROOT, Writer

Meet = Callable[..., Writer]
TABLE = tomllib.loads((ROOT / "actions/words/teach_back.toml").read_text())
OFFER = "in your own words"


def text(reply: Reply) -> str:
    return " ".join(said.text for said in reply.said)


def points(**more: Any) -> MainPoints:
    plain = {
        "analyte": "potassium", "name": "Potassium", "side": "High", "tier": "this-week",
        "step": "Please call your care team this week: 555-0100.",
        "meaning": ("It can also rise when kidneys slow down, or with salt substitutes.",),
        "question": "Do any of my pills change this level?",
    }  # fmt: skip
    return MainPoints(**{**plain, **more})


@pytest.mark.parametrize(
    ("says", "offered"),
    [
        ("my potassium is 5.9", True),
        ("tsh 8.2", True),
        ("my ana was positive", True),
        ("my potassium is 4.1", False),  # in range
        ("my potassium is 7.9", False),  # danger
        ("my potassium is 5.9 and i'm terrified", False),  # upset
        ("my mom's potassium is 5.9", False),  # not theirs to carry away
        ("my potassium is 59", False),  # not judged, or no number of a living person
    ],
)
def test_when_it_is_offered(meet: Meet, says: str, offered: bool) -> None:
    assert (OFFER in text(meet().says(says))) is offered


def test_once_an_explanation_not_on_every_page(meet: Meet) -> None:
    someone = meet()
    pages = [text(someone.says("my potassium is 5.9"))] + [text(someone.says("more")) for _ in range(5)]
    assert " ".join(pages).count(OFFER) == 1


def test_on_the_web_it_stands_at_the_end_or_with_more(meet: Meet) -> None:
    assert text(meet("web").says("tsh 8.2")).count(OFFER) == 1


@pytest.mark.parametrize("slots", [{"quiet": True}, {"question": story.items()[0].id}])
def test_never_after_not_now_or_beside_another_question(meet: Meet, slots: Mapping[str, Any]) -> None:
    someone = meet()
    someone.slots.update(slots)
    assert OFFER not in text(someone.says("my potassium is 5.9"))


def test_never_while_consent_is_open(meet: Meet) -> None:
    assert OFFER not in text(meet(consent=None).says("my potassium is 5.9"))


@pytest.mark.parametrize(
    ("level", "kinds", "offered"),
    [
        ("none", (), True),
        ("soon", ("soon-lab",), True),  # the number that is being explained
        ("soon", ("soon-lab", "soon-fall"), False),
        ("soon", ("soon-fall",), False),
        ("soon", (), False),
        ("ask", ("soon-lab",), False),
    ],
)
def test_never_beside_a_danger(meet: Meet, level: str, kinds: tuple[str, ...], offered: bool) -> None:
    said = text(meet().says("my potassium is 5.9", level=level, kinds=kinds))
    assert (OFFER in said) is offered


def test_a_no_is_a_no_for_days(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    assert "That's fine" in text(someone.says("no"))
    assert OFFER not in text(someone.says("tsh 8.2"))
    assert someone.kept("teach_back") == []


def test_a_yes_is_an_invitation_and_ok_is_only_ok(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    assert "Go ahead" in text(someone.says("yes"))
    other = someone.says("ok")
    assert "Go ahead" not in text(other)


ANSWERS = [
    # test told, what they say back, the outcome, what Kith says again, what it does not
    (
        "potassium 5.9",
        "so it's too high and I need to call them today",
        "understood",
        [],
        ["I was not clear"],
    ),
    (
        "tsh 8.2",
        "it means my tsh is up and I bring it up at my next visit",
        "understood",
        [],
        ["more than it should be"],
    ),
    ("ferritin 8", "so i dont have enough iron, ill ask my doctor about it", "understood", [], []),
    (
        "potassium 5.9",
        "so it's too high",
        "partly",
        ["call your care team today"],
        ["more than it should be"],
    ),
    ("potassium 5.9", "so I should call this week", "partly", ["Potassium is up", "today"], []),
    ("potassium 5.9", "i guess my kidneys might be slow", "partly", ["Potassium is up", "today"], []),
    ("tsh 8.2", "so it is too low", "not-yet", ["TSH is up"], ["Yes, that is"]),
    ("ferritin 8", "i have no idea what that means", "not-yet", ["Ferritin is down"], []),
    (
        "hemoglobin 9.8",
        "so I have cancer",
        "not-yet",
        ["can't tell you that"],
        ["Yes, that is", "you don't have"],
    ),
    ("potassium 5.9", "so I can just ignore it", "not-yet", ["call your care team today"], ["Yes, that is"]),
    (
        "potassium 5.9",
        "so i stop my pills",
        "not-yet",
        ["don't change a pill", "care team"],
        ["Yes, that is"],
    ),
    ("a1c 8.2", "so I have diabetes", "not-yet", ["One result alone"], ["Yes, that is"]),
]


@pytest.mark.parametrize(
    ("told", "says", "outcome", "again", "never"), ANSWERS, ids=lambda each: str(each)[:40]
)
def test_what_is_heard(
    meet: Meet, told: str, says: str, outcome: str, again: list[str], never: list[str]
) -> None:
    someone = meet()
    someone.says(told)
    said = text(someone.says(says))
    (kept,) = someone.kept("teach_back")
    assert (kept.code, kept.quote, kept.origin) == (outcome, says, "told")
    assert all(each in said for each in again), said
    assert not any(each in said for each in never), said
    assert sms.segments(said) <= 2
    assert not [row for row in someone.kept("story") if row.quote == says]


def test_a_worried_word_is_met_before_it_is_set_right(meet: Meet) -> None:
    someone = meet()
    someone.says("hemoglobin 9.8")
    said = text(someone.says("so I have cancer and I'm so scared"))
    assert "can't tell you that" in said
    assert not said.startswith("One")


def test_what_is_flagged_too_is_still_set_right(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    said = text(someone.says("ok so i stop my pills", level="soon", kinds=("soon-medicine",)))
    assert "Please don't change a pill on your own" in said


def test_a_danger_is_not_talked_over(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    someone.says("so it is too high and i call today", level="soon", kinds=("soon-fall",))
    assert someone.kept("teach_back") == []


def test_what_stands_in_their_chart_is_no_mistake(meet: Meet) -> None:
    assert misunderstood(points(), "so i have diabetes") is not None
    assert misunderstood(points(), "so i have diabetes", ["Type 2 diabetes mellitus"]) is None


def test_a_new_question_goes_first_and_the_offer_stays(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    between = text(someone.says("what does potassium do?", "ask_test"))
    assert "heart" in between
    assert someone.kept("teach_back") == []
    someone.says("so it is too high and I call today")
    assert [row.code for row in someone.kept("teach_back")] == ["understood"]


def test_a_trouble_told_meanwhile_is_heard_as_a_trouble(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    someone.says("my landlord is throwing us out on friday")
    assert someone.kept("teach_back") == []


def test_much_later_it_is_no_answer_any_more(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    for _ in range(5):
        someone.says("my cat is called Tom and he sleeps a lot")
    someone.says("so it is too high and I call today")
    assert someone.kept("teach_back") == []


@pytest.mark.parametrize("word", ["more", "why", "skip", "not now", "human", "show", "thanks"])
def test_a_word_that_always_works_still_does(meet: Meet, word: str) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    someone.says(word)
    assert someone.kept("teach_back") == []


@pytest.mark.parametrize(("answer", "count"), [("yes", 1), ("yes please", 1), ("no", 0), ("not now", 0)])
def test_the_question_is_saved_on_a_yes_only(meet: Meet, answer: str, count: int) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    assert "Shall I save that for your visit?" in text(someone.says("so it is high and i call today"))
    someone.says(answer)
    assert len(someone.kept("question")) == count


def test_a_frightened_person_gets_the_question_at_the_end_and_no_offer(meet: Meet) -> None:
    someone = meet()
    pages = [text(someone.says("my potassium is 5.9 and i'm terrified"))]
    while "Reply YES or NO" not in pages[-1]:
        assert len(pages) < 8
        pages.append(text(someone.says("more")))
    assert OFFER not in " ".join(pages)
    someone.says("yes")
    (kept,) = someone.kept("question")
    assert kept.origin == "agreed"
    assert kept.quote in " ".join(pages)


def test_a_question_kept_already_is_not_offered_again(meet: Meet) -> None:
    someone = meet()
    someone.says("my potassium is 5.9")
    someone.says("so it is high and i call today")
    someone.says("yes")
    someone.says("potassium is 5.8 now")
    assert "Shall I save" not in text(someone.says("so it is high still and i call today"))


@pytest.mark.parametrize("row", TABLE["wrong"], ids=lambda row: row["id"])
def test_each_misunderstanding_has_its_case(row: Mapping[str, Any]) -> None:
    found = misunderstood(points(), row["case"])
    assert found is not None
    assert found.id == row["id"]
    other = misunderstood(points(), row["refused"])
    assert other is None or other.id != row["id"]
    assert row["source"]


@pytest.mark.parametrize("name", sorted(TABLE["points"]))
def test_each_point_has_its_case(name: str) -> None:
    row = TABLE["points"][name]
    assert pattern("points", name).search(fold(row["case"])) is not None
    assert pattern("points", name).search(fold(row["refused"])) is None
    assert row["source"]


@pytest.mark.parametrize(
    ("tier", "says", "held"),
    [
        ("call-today", "i call them today", True),
        ("call-today", "i call them tomorrow", False),
        ("this-week", "i call them tomorrow", True),
        ("this-week", "i call them next month", False),
        ("next-visit", "i'll ask my doctor", True),
        ("next-visit", "nothing more", False),
    ],
)
def test_the_step_is_held_with_its_time(tier: str, says: str, held: bool) -> None:
    found = main_points.held(points(tier=tier), says, lambda text, others: [])
    assert ("step" in found) is held


MEANING = [
    ("my kidneys may be slower than they should be", True),
    ("it could be from the salt substitute I use", True),
    ("my heart pills can do that", True),
    ("my cat is asleep on the sofa", False),
    ("the bus comes at nine", False),
    ("I like bananas", False),
]


@pytest.mark.parametrize(("says", "near"), MEANING)
def test_what_is_near_the_meaning(library: Library, says: str, near: bool) -> None:
    found = main_points.held(
        points(meaning=library.passages("potassium")["High"].sentences), says, library.likeness
    )
    assert ("meaning" in found) is near


EXAM = (
    "correct",
    "right answer",
    "wrong",
    "well done",
    "good job",
    "quiz",
    "test you",
    "mistake",
    "try again",
)


def test_it_never_sounds_like_an_exam() -> None:
    said = [
        line
        for part in ("offer", "heard", "again", "question")
        for lines in TABLE[part].values()
        for line in lines
    ]
    said += [line for row in TABLE["wrong"] for line in row["says"]]
    assert not [line for line in said for word in EXAM if word in line.casefold()]


def test_the_words_stand_in_a_table_only() -> None:
    for name in ("teach_back", "visit_question", "closing_offers"):
        code = (ROOT / f"actions/explain/{name}.py").read_text()
        assert "your visit?" not in code.replace('"You could ask: ', "")
    assert Path(ROOT / "actions/words/teach_back.toml").exists()


def test_the_cause_as_it_was_told_is_not_the_wrong_side() -> None:
    meaning = ("A low level often means there is too much water for the salt, or that salt was lost.",)
    sodium = points(analyte="sodium", name="Sodium", side="Low", meaning=meaning)
    assert not main_points.opposite(sodium, "that she has too much water for the salt")
    assert main_points.opposite(sodium, "that she has too much salt")
    assert main_points.opposite(sodium, "so it is too high")

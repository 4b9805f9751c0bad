"""What may be sent and what may not: each row of REFUSED is a way in which a model has harmed or could."""

import pytest

from actions.rephrasing.draft import Draft, draft
from actions.rephrasing.guard import CHECKS, refusal
from clinical.reading_grade import grade
from clinical.wording import Sentence

FEELING = "It makes sense to feel scared when a number jumps out at you."
VERDICT = "Potassium 5.9 is high (3.5 to 5.1 mmol/L)."
STEP = "Please call your care team today: 555-0142."
PLAIN = "Potassium is a salt that helps your heart beat."
CAUSE = "A high result can come from cells that broke in the tube during the blood draw."
WARNING = "A very high level can harm the way your heart beats, so it needs care the same day."
MORE = "Text MORE to read on."
CITED = (
    CAUSE,
    "It can also rise when kidneys slow down, with some heart pills, or with salt substitutes.",
    WARNING,
    "A low level can make you weak or give you cramps.",
    "Not eating much can lower it too.",
)


def plain(channel: str = "sms", longest: int = 480) -> Draft:
    lines = [
        Sentence(FEELING, "feeling:fear"),
        Sentence(VERDICT, "laboratory-range"),
        Sentence(STEP, "potassium-high"),
        Sentence(PLAIN, "catalogue:potassium"),
        Sentence(CAUSE, "article:potassium#High"),
        Sentence(WARNING, "article:potassium#High"),
        Sentence(MORE, "more"),
    ]
    return draft(
        [Sentence(each.text, "no-rule" if each.rule == "potassium-high" else each.rule) for each in lines],
        cited=CITED, names=["Potassium", "k+", "blood potassium"], longest=longest, channel=channel,
    )  # fmt: skip


def said(**changes: str) -> str:
    """A good answer, with parts of it replaced."""
    parts = {
        "feeling": "I hear how scared you feel.",
        "verdict": "Your potassium was 5.9, which is high. The usual range is 3.5 to 5.1 mmol/L.",
        "step": STEP,
        "plain": "Potassium is a salt, and it helps your heart beat.",
        "cause": "A high number can come from cells that broke in the tube.",
        "warning": WARNING,
        "more": MORE,
        "end": "",
    }
    return " ".join(part for part in (parts | changes).values() if part)


ACCEPTED = {
    "as it was": " ".join((FEELING, VERDICT, STEP, PLAIN, CAUSE, WARNING, MORE)),
    "warmer and shorter": said(),
    "the verdict in a sentence of its own": said(verdict=VERDICT),
    "spaces and capitals do not count": said(step=STEP.replace("Please", "please").replace(" ", "  ")),
    "a cause from the cited passage": said(
        cause="A high result can come from cells that broke. It can also rise when kidneys slow down."
    ),
    "without the feeling": said(feeling=""),
    "in their own word for the test": said(plain="Blood potassium is a salt that helps your heart beat."),
}

REFUSED = [
    ("empty", ""),
    ("empty", "   "),
    ("empty", "..."),
    ("too-long", said(end="A high result can come from cells that broke in the tube. " * 20)),
    ("too-long", "heart " * 9000),
    ("link", said(end="See https://example.org/potassium.")),
    ("link", said(end="Look at heartinfo.com.")),
    ("link", said(end="Write to nurse@example.org.")),
    ("markup", said(end="**High** can harm the heart.")),
    ("markup", '{"message": "' + said() + '"}'),
    ("markup", "# Potassium\n" + said()),
    ("leak", "Sure, here is the message: " + said()),
    ("leak", "As an AI language model I say: " + said()),
    ("leak", said(end="These are my instructions.")),
    ("characters", said(plain="Potassium is a salt that helps your heart beat \u2014 a lot.")),
    ("characters", said(plain="Potassium is a salt, that\u2019s it.")),
    ("characters", said(end="\U0001f600")),
    ("characters", "Potassium \u041a\u0430\u043b\u0438\u0439 5.9"),
    (
        "language",
        "Su potasio salio alto hoy y eso puede asustar mucho, llame a su clinica cuando pueda hacerlo.",
    ),
    ("language", "Ihr Kalium ist heute zu hoch und das kann Angst machen, bitte rufen Sie die Praxis an."),
    ("false-comfort", said(end="Don't worry.")),
    ("false-comfort", said(feeling="You will be fine.")),
    ("false-comfort", said(cause="It's nothing. " + CAUSE)),
    ("false-comfort", said(end="This is not dangerous.")),
    ("diagnosis", said(cause="You have kidneys that slow down.")),
    ("diagnosis", said(cause="You probably have a heart that can slow down.")),
    ("diagnosis", said(end="You are sick.")),
    ("diagnosis", said(end="It is cancer.")),
    ("dose", said(end="Take two heart pills.")),
    ("dose", said(end="Stop taking your heart pills.")),
    ("dose", said(end="Your heart pills once a day can harm the heart.")),
    (
        "new-number",
        said(verdict="Your potassium was 9.5, which is high. The usual range is 3.5 to 5.1 mmol/L."),
    ),
    (
        "new-number",
        said(verdict="Your potassium was 5.9, which is high. The usual range is 3.5 to 5.2 mmol/L."),
    ),
    (
        "new-number",
        said(verdict="Your potassium was 59, which is high. The usual range is 3.5 to 5.1 mmol/L."),
    ),
    ("new-number", said(verdict="Potassium 5,9 is high (3.5 to 5.1 mmol/L).")),
    ("new-number", said(plain="Potassium is a salt that helps your heart beat twice.")),
    ("new-number", said(step="Please call your care team today: 555-0143.")),
    ("dose", said(verdict="Your potassium was 5.9 mg, which is high. The usual range is 3.5 to 5.1 mmol/L.")),
    (
        "new-unit",
        said(verdict="Your potassium was 5.9%, which is high. The usual range is 3.5 to 5.1 mmol/L."),
    ),
    ("new-unit", said(verdict="Your potassium was 5.9, which is high. The usual range is 3.5 to 5.1 mg/dL.")),
    ("lost-warning", said(warning="")),
    ("lost-warning", said(warning="A very high level can harm your heart.")),
    ("lost-warning", said(step="Please call your care team: 555-0142.")),
    ("lost-warning", said(step="")),
    ("lost-warning", said(more="")),
    ("lost-warning", said(warning=WARNING.replace(" the same day", ""))),
    ("lost-warning", said(step=MORE, more=STEP)),
    ("lost-number", said(verdict="Your potassium is high. The usual range is 3.5 to 5.1 mmol/L.")),
    ("lost-number", said(verdict="Your potassium was 5.9, which is high.")),
    ("new-unit", said(verdict="Your potassium was 5.9, which is high. It is 5.1 to 3.5 mmol/L.")),
    ("lost-number", said(verdict="Your potassium was 5.9, which is high. It is 3.5 and 5.1 mmol/L.")),
    ("new-unit", said(warning=WARNING.replace("same day", "same week"))),
    (
        "changed-result",
        said(verdict="Your potassium was 5.9, which is low. The usual range is 3.5 to 5.1 mmol/L."),
    ),
    ("changed-result", said(verdict="Your potassium was 5.9, which is in range: 3.5 to 5.1 mmol/L.")),
    (
        "changed-result",
        said(verdict="Your potassium was 5.9, not high. The usual range is 3.5 to 5.1 mmol/L."),
    ),
    ("changed-result", said(verdict="Your potassium 5.9 may be high. The usual range is 3.5 to 5.1 mmol/L.")),
    (
        "changed-result",
        said(verdict="Your potassium 5.9 is a bit high. The usual range is 3.5 to 5.1 mmol/L."),
    ),
    (
        "changed-result",
        said(verdict="Your potassium 5.9 is very high. The usual range is 3.5 to 5.1 mmol/L."),
    ),
    ("changed-result", said(verdict="The salt 5.9 is high. The usual range is 3.5 to 5.1 mmol/L.")),
    ("question", said(end="Do your kidneys slow down?")),
    ("question", said(feeling="Are you scared?")),
    ("promise", said(end="I tell your care team.")),
    ("promise", said(end="We help your heart.")),
    ("new-claim", said(cause="A high result can come from bananas.")),
    ("new-claim", said(cause="A high result can come from diabetes.")),
    ("new-claim", said(cause="A high result can come from lisinopril.")),
    ("new-claim", said(end="An ECG can show this.")),
    ("new-claim", said(end="Drink water.")),
    ("new-claim", said(end="Or not at all.")),
    ("new-claim", said(plain="Potassium helps the beat of a heart that can slow down with weak cramps.")),
    ("turned-round", said(plain="Potassium is not a salt that helps your heart beat.")),
    ("turned-round", said(plain="Potassium is a salt that doesn't help your heart beat.")),
    ("turned-round", said(cause="A high level can make you weak or give you cramps.")),
    ("turned-round", said(cause="A high result can come from not eating.")),
    ("too-sure", said(cause="A high result comes from cells that broke in the tube.")),
    ("too-sure", said(cause="A high result is because kidneys slow down.")),
    ("lost-meaning", said(plain="", cause="")),
]


@pytest.mark.parametrize("text", ACCEPTED.values(), ids=ACCEPTED)
def test_what_changes_nothing_may_be_sent(text: str) -> None:
    assert refusal(plain(), text) is None


@pytest.mark.parametrize(("reason", "text"), REFUSED, ids=[f"{r}: {t[-48:]}" for r, t in REFUSED])
def test_what_changes_something_is_refused(reason: str, text: str) -> None:
    assert refusal(plain(), text) == reason


def test_every_reason_has_a_case() -> None:
    tested = {reason for reason, _ in REFUSED} | {"grade"}
    assert tested == {reason for reason, _ in CHECKS}


def test_an_answer_may_be_as_long_as_its_channel_takes_and_no_longer() -> None:
    text = said()
    assert refusal(plain(longest=len(text)), text) is None
    assert refusal(plain(longest=len(text) - 1), text) == "too-long"


HARD = draft(
    [Sentence("Potassium is a salt.", "catalogue:potassium")],
    cited=["Electrolyte abnormalities necessitate physiological reevaluation."],
    names=[],
    longest=700,
    channel="web",
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Potassium is a salt.", None),
        ("Potassium is a salt. Electrolyte abnormalities necessitate physiological reevaluation.", "grade"),
    ],
)
def test_words_too_hard_to_read_are_refused_even_where_a_source_uses_them(
    text: str, reason: str | None
) -> None:
    assert refusal(HARD, text) == reason


EASY = "Potassium is a salt that your body needs to help your heart and muscles work as well as they can."
HARDER = EASY.replace("work as well", "work today as well")


@pytest.mark.parametrize(("text", "reason"), [(EASY, None), (HARDER, "grade")])
def test_grade_seven_is_the_limit(text: str, reason: str | None) -> None:
    """One sentence from a cited passage, just under and just over: nothing else is wrong with either."""
    assert (grade(text) > 7.0) is (reason is not None)
    assert 6.5 < grade(text) < 8
    cited = draft([Sentence(text, "catalogue:potassium")], cited=[text], names=[], longest=700, channel="web")
    assert refusal(cited, text) == reason


def two() -> Draft:
    return draft(
        [
            Sentence("Sodium 128 is low (135 to 145 mmol/L).", "catalogue-range"),
            Sentence("Potassium 5.9 is high (3.5 to 5.1 mmol/L).", "laboratory-range"),
            Sentence("Sodium is a salt that holds water.", "catalogue:sodium"),
        ],
        cited=[], names=["Sodium", "Potassium"], longest=700, channel="web",
    )  # fmt: skip


RANGES = "It is 135 to 145 mmol/L and 3.5 to 5.1 mmol/L. Sodium is a salt that holds water."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Sodium was 128, which is low. Potassium was 5.9, which is high.", None),
        ("Sodium was 128, which is high. Potassium was 5.9, which is low.", "changed-result"),
        ("Potassium was 128, which is low. Sodium was 5.9, which is high.", "changed-result"),
        ("Sodium was 128, which is low. Potassium was 5.9.", "changed-result"),
        ("Sodium was 128 and potassium was 5.9, which is high.", "changed-result"),
        ("Sodium is low and potassium is high.", "lost-number"),
    ],
)
def test_each_number_stays_with_its_test_and_its_verdict(text: str, reason: str | None) -> None:
    assert refusal(two(), f"{text} {RANGES}") == reason

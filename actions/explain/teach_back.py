"""Saying it back: an offer after a result that is not normal, an ear for what was carried away. No exam."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from actions import story
from actions.explain import main_points, visit_question
from actions.explain.main_points import Likeness, MainPoints, Wrong
from actions.reply import Reply, Said
from actions.turn import Judged, Turn
from actions.voice import table
from clinical import told
from clinical.types import Person
from clinical.wording import Sentence

WORDS = "teach_back"
CATEGORY = "teach_back"
RULE = "teach-back"
LASTS = 4  # turns after the offer in which an answer is taken for one
AFTER_NO = timedelta(days=3)  # a "no" is not asked about again for this long
NEVER_AN_ANSWER = {
    "more", "why", "show_record", "change_record", "delete_record", "ask_human", "call_me", "skip", "not_now",
    "enough", "ask_help", "ask_identity", "ask_privacy", "ask_my_results", "greet", "thanks", "goodbye",
    "recap",
}  # fmt: skip
LAB = "soon-lab"  # the screen's word for a number that needs a call
WEIGHTY = ("loss", "stressor", "barrier")


def may_offer(turn: Turn, worst: Judged) -> bool:
    """Once an explanation, of what is not normal; never in danger, to someone upset, or after a "not now"."""
    slot = turn.slots.get("taught") or {}
    return (
        worst.judgement.interpretation not in ("N", None)
        and worst.mention.subject == "patient"
        and worst.triage.tier not in ("act-now", "nothing")
        and turn.hearing.feeling not in table(WORDS)["upset"]["kinds"]
        and calm(turn)
        and (slot.get("not_before") or "") <= turn.today.isoformat()
    )


def calm(turn: Turn) -> bool:
    """Nothing else is open: no consent, no question of the story, no wish to be left in peace."""
    open_question = turn.view.consent is None or story.find(turn.question) is not None
    return safe(turn) and not open_question and not turn.slots.get("quiet")


def safe(turn: Turn) -> bool:
    """No danger was heard but, at most, the very number that is being explained."""
    numbers = bool(turn.screen_kinds) and all(kind == LAB for kind in turn.screen_kinds)
    return turn.screen_level == "none" or (turn.screen_level == "soon" and numbers)


def offer(turn: Turn) -> Sentence:
    return Sentence(turn.voice.line(WORDS, "offer", "alone"), RULE)


def offer_with_more(turn: Turn) -> Sentence:
    """The offer and the way to the rest of the explanation in one line."""
    return Sentence(turn.voice.line(WORDS, "offer", "with_more"), RULE)


def open_points(turn: Turn) -> MainPoints | None:
    """The explanation someone was asked to say back, while the offer stands."""
    slot = turn.slots.get("taught") or {}
    if slot.get("state") != "offered" or turn.voice.turn - int(slot.get("turn", 0)) > LASTS:
        return None
    return MainPoints.of_slot(slot)


def answers(turn: Turn, likeness: Likeness) -> bool:
    """Whether this message says back what was explained; a new question, number or trouble goes first."""
    points = open_points(turn)
    if points is None or turn.results or turn.intent in NEVER_AN_ANSWER or turn.slots.get("quiet"):
        return False
    if "?" in turn.text and not main_points.begins_like_one(turn.text):
        return False
    weighty = any(item.category in WEIGHTY and item.counts for item in turn.hearing.items)
    opens = main_points.begins_like_one(turn.text)
    mistaken = main_points.misunderstood(points, turn.text) and turn.screen_level in ("none", "soon")
    if mistaken and (opens or not weighty):
        # "so i stop my pills" is heard as a danger too: it is flagged, and set right. "i skip them, they
        # cost 40 dollars" says nothing of the result: that trouble is heard first.
        return True
    if not safe(turn):
        return False
    if main_points.is_lost(turn.text):
        return True
    if weighty and not main_points.says_side(points, turn.text):
        return False  # a trouble that is told is heard first
    found = main_points.held(points, turn.text, likeness) - ({"step"} if not points.step else set())
    return bool(found) or main_points.opposite(points, turn.text) or (opens and len(turn.text.split()) > 3)


def heard(turn: Turn, likeness: Likeness) -> Reply:
    """What they carried away, kept in their words; what was missed, said again more simply."""
    points = open_points(turn)
    assert points is not None, "answers() was asked first"  # noqa: S101
    wrong = main_points.misunderstood(points, turn.text, known_before(turn))
    found = main_points.held(points, turn.text, likeness)
    turned = main_points.opposite(points, turn.text)
    code = status(found, wrong, turned)
    lines = [*_feeling(turn), *_said(turn, points, found, wrong, turned, code)]
    reply = Reply((Said(tuple(lines)),)).proposing(_statement(turn, points, code, wrong))
    slot = turn.slots.get("taught") or {}
    done = {**slot, "state": "done", "turn": turn.voice.turn}
    return visit_question.offer(turn, points, reply.remembering(taught=done, offered=None), upset(turn))


def known_before(turn: Turn) -> Sequence[str]:
    """Conditions on record; what this very message claims is what is looked at, and proves nothing."""
    claimed = told.adding(turn.text, Person(), turn.today).conditions
    return [each for each in turn.view.person.conditions if each not in claimed]


def status(found: frozenset[str], wrong: Wrong | None, turned: bool) -> str:
    """`understood` with the way it lies and the step in time; `not-yet` with nothing, or with a mistake."""
    if wrong or turned:
        return "not-yet"
    if {"side", "step"} <= found:
        return "understood"
    return "partly" if found & {"side", "meaning", "call", "step"} else "not-yet"


def upset(turn: Turn) -> bool:
    return turn.hearing.feeling in table(WORDS)["upset"]["kinds"]


def _feeling(turn: Turn) -> Sequence[Sentence]:
    feeling = turn.hearing.feeling
    return [Sentence(turn.voice.line("feelings", feeling), f"feeling:{feeling}")] if feeling else []


def _said(
    turn: Turn, points: MainPoints, found: frozenset[str], wrong: Wrong | None, turned: bool, code: str
) -> list[Sentence]:
    if wrong:
        rule = f"{RULE}:{wrong.id}"
        opening = Sentence(wrong.says[turn.voice.turn % len(wrong.says)], rule)
        return [opening, *_again(turn, points, wrong.adds)]
    opening = Sentence(turn.voice.line(WORDS, "heard", code.replace("-", "_")), f"{RULE}:{code}")
    if code == "understood":
        return [opening]
    missed = [each for each in ("side", "meaning", "step") if turned or each not in found]
    if code == "partly" and "side" in found:
        missed = [each for each in missed if each != "meaning"] or ["meaning"]
    return [opening, *_again(turn, points, missed)]


def _again(turn: Turn, points: MainPoints, which: Sequence[str]) -> list[Sentence]:
    """Each missed point in its plainest words; what there is nothing to say of is passed over."""
    fields: Mapping[str, str] = {
        "name": points.name, "step": points.step, "meaning": points.meaning[0] if points.meaning else "",
    }  # fmt: skip
    lines = []
    for each in which:
        line = turn.voice.line(WORDS, "again", points.side if each == "side" else each, **fields)
        if line:
            lines.append(Sentence(line, f"{RULE}:{each}"))
    return lines


def _statement(turn: Turn, points: MainPoints, code: str, wrong: Wrong | None) -> dict[str, object]:
    """Kept with its test and its outcome, in their own words."""
    return {
        "kind": "statement", "category": CATEGORY, "code": code, "quote": turn.text, "start": 0,
        "end": len(turn.text), "item": points.analyte,
        "origin": "told-by-caregiver" if turn.author == "caregiver" else "told",
        "rule": f"{RULE}:{wrong.id}" if wrong else RULE,
    }  # fmt: skip


def is_open(turn: Turn) -> bool:
    """Whether a bare yes or no is about the offer. "ok" only says that it was read."""
    offered = turn.slots.get("offered") == CATEGORY and open_points(turn) is not None
    return offered and turn.text.strip(" .!").casefold() not in ("ok", "okay", "k", "kk", "alright")


def reply_to_offer(turn: Turn, yes: bool) -> Reply:
    """A bare yes or no to the offer."""
    line = turn.voice.line(WORDS, "offer", "go_ahead" if yes else "no")
    reply = Reply((Said((Sentence(line, RULE),)),)).remembering(offered=None)
    if yes:
        return reply
    slot = dict(turn.slots.get("taught") or {})
    return reply.remembering(taught={**slot, "state": "declined", "not_before": _after(turn.today)})


def _after(today: date) -> str:
    return (today + AFTER_NO).isoformat()

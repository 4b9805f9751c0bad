"""How an explanation ends: the way to the rest, the offer to say it back, a question for the visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from actions.explain import teach_back, visit_question
from actions.explain.main_points import MEANING_SENTENCES, MainPoints
from actions.paging import page_size, split
from actions.turn import Judged, Turn
from clinical import wording
from clinical.wording import Sentence
from knowledge.library import Library

ASK = "You could ask: "
SIDES = {"H": "High", "HH": "High", "L": "Low", "LL": "Low", "A": "Other", "AA": "Other"}


@dataclass(frozen=True)
class Closed:
    """The first page, what MORE brings, and what to remember of it."""

    page: list[Sentence]
    rest: list[Sentence]
    slots: dict[str, Any]


def main_points_of(
    turn: Turn, worst: Judged, name: str, library: Library, question: str
) -> MainPoints | None:
    """What to carry away of the most pressing result; None where it is in range or not judged."""
    side = SIDES.get(worst.judgement.interpretation or "")
    if side is None:
        return None
    step = wording.next_step(worst.triage, turn.phone)
    passage = library.passages(worst.mention.analyte).get("Low" if side == "Low" else "High")
    return MainPoints(
        analyte=worst.mention.analyte,
        name=name,
        side=side,
        tier=worst.triage.tier,
        step=step.text if step else "",
        meaning=passage.sentences[:MEANING_SENTENCES] if passage else (),
        question=question,
    )


def question_in(sentences: Sequence[Sentence]) -> str:
    """The question the explanation ends with: "You could ask: Do any of my pills change this level?"."""
    last = sentences[-1].text if sentences else ""
    return last.removeprefix(ASK) if last.startswith(ASK) else ""


def close(
    turn: Turn,
    worst: Judged,
    sentences: Sequence[Sentence],
    first: int,
    points: MainPoints | None,
    more: Sentence,
) -> Closed:
    """Cut into pages. `first` sentences must be on the first one whatever else is offered."""
    size = page_size(turn.channel)
    if points is None:
        return Closed(*split(sentences, size, more), {"taught": None})
    ends = _with_save(turn, sentences, points)
    if not teach_back.may_offer(turn, worst):
        return _asking(*split(ends, size, more), {"taught": _keeping(points, turn, "not-offered")})
    slots = {"taught": _keeping(points, turn, "offered"), "offered": teach_back.CATEGORY}
    page, rest = split([*sentences, teach_back.offer(turn)], size, more)
    if not rest:
        return Closed(page, rest, slots)
    page_both, rest_both = split(ends, size, teach_back.offer_with_more(turn))
    if rest_both and len(page_both) > max(first, _compared(split(ends, size, more)[0])):
        return Closed(page_both, rest_both, slots)
    return Closed(page, rest, slots)  # no room: the offer stands at the end of what MORE brings


def _compared(page: Sequence[Sentence]) -> int:
    """How much of a page must stay so that how it moved since last time is still on it."""
    return max((place for place, sentence in enumerate(page, 1) if sentence.rule == "change"), default=0)


def _with_save(turn: Turn, sentences: Sequence[Sentence], points: MainPoints) -> list[Sentence]:
    wanted = points.question and teach_back.calm(turn) and not visit_question.is_kept(turn, points.question)
    return [*sentences, visit_question.save_offer(turn)] if wanted else list(sentences)


def _asking(page: list[Sentence], rest: list[Sentence], slots: dict[str, Any]) -> Closed:
    offered = visit_question.OFFERED if visit_question.asked_on(page) else None
    return Closed(page, rest, {**slots, "offered": offered})


def _keeping(points: MainPoints, turn: Turn, state: str) -> dict[str, Any]:
    """A "no" of some days ago is remembered across explanations."""
    before = (turn.slots.get("taught") or {}).get("not_before")
    kept = {**points.as_slot(), "state": state, "turn": turn.voice.turn}
    return {**kept, "not_before": before} if before else kept

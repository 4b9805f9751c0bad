"""What a message leads to in the record: results, words, flags and tasks, each with its exact quote."""

from collections.abc import Iterator, Sequence
from typing import Any

from actions import caregivers, story
from actions.reply import Proposal
from actions.turn import Judged, Turn
from actions.understanding import follows_up
from clinical.extract_corrections import not_mine
from listening.stories.types import Heard

FLAG_LEVELS = {"act-now": "emergency", "call-today": "soon", "this-week": "soon"}
TASK_PRIORITIES = {"act-now": "stat", "call-today": "asap", "this-week": "urgent"}
# A message whose intent is one of these tells no story: "yes", "skip", "thanks".
TELLS_NOTHING = {
    "affirm", "deny", "skip", "not_now", "enough", "resume", "greet", "thanks", "goodbye", "more", "why",
    "show_record", "delete_record", "ask_privacy", "ask_identity", "ask_help", "ask_my_results", "recap",
}  # fmt: skip
BEGINS = 12  # "can I tell you my story": a wish, and nothing told yet
KEEP_WORDS = ("statement", "screening", "referral_outcome")  # with such a row the words are kept whole
STORY_WORDS = 4  # fewer words than this are an answer or a sound, not a story


def proposals(turn: Turn, kept: Sequence[Proposal] = ()) -> tuple[Proposal, ...]:
    """Everything the message itself says, whatever the action answers; `kept` is what that keeps of it."""
    whole = any(each.get("kind") in KEEP_WORDS and each.get("quote") == turn.text for each in kept)
    return (
        *(observation(turn, each) for each in turn.results),
        *result_flags(turn),
        *statements(turn, whole),
    )


def observation(turn: Turn, each: Judged) -> Proposal:
    """A told result; the interpretation is what was said to the person, or null for not judged."""
    mention, judgement = each.mention, each.judgement
    quoted = mention.range
    return {
        "kind": "observation",
        "analyte": mention.analyte,
        "loinc": mention.loinc,
        "text": mention.text,
        "subject": mention.subject[:64],
        "value": mention.value,
        "unit": mention.unit or (judgement.unit if judgement.unit_inferred else None),
        "unit_text": mention.unit_text,
        "unit_inferred": judgement.unit_inferred and mention.unit is None and judgement.unit is not None,
        "low": None if not quoted or quoted.low is None else f"{quoted.low:f}",
        "high": None if not quoted or quoted.high is None else f"{quoted.high:f}",
        "range_text": quoted.text if quoted else None,
        "interpretation": judgement.interpretation,
        "tier": each.triage.tier,
        "rule": judgement.rule,
        "effective": mention.effective,
        "quote": turn.text[mention.start : mention.end],
        "start": mention.start,
        "end": mention.end,
    }


def result_flags(turn: Turn) -> Iterator[Proposal]:
    """The most pressing result becomes a flag, and a task for someone who can act on it."""
    pressing = [each for each in turn.results if each.triage.tier in FLAG_LEVELS]
    if not pressing:
        return
    order = list(FLAG_LEVELS)
    worst = min(pressing, key=lambda each: order.index(each.triage.tier))
    quote = turn.text[worst.mention.start : worst.mention.end]
    level = FLAG_LEVELS[worst.triage.tier]
    yield {"kind": "flag", "level": level, "code": f"result-{worst.mention.analyte}"[:64], "quote": quote,
           "rule": worst.triage.rule}  # fmt: skip
    yield {
        "kind": "task",
        "code": "review-result",
        "priority": TASK_PRIORITIES[worst.triage.tier],
        "description": f"Told: {worst.mention.text} {worst.mention.value}. {worst.triage.reason}",
        "quote": quote,
    }


def statements(turn: Turn, whole: bool = False) -> Iterator[Proposal]:
    """What was heard, and what was said around it as part of the story, if the message is not kept whole."""
    items = turn.hearing.items
    for item in items:
        no_need = turn.intent in {*TELLS_NOTHING, "begin_story"} or not_mine(turn.text) is not None
        if item.origin == "inferred" and no_need:
            continue  # "who sees what I write?" tells no need, nor "that's not mine"
        yield {
            "kind": "statement", "category": item.category, "code": item.code, "quote": item.quote,
            "start": item.start, "end": item.end, "subject": _whose(item), "temporality": item.temporality,
            "polarity": item.polarity, "origin": item.origin, "rule": item.rule,
        }  # fmt: skip
    answers = story.find(turn.question) is not None  # then the words are kept as the answer
    asks_to_begin = (
        turn.intent == "begin_story"
        and all(i.origin == "inferred" for i in items)
        and len(turn.text.split()) < BEGINS
    )
    silent = asks_to_begin or turn.intent in TELLS_NOTHING or answers or whole or follows_up(turn)
    silent = silent or caregivers.is_of_the_writer(turn)
    if not silent:
        yield from (story_statement(turn, start=start, end=end) for start, end in _around(turn))


def _whose(item: Heard) -> str:
    """ "patient", or whose it is as far as was said: "Rosa (sister)"."""
    return "patient" if item.subject == "patient" else item.who[:64] or "other"


def _around(turn: Turn) -> Iterator[tuple[int, int]]:
    """The stretches of a message that nothing heard quotes: they are the person's words all the same."""
    if not turn.hearing.items:
        if len(turn.text.split()) >= STORY_WORDS:
            yield 0, len(turn.text)
        return
    at = 0
    quoted = sorted((item.start, item.end) for item in turn.hearing.items)
    for start, end in [*quoted, (len(turn.text), len(turn.text))]:
        stretch = turn.text[at:start]
        if len(stretch.split()) >= STORY_WORDS:
            lead = len(stretch) - len(stretch.lstrip(" .,;:!?\n"))
            yield at + lead, at + len(stretch.rstrip())
        at = max(at, end)


def story_statement(
    turn: Turn, item: str | None = None, category: str = "story", *, start: int = 0, end: int | None = None
) -> dict[str, Any]:
    """The person's own words, all or a stretch of them, as the answer to `item` where one was asked."""
    end = len(turn.text) if end is None else end
    return {
        "kind": "statement",
        "category": category,
        "code": None,
        "quote": turn.text[start:end],
        "start": start,
        "end": end,
        "origin": "told-by-caregiver" if turn.author == "caregiver" else "told",
        "item": item,
        "rule": "own-words",
    }

"""A test explained without a number: by name, by meaning, or honestly not at all."""

import re
from collections.abc import Sequence

from actions.following import page_of
from actions.reply import Reply, say
from actions.room import Room
from actions.turn import Turn
from actions.voice import table
from clinical import wording
from clinical.wording import Sentence
from record.view import Earlier

MINE = re.compile(r"\b(?:my|mine|mis?)\b")
SHOWN_TESTS = 3  # more tests than this in one question are named, not explained


def explain_test(room: Room, turn: Turn) -> Reply:
    """By name where a test is named, by meaning otherwise, and honestly not at all under the threshold."""
    keys = turn.named[:SHOWN_TESTS]
    guessed = not keys
    if guessed:
        found = room.library.search(turn.text, k=1)
        keys = found[0].analytes[:1] if found else ()
    if not keys:
        reply = say(turn.voice.small("unknown_test", "plain"), rule="unknown-test")
        return reply.proposing(question_saved(turn))
    sentences = [s for key in keys for s in about_test(room, key, turn.text, few=len(keys) > 1)]
    sentences = [*own_results(room, turn, () if guessed else keys), *sentences]
    if guessed:
        name = room.catalogue[keys[0]].name
        sentences.insert(0, Sentence(turn.voice.small("guess", "plain", test=name), "found-by-meaning"))
    if turn.hearing.feeling:
        feeling = turn.hearing.feeling
        sentences.insert(0, Sentence(turn.voice.line("feelings", feeling), f"feeling:{feeling}"))
    codes = tuple(room.catalogue[key].primary_loinc for key in keys)
    return page_of(turn, sentences, codes).remembering(
        topic=list(keys), why=[{"rule": s.rule, "source": s.source} for s in sentences]
    )


def about_test(room: Room, key: str, text: str, few: bool) -> list[Sentence]:
    """What it is, then what the question is after: high, low, or why it is done."""
    analyte = room.catalogue[key]
    said = [Sentence(analyte.plain, f"catalogue:{key}")]
    low = text.lower()
    words = table("phrases")["direction"]
    wanted = [side for side in ("High", "Low") if any(word in low.split() for word in words[side.lower()])]
    passages = room.library.passages(key)
    for section in [*wanted, "Why it is done", "What can sway it", "What happens next"][: 1 if few else 4]:
        passage = passages.get(section)
        if passage is not None:
            said += [
                Sentence(s, f"article:{analyte.article}#{section}", passage.source)
                for s in passage.sentences[:2]
            ]
    return said


def own_results(room: Room, turn: Turn, keys: Sequence[str]) -> list[Sentence]:
    """ "Can you explain my creatinine": what they have on file comes before what the test is."""
    if not MINE.search(turn.text.lower()):
        return []
    return [on_file(room, each[0]) for key in keys if (each := turn.view.observations.get(key))]


def on_file(room: Room, each: Earlier) -> Sentence:
    """One result as it was judged when it came in; nothing is judged anew here."""
    analyte = room.catalogue.get(each.analyte)
    name = analyte.name if analyte else each.text
    key = each.interpretation or "not-judged"
    text = wording.templates()["verdict"][key].format(name=name, value=each.value or "", range="")
    return Sentence(f"{day_of(each)}: {text}", each.rule or "record")


def day_of(each: Earlier) -> str:
    return (each.effective or each.at)[:10]


def question_saved(turn: Turn) -> dict[str, object]:
    """A question Kith cannot answer is kept for the care team in the person's words."""
    return {"kind": "statement", "category": "question", "code": None, "quote": turn.text, "start": 0,
            "end": len(turn.text), "origin": "told", "rule": "unanswered-question"}  # fmt: skip

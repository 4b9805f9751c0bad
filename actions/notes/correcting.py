"""A line set right: "no, two jobs, not three". The new words take its place; the old stay as history."""

import re
from typing import Any

from actions import journey
from actions.notes import asking, lines
from actions.notes.lines import Line, short
from actions.proposing import TELLS_NOTHING, story_statement
from actions.reply import Reply, say
from actions.room import Room
from actions.tell import read_back
from actions.turn import Turn
from record.view import Told

LATELY = 12  # lines back: who corrects, corrects what was said not long ago
LONGEST = 16  # words of a correction
CHANGE = "change"  # what is open while a line waits for its new words


def is_one(room: Room, turn: Turn) -> bool:
    """Whether the message sets a line right that is in the notes."""
    if turn.results or len(turn.text.split()) > LONGEST + 10:
        return False
    if wrong_line(turn) or waits_for_words(turn):
        return True
    return replaced(turn) is not None


def waits_for_words(turn: Turn) -> bool:
    """The line was named before; this message is what it should say."""
    pending = turn.slots.get("pending") or {}
    says = turn.intent not in TELLS_NOTHING | {"ask_human", "call_me", "joke"} and "?" not in turn.text
    return turn.slots.get("offered") == CHANGE and pending.get("what") == CHANGE and says


def wrong_line(turn: Turn) -> re.Match[str] | None:
    """ "line 2 is wrong, it was my sister"; after "which line is wrong?" also "2, it was my sister"."""
    found = asking.search("wrong", turn.text)
    asked = turn.slots.get("offered") == CHANGE and (turn.slots.get("pending") or {}).get("what") == "lines"
    return found or (asking.search("which_line", turn.text) if asked else None)


def replaced(turn: Turn) -> Line | None:
    """ "no, two jobs, not three": the newest line with "three" in it."""
    found = asking.search("not_so", turn.text)
    over = asking.search("over_now", turn.text)
    if (found is None and over is None) or len(turn.text.split()) > LONGEST:
        return None
    known = _lately(turn)
    if found is None:
        return asking.nearest(known, turn.text)
    old = asking.words_of(found["old"])
    with_it = [line for line in known if old and old <= asking.words_of(line.quote)]
    return max(with_it, key=lambda line: line.number, default=None)


def answer(room: Room, turn: Turn) -> Reply:
    """The line changed, or asked for what it should say."""
    if waits_for_words(turn):
        ids = (turn.slots.get("pending") or {}).get("ids") or []
        return changed(turn, ids, turn.text, 0)
    wrong = wrong_line(turn)
    if wrong is None:
        line = replaced(turn)
        assert line is not None, "is_one() was asked first"  # noqa: S101
        return changed(turn, line.ids, turn.text, 0, line)
    ids = meant(room, turn, wrong["number"])
    rest = wrong["rest"].strip(" .,;:!-")
    if not ids:
        return say(turn.voice.small("control", "which"), rule="correct")
    if len(rest.split()) < 2:
        asked = say(turn.voice.small("control", "say_it"), rule="correct")
        return asked.remembering(offered=CHANGE, pending={"what": CHANGE, "ids": ids})
    return changed(turn, ids, rest, turn.text.find(rest))


def meant(room: Room, turn: Turn, number: str) -> list[str]:
    """Of the lines read back just now, else of all that is shown with SHOW."""
    pending = turn.slots.get("pending") or {}
    place = asking.numbered(f"line {number}") or asking.numbered(number)
    if pending.get("what") == "lines" and place and 0 < place <= len(pending["ids"]):
        return list(pending["ids"][place - 1])
    line = asking.by_number(lines.of(room.engine, turn), place)
    return list(line.ids) if line else []


def changed(turn: Turn, ids: Any, words: str, start: int, line: Line | None = None) -> Reply:
    """The new words in place of each thing that was made of the old ones."""
    olds = [each for each in (line.told if line else turn.view.statements) if each.id in ids]
    new = story_statement(turn, start=start, end=start + len(words))
    rows = [in_place_of(turn, each, new) for each in olds] or [new]
    reply = say(turn.voice.small("control", "changed", quote=f'"{short(words)}"'), rule="correct")
    reply = read_back.the_rest(turn, reply.remembering(offered=None, pending=None).proposing(*rows))
    return journey.back_to_story(turn, reply)


def in_place_of(turn: Turn, old: Told, new: dict[str, Any]) -> dict[str, Any]:
    """As the old line was understood, unless the new words say otherwise: over now, or denied."""
    heard = next((item for item in turn.hearing.items if item.code == old.code), None)
    over = heard is None and bool(asking.search("over_now", turn.text))
    return {
        **new, "category": old.category, "code": old.code, "item": old.item, "replaces": old.id,
        "rule": "corrected", "subject": heard.subject if heard else old.subject,
        "temporality": heard.temporality if heard else "past" if over else old.temporality,
        "polarity": heard.polarity if heard else old.polarity,
    }  # fmt: skip


def _lately(turn: Turn) -> list[Line]:
    return lines.numbered(tuple(reversed(turn.view.statements[:LATELY])))

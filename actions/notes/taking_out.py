"""One line or all taken back: which is meant, asked once more, then out of the team's sight."""

import re
from collections.abc import Sequence

from actions.notes import asking, lines
from actions.notes.lines import Line, short
from actions.reply import Reply, say
from actions.room import Room
from actions.turn import Turn

ONE = "delete-lines"  # what a yes then means
SHOWN = 3  # lines named in one question
ALL = {"all", "everything", "anything", "data", "record", "notes", "messages", "information"}
THAT = {"that", "it", "this"}


def everything(turn: Turn) -> Reply:
    return say(turn.voice.small("delete", "ask"), rule="delete").remembering(offered="delete")


def asks_for_one(turn: Turn) -> bool:
    """ "take out the part about my brother", however Rasa took it; a long message tells something else."""
    found = asking.search("delete", turn.text)
    if found is None or len(turn.text.split()) > 14 or found.start() > 24:
        return False
    what = found["what"].lower()
    return asking.numbered(what) is not None or any(
        word in what for word in (" about ", " part", " line", "what i said", "what i told")
    )


def some_lines(room: Room, turn: Turn) -> Reply | None:
    """The lines meant, shown before they go; None where everything is meant."""
    found = asking.search("delete", turn.text)
    what = found["what"] if found else ""
    known = lines.of(room.engine, turn)
    chosen = meant(known, what)
    if chosen:
        return confirm(turn, chosen)
    named = asking.words_of(what) if not wants_all(what) else set()
    if named or asking.numbered(what) is not None:
        return say(turn.voice.small("control", "none_like_it"), rule="delete")
    if set(what.lower().strip(" .!").split()) & THAT and known:
        return confirm(turn, [known[-1]])
    return None


def meant(known: Sequence[Line], what: str) -> list[Line]:
    """By number, else by the words in it."""
    line = asking.by_number(known, asking.numbered(what))
    if line is not None:
        return [line]
    if wants_all(what):
        return []
    return asking.with_words(known, what)


def confirm(turn: Turn, chosen: Sequence[Line]) -> Reply:
    some = list(chosen[-SHOWN:])
    quotes = " ".join(f'"{short(line.quote)}"' for line in some)
    key = "delete_one" if len(some) == 1 else "delete_some"
    ids = [each for line in some for each in line.ids]
    reply = say(turn.voice.small("control", key, quote=quotes), rule="delete")
    return reply.remembering(offered=ONE, pending={"what": "delete", "ids": ids})


def confirmed(turn: Turn, yes: bool) -> Reply:
    """Taken back: out of the notes, and out of the texts the team can read."""
    ids = (turn.slots.get("pending") or {}).get("ids") or []
    if not yes or not ids:
        reply = say(turn.voice.small("delete", "kept"), rule="delete")
    else:
        reply = say(turn.voice.small("control", "deleted"), rule="delete").proposing(
            *({"kind": "retract", "what": "statement", "id": each} for each in ids)
        )
    return reply.remembering(offered=None, pending=None)


def wants_all(what: str) -> bool:
    return bool(set(re.findall(r"[a-z]+", what.lower())) & ALL)

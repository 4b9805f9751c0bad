"""A result told just before that is another person's: "that's my mom's, not mine", "mine is 0.9"."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from actions import just_told
from actions.proposing import FLAG_LEVELS, observation, result_flags
from actions.reply import Proposal, Reply, say
from actions.room import Room
from actions.turn import Judged, Turn
from clinical.extract_corrections import not_mine
from clinical.types import LabMention, ReferenceRange
from record.view import Earlier

MINE = re.compile(r"\W*(?:(?:and|but|so|ok)\b\W*)*mine(?:'s| is| was| came back)?(?: at)?\b", re.I)
UNKNOWN = "other"  # "not mine", and no word of whose


def mention_of(told: Earlier, value: str, text: str) -> LabMention:
    """A result of the record as if it had been said so at first."""
    start = max(text.replace(",", ".").find(value), 0)
    low, high = (Decimal(end) if end else None for end in (told.low, told.high))
    quoted = (
        ReferenceRange(low, high, told.range_text, "laboratory")
        if low is not None or high is not None
        else None
    )
    return LabMention(
        analyte=told.analyte or "", loinc=told.code or "", text=told.text, value=value, start=start,
        end=start + len(value), unit=None if told.unit_inferred else told.unit, effective=told.effective,
        subject=told.subject, range=quoted,
    )  # fmt: skip


def disowned(turn: Turn) -> str | None:
    """Whose the results of the message before are, where this one says they are not the writer's."""
    own = [each for each in just_told.results(turn.view) if each.subject == "patient"]
    return not_mine(turn.text) if own and turn.author == "patient" and not turn.results else None


def moved(room: Room, turn: Turn, who: str) -> Reply:
    """They leave the writer's results; with a word of whose they are, they are explained for that person."""
    own = [each for each in just_told.results(turn.view) if each.subject == "patient"]
    taken: list[Proposal] = [{"kind": "retract", "what": "observation", "id": each.id} for each in own]
    names = ", ".join(f"{_name(room, each)} {each.value}" for each in own)
    done = say(turn.voice.small("correct", "not_yours", tests=names), rule="correct")
    pressing = [each for each in own if each.tier in FLAG_LEVELS]
    if pressing:
        taken.append(_task(turn, pressing, who))
    if who == UNKNOWN:
        return done.proposing(*taken).remembering(topic=None, taught=None)
    mentions = [replace(mention_of(each, each.value or "", turn.text), subject=who) for each in own]
    theirs = tuple(room.judge(each, turn.view.person, turn.today) for each in mentions)
    rows = [{**observation(turn, each), "quote": None, "start": None, "end": None} for each in theirs]
    explained = room.explainer.explain(replace(turn, results=theirs, patterns=()))
    return done.and_then(explained).proposing(*taken, *rows)


def _task(turn: Turn, pressing: Sequence[Earlier], who: str) -> Proposal:
    """The care team was told of these as the patient's."""
    told = ", ".join(f"{each.text} {each.value}" for each in pressing)
    whose = "" if who == UNKNOWN else f" but of their {who}"
    words = f"Told before: {told}. It is not the patient's own{whose}, they say now."
    return {
        "kind": "task", "code": "review-result", "priority": "routine", "description": words,
        "quote": turn.text,
    }  # fmt: skip


def own_beside(room: Room, turn: Turn, known: Earlier, told: Sequence[Earlier], value: str) -> Reply | None:
    """ "mine is 0.9" after a husband's results: the test of his that such a number can be of."""
    if known.subject == "patient" or MINE.match(turn.text) is None:
        return None
    his = [known, *(each for each in told if each.subject == known.subject and each.id != known.id)]
    mentions = (replace(mention_of(each, value, turn.text), subject="patient") for each in his)
    each = _fitting([room.judge(each, turn.view.person, turn.today, turn.symptoms) for each in mentions])
    whole = replace(turn, results=(each,))
    return room.explainer.explain(whole).proposing(observation(whole, each), *result_flags(whole))


def _fitting(judged: Sequence[Judged]) -> Judged:
    """ "0.9" is a creatinine and no potassium; where it fits none, the test last spoken of."""
    return next(
        (each for each in judged if each.judgement.interpretation and not each.judgement.ask), judged[0]
    )


def _name(room: Room, each: Earlier) -> str:
    analyte = room.catalogue.get(each.analyte)
    return analyte.name if analyte else each.text

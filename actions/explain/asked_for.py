"""The unit or the range Kith asked for: "mg/dl" right after "What unit does the report show?"."""

from dataclasses import replace

from actions import journey, just_told
from actions.explain.whose import mention_of
from actions.proposing import observation, result_flags
from actions.reply import Reply
from actions.room import Room
from actions.together import together
from actions.turn import Turn
from clinical.extract_corrections import asked_for
from clinical.types import LabMention
from record.view import Earlier, PatientView


def answered(room: Room, turn: Turn) -> Reply | None:
    """The result that waited for it, judged now; None where the message answers no such question."""
    waiting = [each for each in just_told.results(turn.view) if (each.rule or "").startswith("not-judged:")]
    if turn.results or not waiting:
        return None
    found = ((told, _completed(room, turn, told)) for told in waiting)
    told, mention = next(((told, each) for told, each in found if each is not None), (None, None))
    if told is None or mention is None:
        return None
    view = without(turn.view, told)
    alone = room.judge(mention, view.person, turn.today, turn.symptoms)
    results, patterns = together([alone], view, turn.symptoms, room.catalogue, turn.today)
    whole = replace(turn, view=view, results=results, patterns=patterns)
    row = {**observation(turn, results[0]), "replaces": told.value}
    reply = room.explainer.explain(whole).proposing(row, *result_flags(whole))
    return journey.back_to_story(turn, reply)


def _completed(room: Room, turn: Turn, told: Earlier) -> LabMention | None:
    analyte = room.catalogue.get(told.analyte)
    if analyte is None or told.value is None:
        return None
    unit, limits = asked_for(turn.text, analyte)
    if unit is None and limits is None:
        return None
    mention = mention_of(told, f"{told.comparator or ''}{told.value}", turn.text)
    return replace(
        mention, start=0, end=len(turn.text), unit=unit or mention.unit, range=limits or mention.range
    )


def without(view: PatientView, wrong: Earlier) -> PatientView:
    """The view without the value taken back: what was never so is no change from anything."""
    kept = {
        name: tuple(each for each in series if not _is(each, wrong))
        for name, series in view.observations.items()
    }
    return replace(view, observations=kept)


def _is(each: Earlier, wrong: Earlier) -> bool:
    told = each.origin != "measured"
    return told and (each.series, each.value) == (wrong.series, wrong.value)

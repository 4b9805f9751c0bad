"""A line kept from someone: "don't tell Dr. Lee", done, and said straight what that means."""

import re
from typing import Any

from actions import journey, sharing, story
from actions.hearing_out import reflection
from actions.notes import asking
from actions.reply import Proposal, Reply, say
from actions.room import Room
from actions.turn import Turn
from record.sharing import EVERYONE, is_known
from record.view import Told

ROLES = {
    "doctor": "physician", "doctors": "physician", "physician": "physician", "nurse": "nurse",
    "nurses": "nurse", "social worker": "social-worker",
}  # fmt: skip
TEAM = {"team", "care team", "clinic", "anyone", "anybody", "anyone else", "anybody else", "no one", "noone",
        "nobody", "them", "between us", "between you and me", "to yourself", "private", "secret"}  # fmt: skip
OWN = re.compile(r"\b(?:my|the) ")


def whom(turn: Turn) -> str | None:
    """From whom: "Dr. Lee", a role, everyone, or "family", who hear nothing from Kith anyway."""
    found = asking.search("keep_from", turn.text)
    if found is None:
        return None
    name = re.sub(r"\s+", " ", found["whom"].lower()).strip()
    bare = OWN.sub("", name)
    if bare in TEAM:
        return EVERYONE
    if bare in ROLES:
        return ROLES[bare]
    title = re.match(r"(dr\.?|doctor|nurse) ?(\w+)$", name)
    if title:
        return ("Nurse " if title[1] == "nurse" else "Dr. ") + title[2].capitalize()
    return "family"


def answer(room: Room, turn: Turn) -> Reply:
    """The line they mean: the one they name, the one of this message, or the one told last."""
    kept = whom(turn)
    assert kept is not None, "whom() was asked first"  # noqa: S101
    if kept == "family":
        return journey.back_to_story(turn, say(turn.voice.small("control", "family"), rule="private"))
    heard = reflection(turn) if told_now(turn) else []
    reply = with_the_story(turn, say(*heard, words(room, turn, kept), rule="private"))
    if not told_now(turn):
        rows = [{"kind": "restrict", "id": each.id, "withheld_from": kept} for each in before(turn)]
        return reply.proposing(*rows) if rows else sharing_stopped(turn, kept, reply)
    return reply


def with_the_story(turn: Turn, reply: Reply) -> Reply:
    """ "4 hours. dont tell Dr. Lee" answers how they sleep: that is not asked again."""
    item = story.find(turn.question)
    if item is None or not item.known_by & {each.code for each in turn.hearing.items if each.counts}:
        return journey.back_to_story(turn, reply)
    answered = {"kind": "story_item", "item": item.id, "status": "answered"}
    return journey.ask_next(turn, reply.proposing(answered), just_closed=item.id)


def sharing_stopped(turn: Turn, kept: str, reply: Reply) -> Reply:
    """Nothing was told yet that could be kept back: from everyone means not to share at all."""
    return sharing.stop(turn) if kept == EVERYONE else reply


def told_now(turn: Turn) -> bool:
    """Whether this very message tells what is to be kept."""
    return any(item.category != "feeling" for item in turn.hearing.items)


def before(turn: Turn) -> list[Told]:
    """What they name ("about my drinking"), else all of the message they wrote before."""
    lately = turn.view.statements
    about = re.search(r"\b(?:about|that) (.+)$", turn.text.lower())
    named = asking.words_of(about[1]) if about else set()
    of_it = [each for each in lately if named and named & asking.words_of(each.quote)]
    return of_it or [each for each in lately if each.at == lately[0].at]


def words(room: Room, turn: Turn, kept: str) -> str:
    control = turn.voice.small
    if not turn.view.shared:
        return control("control", "kept_unshared")
    if kept == EVERYONE:
        return control("control", "kept_from_all")
    if kept in ROLES.values():
        return control("control", "kept_from_role", who=kept.replace("-", " ").replace("physician", "doctor"))
    with room.engine.connect() as connection:
        known = is_known(connection, kept)
    return control("control", "kept_from_one" if known else "kept_from_unknown", who=kept)


def marked(turn: Turn, proposals: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    """What this message tells, kept from whom it asks; a wish about family changes nothing."""
    kept = whom(turn)
    if kept is None:
        return proposals
    told = tuple(each for each in proposals if not _is_the_wish(each))
    return told if kept == "family" or not told_now(turn) else tuple(_kept(each, kept) for each in told)


def _is_the_wish(each: Proposal) -> bool:
    """ "dont tell Dr. Lee" is no part of their story."""
    return each.get("rule") == "own-words" and asking.search("keep_from", str(each["quote"])) is not None


def _kept(each: Proposal, kept: str | None) -> dict[str, Any]:
    return {**each, "withheld_from": kept} if each["kind"] == "statement" else dict(each)

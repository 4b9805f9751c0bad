"""Whether a form may be asked now, and the words that ask first: never in grief, danger, or unbidden."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from actions.reply import Reply, say
from actions.screening.state import OFFERED, Round, find, forms
from actions.story import Item as StoryItem
from actions.turn import Turn
from actions.voice import table
from actions.welcome import closing
from clinical.screeners import Screener

WORDS = "screening"
PUT_OFF = 3  # days: "not now", or a question never answered (docs/dialogue.md)
SHOWN_DAYS = 14  # a low mood told longer ago is asked about no more
GRIEF_DAYS = 30  # after a loss nothing of this is asked; as long as no text is sent (record/release.toml)


def offer(turn: Turn, item: StoryItem | None, just_closed: str | None) -> Reply | None:
    """The question of permission in place of the story's next `item`, where a form fits here; else None."""
    if just_closed is None or find(turn, just_closed):  # not at the very start, and never two forms on end
        return None
    if item is not None and item.id in table(WORDS)["moment"]["not_before"]:
        return None
    for form in forms(turn):
        if fits(form, item) and may_ask(turn, form):
            line = turn.voice.line(WORDS, "permission", asks_for(form))
            waits = Round(form, "permission", turn.message_id)
            asked = {"kind": "story_item", "item": form.id, "status": "asked"}
            reply = say(line, rule=f"screening:{form.id}").proposing(asked)
            return reply.remembering(question=None, offered=OFFERED, screening=waits.slot(turn.view.at))
    return None


def asks_for(form: Screener) -> str:
    """Which words ask for leave: a form's own, or those for any a clinic supplies."""
    name = form.id.replace("-", "_")
    return name if name in table(WORDS)["permission"] else "clinic"


def fits(form: Screener, item: StoryItem | None) -> bool:
    """A form about daily life comes where the story would ask about it; the others after the opening."""
    if form.shown_by:
        return True
    return item is not None and item.id in {each.story for each in form.items}


def may_ask(turn: Turn, form: Screener) -> bool:
    """Consent, calm, the right person, not asked lately, something that shows it is worth asking."""
    if turn.view.consent != "active" or not closing(turn) or turn.screen_level != "none":
        return False
    if turn.slots.get("quiet") or grieving(turn) or endangered(turn):
        return False
    if asked_lately(turn, form) or not right_person(turn, form):
        return False
    if form.score and (not turn.view.shared or refused_lately(turn)):
        return False  # a score nobody may read helps nobody; a no to one is a no to the other
    if not form.shown_by:
        return bool(to_ask(turn, form))
    return shown(turn, form.shown_by)


def right_person(turn: Turn, form: Screener) -> bool:
    """How someone feels only they can say; a child is asked with an instrument of their own."""
    if form.self_report and (turn.speaks_for or turn.author != "patient"):
        return False
    born = turn.view.person.birth_date
    if born is None or not form.from_age:
        return True
    age = turn.today.year - born.year - ((turn.today.month, turn.today.day) < (born.month, born.day))
    return age >= form.from_age


def asked_lately(turn: Turn, form: Screener) -> bool:
    """Within the period of the form after an answer, longer after a no, for days after "not now"."""
    seen = turn.view.story.get(form.id)
    if seen is None:
        return False
    days = {"answered": form.period, "declined": form.declined}.get(seen.status, PUT_OFF)
    return within(seen.at, turn.view.at, days)


def refused_lately(turn: Turn) -> bool:
    """They said no to a form on how they feel."""
    seen = [(form, turn.view.story.get(form.id)) for form in forms(turn) if form.score]
    return any(
        item is not None and item.status == "declined" and within(item.at, turn.view.at, form.period)
        for form, item in seen
    )


def endangered(turn: Turn) -> bool:
    """A danger is open that someone still has to see to."""
    return any(each.urgency in ("emergency", "crisis") for each in turn.view.flags)


def shown(turn: Turn, codes: frozenset[str]) -> bool:
    """Whether a feeling or need of these was told, in this message or lately."""
    if turn.hearing.feeling in codes or any(
        each.code in codes and each.counts for each in turn.hearing.items
    ):
        return True
    return any(
        each.code in codes
        and (each.subject, each.temporality, each.polarity) == ("patient", "now", "affirmed")
        and within(each.at, turn.view.at, SHOWN_DAYS)
        for each in turn.view.statements
    )


def grieving(turn: Turn) -> bool:
    """A loss of their own was told, now or in the last weeks."""
    now = any(
        is_loss(each.category, each.code) and (each.subject, each.polarity) == ("patient", "affirmed")
        for each in turn.hearing.items
    )
    return now or any(
        is_loss(each.category, each.code)
        and (each.subject, each.polarity) == ("patient", "affirmed")
        and within(each.at, turn.view.at, GRIEF_DAYS)
        for each in turn.view.statements
    )


def is_loss(category: str, code: str | None) -> bool:
    return category == "loss" or code == "grief"


def to_ask(turn: Turn, form: Screener, heard: Iterable[str] = ()) -> tuple[str, ...]:
    """The items whose answer is not known yet: a need already told is not asked about again."""
    told = {*turn.view.told, *heard, *(each.code for each in turn.hearing.items)}
    settled = {name for name, seen in turn.view.story.items() if seen.status in ("answered", "declined")}
    return tuple(item.id for item in form.items if not (item.known_by & told) and item.story not in settled)


def within(then: str, at: str, days: int) -> bool:
    return datetime.fromisoformat(at) - datetime.fromisoformat(then) < timedelta(days=days)

"""One published item as it is asked, what follows an answer, and how a form ends."""

from dataclasses import replace

from actions import journey
from actions.reply import Proposal, Reply, Said
from actions.screening.offering import WORDS
from actions.screening.state import Round
from actions.turn import Turn
from clinical.screeners import Item, total
from clinical.wording import Sentence

THANKS = "screening:thanks"


def ask(turn: Turn, lead: Reply, state: Round) -> Reply:
    """The open item after what is said first; the published words stand alone and unchanged."""
    item = state.item
    assert item is not None, "a round without an item is over"  # noqa: S101
    asked = with_lead(lead, [*published(item), *how(turn, item)])
    return asked.remembering(question=None, offered=None, screening=state.slot(turn.view.at))


def published(item: Item) -> list[Sentence]:
    """The words of the form, with their source for WHY."""
    text = item.text if item.text[-1] in ".?!" else f"{item.text}."
    return [Sentence(each, f"screening:{item.id}", item.source) for each in (item.stem, text) if each]


def how(turn: Turn, item: Item) -> list[Sentence]:
    """The published answers, and that it can be passed over."""
    keyed = all(option.key for option in item.options)
    choices = (f"{option.key}) {option.text}" if keyed else option.text for option in item.options)
    separator = "; " if keyed else ", "
    hint = "several" if item.repeats else "keyed" if keyed else "words"
    lines = (
        turn.voice.line(WORDS, "hint", hint),
        f"{separator.join(choices)}.",
        turn.voice.line(WORDS, "hint", "skip"),
    )
    return [Sentence(line, f"screening:{item.id}") for line in lines]


def with_lead(lead: Reply, sentences: list[Sentence]) -> Reply:
    """The sentences as the end of the lead's last message: one text, not two."""
    if not lead.said:
        return replace(lead, said=(Said(tuple(sentences)),))
    last = lead.said[-1]
    return replace(lead, said=(*lead.said[:-1], Said((*last.sentences, *sentences), last.about, last.card)))


def go_on(turn: Turn, lead: Reply, state: Round) -> Reply:
    """The next item, or the end of the form and the story where it was."""
    done = state.item
    following = replace(state, left=state.left[1:], again=False, reminded=0)
    while following.item is not None and following.item.known_by & {each.code for each in turn.hearing.items}:
        following = replace(following, left=following.left[1:])
    if following.item is not None:
        return ask(turn, lead, following)
    thanked = tuple(each for each in lead.said if each.sentences[0].rule != THANKS)  # not twice in one breath
    reply = finished(turn, replace(lead, said=thanked), state)
    closed = done.story if done and done.story else state.form.id
    return journey.ask_next(turn, reply, just_closed=closed)


def finished(turn: Turn, lead: Reply, state: Round) -> Reply:
    """Thanks, and what happens with it: a score in the range that needs a look becomes a task."""
    ended = {"kind": "story_item", "item": state.form.id, "status": "answered"}
    reply = lead.proposing(ended).remembering(screening=None)
    points = total(state.form, state.given)
    if points is None or not points.positive:
        return with_lead(reply, [Sentence(turn.voice.line(WORDS, "end", "thanks"), "screening:end")])
    lines = [Sentence(turn.voice.line(WORDS, "end", "seen"), "screening:end")]
    return with_lead(reply, lines).proposing(*task(state, points.points))


def task(state: Round, points: int) -> tuple[Proposal, ...]:
    """What the care team is asked to do about a score."""
    rule = state.form.score.rule(points) if state.form.score else None
    if rule is None:
        return ()
    description = rule.description.format(points=points)
    return ({"kind": "task", "code": f"{state.form.id}-positive", "priority": rule.priority,
             "description": description},)  # fmt: skip

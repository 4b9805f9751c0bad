"""More of what was just explained, for a question that points back at it."""

from actions.explain import visit_question
from actions.explaining import MORE
from actions.paging import page_size, split
from actions.reply import Reply, Said
from actions.turn import Turn
from clinical.wording import Sentence


def remember(sentences: list[Sentence]) -> list[dict[str, str]]:
    """Sentences as a slot keeps them."""
    return [{"text": s.text, "rule": s.rule, "source": s.source} for s in sentences]


def left(turn: Turn) -> list[Sentence]:
    """What was not yet said for want of room."""
    return [Sentence(row["text"], row["rule"], row["source"]) for row in turn.slots.get("more") or []]


def page_of(turn: Turn, sentences: list[Sentence], about: tuple[str, ...] = ()) -> Reply:
    """The first page of these sentences; the rest waits for MORE."""
    page, rest = split(sentences, page_size(turn.channel), MORE)
    reply = Reply((Said(tuple(page), about),)).remembering(more=remember(rest))
    return reply.remembering(offered=visit_question.OFFERED) if visit_question.asked_on(page) else reply


def follow_up(turn: Turn) -> Reply:
    """ "is it bad?": no verdict from one number, then what is left to say about it."""
    rest = left(turn)
    opening = Sentence(turn.voice.small("follow_up", "serious"), "follow-up")
    if not rest:
        rest = [Sentence(turn.voice.small("follow_up", "no_more"), "follow-up")]
    feeling = turn.hearing.feeling
    lead = [Sentence(turn.voice.line("feelings", feeling), f"feeling:{feeling}")] if feeling else []
    return page_of(turn, [*lead, opening, *rest])

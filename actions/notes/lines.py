"""The lines Kith keeps of someone, as they are shown to them: each once, numbered, in the order told."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Engine

from actions.turn import Turn
from record.view import Told, everything_told

SHORT = 64  # characters of a quote that still read well in a list


@dataclass(frozen=True)
class Line:
    """What the person sees as one line; the same words heard as several things are one."""

    number: int
    quote: str
    told: tuple[Told, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(each.id for each in self.told)


def of(engine: Engine, turn: Turn) -> list[Line]:
    """Every line, from the first told to the last; a message's own order within it is its words' order."""
    with engine.connect() as connection:
        told = everything_told(connection, turn.view.patient_id)
    return numbered(tuple(reversed(told)))


def numbered(told: Sequence[Told]) -> list[Line]:
    """Lines of these statements, the oldest first; a part of a line is no line of its own."""
    of_message: dict[str, list[str]] = {}
    for each in told:
        of_message.setdefault(each.at, []).append(each.quote.strip())
    by_quote: dict[str, list[Told]] = {}
    for each in told:
        by_quote.setdefault(_whole(each, of_message[each.at]), []).append(each)
    return [Line(place, quote, tuple(group)) for place, (quote, group) in enumerate(by_quote.items(), 1)]


def _whole(each: Told, beside: Sequence[str]) -> str:
    """The longest quote of its message that holds these words; a bare yes or no with what it answers."""
    quote = each.quote.strip()
    if len(quote.split()) == 1 and each.item:
        return f"{each.item}: {quote}"
    return max((other for other in beside if quote in other), key=len)


def short(quote: str, longest: int = SHORT) -> str:
    """A quote as it stands in a list: its beginning, cut between words."""
    quote = " ".join(quote.split())
    if len(quote) <= longest:
        return quote
    return quote[: longest - 3].rsplit(" ", 1)[0].rstrip(",;:. ") + "..."

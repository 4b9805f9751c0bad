"""What the answers of one form come to: points where all were given, and the needs they tell of."""

from collections.abc import Mapping
from dataclasses import dataclass

from clinical.screeners.forms import Rule, Screener


@dataclass(frozen=True)
class Total:
    """The points of a whole form, and the rule they reach."""

    points: int
    positive: bool
    rule: Rule | None


def total(screener: Screener, codes: Mapping[str, str]) -> Total | None:
    """The score from `codes` (item id -> answer code); None where the form has none or an answer is missing.

    A missing answer is never counted as "not at all": a half-answered form has no score.
    """
    if screener.score is None:
        return None
    points = 0
    for item in screener.items:
        option = item.option(codes.get(item.id))
        if option is None or option.value is None:
            return None
        points += option.value
    return Total(points, points >= screener.score.cut, screener.score.rule(points))


def needs(screener: Screener, codes: Mapping[str, str]) -> tuple[str, ...]:
    """The domains the answers tell of, each once, in order; several codes of one item stand by a space."""
    found = [
        option.need
        for item in screener.items
        for code in (codes.get(item.id) or "").split()
        if (option := item.option(code)) and option.need
    ]
    return tuple(dict.fromkeys(found))

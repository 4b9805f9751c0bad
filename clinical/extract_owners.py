"""What may take a number in a text: a test, another measurement, or "it" for the last of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinical.extract_marks import Span, overlaps
from clinical.extract_value import Value
from clinical.lexicon import Name

NEAR = 6  # letters of ": " or " is " between a short name and its number


@dataclass(frozen=True)
class Owner:
    """Something that takes numbers: a test, another measurement (`name` None), or the last test again."""

    start: int
    end: int
    name: Name | None
    again: bool = False  # through "it was", "the level"
    passing: bool = False  # a room or a medicine: "it was 88" further on is not about that


@dataclass(frozen=True)
class Link:
    """A number with its test."""

    name: Name
    value: Value
    again: bool = False
    series: bool = False
    corrects: bool = False  # "3.1, sorry, 4.1": in place of the number before
    denied: bool = False  # "not 3.1"
    day: str | None = None  # of its column, ISO


def owners(
    names: Sequence[Name], others: Sequence[Span], pronouns: Sequence[Span], numbers: Sequence[int]
) -> list[Owner]:
    """Everything that may take a number, in order; "it" takes for whatever was measured last.

    `numbers` are the starts of all values: a short name ("plt") is only spoken of where it has one.
    """
    found = [Owner(name.start, name.end, name) for name in names]
    spans = [(name.start, name.end) for name in names]
    for span in (*others, *pronouns):
        if not overlaps(spans, span.start, span.end):
            found.append(Owner(span.start, span.end, None, span.kind == "pronoun", span.kind == "passing"))
    found.sort(key=lambda owner: (owner.start, -owner.end))
    return _resolve(found, numbers)


def _resolve(found: list[Owner], numbers: Sequence[int]) -> list[Owner]:
    resolved: list[Owner] = []
    last: Owner | None = None
    reach = 0
    for owner in found:
        if owner.start < reach:
            continue
        if owner.again:
            if last is None or last.name is None or owner.start - last.end > 400:
                continue
            if last.name.short and not any(0 <= start - last.end <= NEAR for start in numbers):
                continue
            owner = replace(owner, name=last.name)
        elif owner.passing:
            pass
        elif owner.name is None or owner.name.analyte.kind == "quantity" or last is None:
            last = owner  # "platelets 90,000, dengue day 6, it was 64,000": it is what is counted
        resolved.append(owner)
        reach = owner.end
    return resolved

"""What may take a number in a text: a test, another measurement, or "it" for the last of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from clinical.extract_marks import Span, overlaps
from clinical.extract_value import Value
from clinical.lexicon import Name


@dataclass(frozen=True)
class Owner:
    """Something that takes numbers: a test, another measurement (`name` None), or the last test again."""

    start: int
    end: int
    name: Name | None
    again: bool = False  # through "it was", "the level"


@dataclass(frozen=True)
class Link:
    """A number with its test."""

    name: Name
    value: Value
    again: bool = False
    series: bool = False
    corrects: bool = False  # "3.1, sorry, 4.1": in place of the number before
    denied: bool = False  # "not 3.1"


def owners(names: Sequence[Name], others: Sequence[Span], pronouns: Sequence[Span]) -> list[Owner]:
    """Everything that may take a number, in order; "it" takes for whatever was spoken of last."""
    found = [Owner(name.start, name.end, name) for name in names]
    spans = [(name.start, name.end) for name in names]
    for span in (*others, *pronouns):
        if not overlaps(spans, span.start, span.end):
            found.append(Owner(span.start, span.end, None, again=span.kind == "pronoun"))
    found.sort(key=lambda owner: (owner.start, -owner.end))
    return _resolve(found)


def _resolve(found: list[Owner]) -> list[Owner]:
    resolved: list[Owner] = []
    last: Owner | None = None
    reach = 0
    for owner in found:
        if owner.start < reach:
            continue
        if owner.again:
            if last is None or last.name is None or owner.start - last.end > 400 or last.name.short:
                continue
            owner = replace(owner, name=last.name)
        else:
            last = owner
        resolved.append(owner)
        reach = owner.end
    return resolved

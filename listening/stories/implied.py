"""What the head adds to the rules: needs only hinted at, and doubt about words that matched by accident."""

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from listening.stories import context
from listening.stories.context import Frame, Place
from listening.stories.features import LEAST
from listening.stories.head import Opinion
from listening.stories.types import Heard
from listening.stories.words import STOPS, Plain

CLEAR = 20  # words; in a longer window one need drowns among others, and no rule is doubted there
WRITER = frozenset({"i", "we", "me", "my", "our", "us"})


@cache
def limits() -> tuple[float, float, float]:
    """A need is found from here on, where words speak against it from here on, and doubted under this."""
    table = tomllib.loads((Path(__file__).parent / "head.toml").read_text(encoding="utf-8"))["limits"]
    return float(table["find"]), float(table["sure"]), float(table["doubt"])


def doubted(item: Heard, place: Place, opinions: Sequence[Opinion]) -> bool:
    """A need a rule heard in words that tell of no such need."""
    if item.category != "stressor" or not item.counts:
        return False
    *_, doubt = limits()
    here = [each for each in opinions if each.window.first <= place.start < each.window.last]
    if any(each.spanish or not LEAST <= each.window.last - each.window.first <= CLEAR for each in here):
        return False
    return bool(here) and all(each.likelihood.get(item.code, 1.0) < doubt for each in here)


def implied(
    text: str,
    said: Plain,
    opinions: Sequence[Opinion],
    found: Sequence[Heard],
    frame: Frame,
    yields: Mapping[str, frozenset[str]],
    over: frozenset[str],
) -> list[Heard]:
    """Needs no rule heard; each quotes the words of its window, once a code, where it is most likely.

    `over`: needs said to be met. `yields`: what gives way to which plainer need, unless both are
    told: "laid off friday and the insurance went with it".
    """
    find, sure, _ = limits()
    needs = [item for item in found if item.category == "stressor"]
    known = {item.code for item in needs if item.counts}
    anothers = {item.code for item in needs if item.subject == "other"}
    placed = {item.code for item in needs}  # heard as denied, past or feared
    shut = known | anothers | over
    yielding = {code for code, to in yields.items() if to & known}
    unsettled = {o.window for o in opinions if context.unsettled(said, o.window.first, o.window.last)}
    best: dict[str, tuple[float, Opinion]] = {}
    for opinion in opinions:
        for code, likelihood in opinion.likelihood.items():
            careful = code in placed | yielding or (not frame.caregiver and opinion.window in unsettled)
            least = sure if careful else find
            if code not in shut and likelihood >= max(least, best.get(code, (0.0,))[0]):
                best[code] = (likelihood, opinion)
    return [_heard(text, said, code, opinion, frame) for code, (_, opinion) in sorted(best.items())]


def _heard(text: str, said: Plain, code: str, opinion: Opinion, frame: Frame) -> Heard:
    words = [at for at in range(opinion.window.first, opinion.window.last) if said.words[at] not in _ENDS]
    start, end = said.spans[words[0]][0], said.spans[words[-1]][1]
    carers = frame.caregiver and _of_the_writer(said, opinion)
    return Heard(
        category="stressor",
        code=code,
        quote=text[start:end],
        start=start,
        end=end,
        subject="other" if carers else "patient",
        temporality="now",
        polarity="affirmed",
        origin="told-by-caregiver" if frame.caregiver else "inferred",
        rule=f"head:{code}",
        who=frame.teller if carers else "",
        teller=frame.teller if frame.caregiver else "",
    )


def _of_the_writer(said: Plain, opinion: Opinion) -> bool:
    """A caregiver's words that name themselves and nobody else."""
    words = set(said.words[opinion.window.first : opinion.window.last])
    return bool(words & WRITER) and not words & context.cues().persons


_ENDS = STOPS | {",", ":"}

"""What a message says of the writer's own body that changes what a result means: sex, age, pregnancy."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date
from functools import cache

from clinical import background
from clinical.folding import fold
from clinical.tables import table
from clinical.types import Person, Sex

SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]+)*[.!?\n]*")
OLDEST = 110


def adding(text: str, person: Person, on: date) -> Person:
    """The person with what the message says of its writer; what the record knows is never overwritten.

    "I'm 34 years old, 8 weeks pregnant and take lisinopril" adds all of it; "am I pregnant?" nothing.
    """
    folded = fold(text)
    age = None if person.birth_date else _age(folded)
    sex = person.sex or _sex(folded)
    pregnant = person.pregnant
    if pregnant is None and sex != "male" and _says(folded, "pregnant"):
        pregnant, sex = True, sex or "female"
    return replace(
        person,
        sex=sex,
        birth_date=person.birth_date if age is None else _born(age, on),
        pregnant=pregnant,
        conditions=(*person.conditions, *_groups(folded, "conditions", "has")),
        medicines=(*person.medicines, *_groups(folded, "medicines", "takes")),
    )


@cache
def _patterns(name: str) -> tuple[re.Pattern[str], ...]:
    written = table("told")[name]
    return tuple(re.compile(each) for each in ([written] if isinstance(written, str) else written))


def _own(text: str, patterns: Iterable[re.Pattern[str]]) -> Iterator[re.Match[str]]:
    """What is said of oneself and now; refused where another stands before it, or a doubt in its clause."""
    back = int(table("told")["before"])
    patterns = [each for each in patterns if each.search(text)]  # most messages say nothing of the kind
    for sentence in SENTENCE.finditer(text) if patterns else ():
        for pattern in patterns:
            for match in pattern.finditer(sentence[0]):
                around = sentence[0][max(0, match.start() - back) : match.end()]
                clause = _patterns("clause")[0].split(around)[-1]
                if not _found("another", around) and not _found("not_now", clause):
                    yield match


def _found(name: str, text: str) -> bool:
    return any(pattern.search(text) for pattern in _patterns(name))


def _says(text: str, name: str) -> bool:
    return next(_own(text, _patterns(name)), None) is not None


def _sex(text: str) -> Sex | None:
    """None where both are said: then somebody else is spoken of too."""
    female, male = _says(text, "female"), _says(text, "male")
    if female == male:
        return None
    return "female" if female else "male"


def _age(text: str) -> int | None:
    said = {int(match["age"]) for match in _own(text, _patterns("age"))}
    age = said.pop() if len(said) == 1 else None
    return age if age is not None and 0 < age <= OLDEST else None


def _born(age: int, on: date) -> date:
    """A birthday that makes the person this old on that day."""
    return date(on.year - age, on.month, min(on.day, 28))


def _groups(text: str, kind: str, cue: str) -> Iterator[str]:
    """The names by which the message says that the writer has or takes something."""
    for group in background.groups(kind):
        for match in _own(text, (group.names,)):
            lead = match.string[max(0, match.start() - 40) : match.start()]
            if _patterns(cue)[0].search(lead) and not (group.unless and group.unless.search(match.string)):
                yield match[0]
                break

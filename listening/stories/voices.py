"""Who speaks: a patient of themselves, or someone writing for them."""

import re
from functools import cache

from listening.stories.patterns import expand
from listening.stories.rulebook import names_table
from listening.stories.words import plain

_FOR = (
    "(writing|texting|messaging|asking|calling|typing|speaking|answering|filling this out|reaching out|on here|using this) "
    "(to you )?(for|on behalf of|in place of|instead of) (my |our )(~1 )?(?P<who>{kin}|patient|client)",
    "(writing|texting|messaging|asking|calling|typing|reaching out) (to you )?about my (~1 )?(?P<who>{kin})",
    "on behalf of my (~1 )?(?P<who>{kin})",
    "(this is|i am) (her|his|the|my|the patient's) (?P<role>daughter|son|wife|husband|caregiver|aide|sister|brother|niece|nephew|"
    "mother|mom|dad|father|granddaughter|grandson|home health aide|guardian)( (writing|texting|here|speaking|on her phone|on his phone))",
    "(this is|i am) my (?P<whose>{kin})'s (caregiver|daughter|son|wife|husband|aide|guardian|helper)",
    "(escribo|hablo) (por|de parte de) mi (?P<who>{kin})",
    "my (?P<who>{kin}) (does not|can not|will not) (text|type|use a phone|write|see to text|hear) .*(so )?i (am|will)? ?(write|writing|text|texting|do it|doing it|answer)",
    "i (handle|do|manage) (this|the texting|the phone) for my (?P<who>{kin})",
)


@cache
def _wordings() -> tuple[re.Pattern[str], ...]:
    names = names_table()
    return tuple(re.compile(expand(wording.replace("(?P<", "(?P<"), names)) for wording in _FOR)


def speaks_for(text: str) -> str | None:
    """Whom the writer speaks for ("mother"), or None when they speak for themselves.

    >>> speaks_for("I'm writing for my mother, she is 79 and doesn't text")
    'mother'
    """
    said = plain(text).text
    for wording in _wordings():
        if match := wording.search(said):
            named = match.groupdict()
            return named.get("who") or named.get("whose") or ""
    return None

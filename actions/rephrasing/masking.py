"""What could tell who someone is leaves no machine: taken out before a text is sent, put back after."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
# What HIPAA's Safe Harbor counts as identifying and an answer of ours could hold: 45 CFR 164.514(b)(2)(i).
PATTERNS = (
    ("DAY", rf"\b(?:{MONTHS}) \d{{1,2}}(?:, \d{{4}})?"),
    ("DAY", r"\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b"),
    ("PHONE", r"(?<![\w.])(?:\+?\d{1,2}[ .-]?)?(?:\(\d{3}\)|\d{3})[ .-]\d{3}[ .-]\d{4}(?!\w)"),
    ("PHONE", r"(?<![\w.-])\d{3}-\d{4}(?!\w)"),
    ("MAIL", r"\S+@\S+\.\w+"),
    ("PLACE", r"https?://\S+"),
    ("LONG", r"(?<![\d.])\d{7,}(?![\d.])"),
)


@dataclass(frozen=True)
class Masked:
    """A text with stand-ins, and what each stands for."""

    text: str
    meant: tuple[tuple[str, str], ...] = ()

    def restored(self, text: str) -> str:
        """The same stand-ins in another text, filled in again; one that was changed stays as it is."""
        for stand_in, words in self.meant:
            text = re.sub(rf"\b{stand_in}\b", partial(_words, words), text)
        return text


def mask(text: str, secrets: Iterable[str] = ()) -> Masked:
    """ "Call 555-0100, Ana" with the secret "Ana" gives "Call PHONE1, NAME1"."""
    meant: dict[str, str] = {}

    def take(kind: str, match: re.Match[str]) -> str:
        words = match[0]
        known = next((each for each, meaning in meant.items() if meaning == words), None)
        stand_in = known or f"{kind}{len(meant) + 1}"
        meant[stand_in] = words
        return stand_in

    for secret in sorted({each.strip() for each in secrets if each and each.strip()}, key=len, reverse=True):
        pattern = rf"(?<!\w){re.escape(secret)}(?!\w)"
        text = re.sub(pattern, partial(take, "NAME"), text, flags=re.I)
    for kind, pattern in PATTERNS:
        text = re.sub(pattern, partial(take, kind), text)
    return Masked(text, tuple(meant.items()))


def _words(words: str, _: re.Match[str]) -> str:
    """Words put in as they are: a backslash in a name is no group."""
    return words

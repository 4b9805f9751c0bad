"""The rubric of empathy, held against whole conversations: each check names the words that broke it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from actions.voice import table
from listening import stories

Turn = tuple[str, tuple[str, ...]]  # what the person says, what comes back
JUDGING = (
    "you should have", "why didn't you", "why did you not", "you need to", "you must", "shame on",
    "irresponsible", "noncompliant", "non-compliant", "bad habit", "your fault", "you failed",
    "you refuse",
)  # fmt: skip
ADVISING = (
    "you should", "have you tried", "try to ", "you could try", "make sure you", "remember to",
    "it would help to",
)  # fmt: skip
FALSE_COMFORT = (
    "don't worry", "do not worry", "nothing to worry", "everything is fine", "it will be fine",
    "you'll be fine", "be okay", "at least you", "calm down", "i know how you feel",
    "i understand exactly", "i understand how", "perfectly normal", "time heals",
    "look on the bright side", "everything happens for a reason", "better place",
)  # fmt: skip
TOLD = ("loss", "stressor", "medicine", "barrier", "goal", "strength", "worry")
# Said of how to use Kith, not to the person: it may come again.
HOW_TO = (
    "Text MORE",
    "Reply YES",
    "Say SKIP",
    "You can still say SKIP",
    "In an emergency",
    "If it can't wait",
)
NEXT = (
    "write any time", "come back", "next visit", "in touch", "can read it", "call ",
    "when you're ready", "until you", "i'm here", "i'll be quiet", "go on", "text ",
)  # fmt: skip
GOODBYE = re.compile(
    r"^\W*(?:bye|goodbye|good night|enough|no more questions please|not now|later.*|human|share)\W*$", re.I
)
HARD = "Do you feel safe at home"
LEAVE = "is it OK to ask"
SAFETY = ("911", "988")


def broken(turns: Sequence[Turn]) -> list[str]:
    """Everything in a conversation that the rubric does not allow; [] where it holds."""
    checks = (twice, questions, judged, comforted, advised, feeling_first, leave_first, own_words, ending)
    return [f"{check.__name__}: {words}" for check in checks for words in check(turns)]


def twice(turns: Sequence[Turn]) -> Iterator[str]:
    """No sentence is said twice in a row."""
    for (_, before), (_, after) in pairwise(turns):
        again = set(sentences(before)) & set(sentences(after))
        yield from (each for each in again if not each.startswith(HOW_TO) and len(each.split()) > 2)


def questions(turns: Sequence[Turn]) -> Iterator[str]:
    """One question at a time, and one thing in it."""
    for _, replies in turns:
        asked = [each for each in sentences(replies) if each.endswith("?")]
        if len(asked) > 1 and not (len(asked) == 2 and asked[1].startswith(("Want to", "Shall"))):
            yield " | ".join(asked)


def judged(turns: Sequence[Turn]) -> Iterator[str]:
    return _any_of(turns, JUDGING)


def comforted(turns: Sequence[Turn]) -> Iterator[str]:
    """No comfort that nobody can give."""
    return _any_of(turns, FALSE_COMFORT)


def advised(turns: Sequence[Turn]) -> Iterator[str]:
    """Whoever tells of trouble is heard: no advice comes before it, and none with it."""
    return _any_of([turn for turn in turns if told(turn[0])], ADVISING)


def feeling_first(turns: Sequence[Turn]) -> Iterator[str]:
    """A feeling that was said is named before any number or name of a test."""
    lines = {line for kind in table("feelings").values() for line in kind} | set(
        table("reflections")["other"]["feeling"]
    )
    for said, replies in turns:
        whole = re.sub(r'"[^"]*"', "-", " ".join(replies))
        felt = stories.hear(said).feeling
        fact = re.search(r"\d", whole)
        if felt and fact and not whole.startswith(SAFETY) and "911" not in whole:
            named = [whole.find(line) for line in lines if line in whole]
            if not named or min(named) > fact.start():
                yield whole


def leave_first(turns: Sequence[Turn]) -> Iterator[str]:
    """A hard question is asked only of someone who just said that it may be."""
    asked_leave = False
    for said, replies in turns:
        whole = " ".join(replies)
        if (
            HARD in whole
            and "we can go on" not in whole
            and not (asked_leave and said.lower().startswith(("y", "si", "ok")))
        ):
            yield whole
        asked_leave = LEAVE in whole


def own_words(turns: Sequence[Turn]) -> Iterator[str]:
    """Of what weighed, at least every other time a word of theirs comes back; a whole sentence never does."""
    weighty = [(said, " ".join(replies)) for said, replies in turns if told(said) and len(said.split()) > 3]
    reflected = [said for said, reply in weighty if content(said) & content(reply) or named(reply)]
    if len(reflected) * 2 < len(weighty):
        yield f"{len(reflected)} of {len(weighty)}"
    for said, reply in weighty:
        plain = said.strip(" .!").lower()
        if (
            len(plain.split()) > 5
            and plain in reply.lower()
            and "says" not in reply
            and "1." not in reply
            and '"' not in reply
        ):
            yield reply


def named(reply: str) -> bool:
    """The feeling, or a loss: the name of it is what is given back."""
    lines = [line for kind in table("feelings").values() for line in kind]
    return any(line in reply for line in lines) or "sorry" in reply.lower()


def ending(turns: Sequence[Turn]) -> Iterator[str]:
    """A goodbye, a "not now", a request for a person ends in what happens next."""
    for said, replies in turns:
        whole = " ".join(replies).lower()
        if GOODBYE.match(said) and not any(words in whole for words in NEXT):
            yield whole


def told(said: str) -> bool:
    return any(item.category in TOLD and item.counts for item in stories.hear(said).items)


def sentences(replies: Sequence[str]) -> list[str]:
    """The sentences of a reply; what it quotes is theirs, not ours."""
    plain = re.sub(r'"[^"]*"', "-", " ".join(replies)).replace("\n", " ")
    return [each.strip() for each in re.split(r"(?<=[.!?])\s+", plain) if each.strip()]


def content(text: str) -> set[str]:
    """Words that carry something, roughly stemmed."""
    words = re.findall(r"[a-z]{3,}", text.lower())
    return {re.sub(r"(ing|ed|s|e)$", "", word) for word in words} - SMALL


SMALL = frozenset(
    """the and you your for that with this are was not but have has had what when can out its get all any
    too now just her his she him they them who how may one two our been from about more than there here
    want tell told say said will would""".split()  # noqa: SIM905 - read better than as a list
)


def _any_of(turns: Sequence[Turn], phrases: Sequence[str]) -> Iterator[str]:
    for _, replies in turns:
        low = " ".join(replies).lower()
        yield from (phrase for phrase in phrases if phrase in low)

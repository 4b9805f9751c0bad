"""For whom an answer is said again: how they read, by what channel, and how they talk; never who they are."""

from collections.abc import Iterable
from dataclasses import dataclass

from actions.rephrasing.draft import Draft
from actions.rephrasing.words import listed, stem, stems, tokens
from actions.turn import Turn

PLAINEST, PLAIN = 4, 6  # school grades asked for; what is let through stands in the guard
HARD_TO_READ = ("personal-health-literacy", "educational-attainment")
LONGEST_WORDS = 40


@dataclass(frozen=True)
class Reader:
    """`words` are those of the person's own that the answer or our lists hold too, in their order."""

    grade: int
    channel: str
    words: str


def reader_of(turn: Turn, draft: Draft) -> Reader:
    told = {item.code for item in turn.hearing.items} | {each.code for each in turn.view.statements}
    grade = PLAINEST if told & set(HARD_TO_READ) else PLAIN
    known = (turn.view.given, turn.view.family)
    secrets = {one for name in known if name for one in tokens(name)}
    return Reader(grade, turn.channel, own_words(turn.text, draft, secrets))


def own_words(text: str, draft: Draft, secrets: Iterable[str] = ()) -> str:
    """How a person talks, without a word that is only theirs.

    Only words of the answer, its passages and our short lists pass: no name, street, employer or number
    can. "I'm Rosa Lind, 555-0100, is my potassium bad? I'm scared" gives "i'm is my potassium i'm scared".
    """
    passing = {one for source in draft.sources for one in stems(source)}
    passing |= draft.names | listed("allowed") | listed("feelings")
    hidden = set(secrets)
    found = [
        token
        for token in tokens(text)
        if token.replace("'", "").isalpha() and token not in hidden and stem(token) in passing
    ]
    return " ".join(found[:LONGEST_WORDS])

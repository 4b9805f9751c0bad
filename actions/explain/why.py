"""Where the last explanation comes from: "WHY"."""

from collections.abc import Iterator
from urllib.parse import urlsplit

from actions.explaining import MORE
from actions.following import left, remember
from actions.guard import KithAction
from actions.paging import page_size, split
from actions.reply import Reply, Said, say
from actions.turn import Turn
from actions.voice import table
from clinical.overrides import CLINIC
from clinical.wording import Sentence

SAID_ALREADY = ("in-range", "out-of-range")  # the verdict has just said as much


class Why(KithAction):
    action_name = "action_why"

    def answer(self, turn: Turn) -> Reply:
        reasons = turn.slots.get("why") or []
        if not reasons:
            return say(turn.voice.small("why", "nothing"), rule="why")
        sentences = [Sentence(line, "why") for line in dict.fromkeys(answers(reasons))]
        page, rest = split(sentences, page_size(turn.channel), MORE)
        return Reply((Said(tuple(page)),)).remembering(more=remember([*rest, *left(turn)]))


def answers(reasons: list[dict[str, str]]) -> Iterator[str]:
    """Every reason in plain words, then where it can be read, so that no claim goes without either."""
    for row in reasons:
        words = rule_words(row["rule"]) or row.get("because", "")
        if words and row["rule"] not in SAID_ALREADY:
            yield words
    for row in reasons:
        if row["source"].startswith("http"):
            yield from source_lines([row["source"]])
        elif row["source"].startswith(CLINIC):
            yield row["source"].removeprefix(CLINIC).strip()


def rule_words(rule: str) -> str:
    """A rule's name in plain words, empty for one that says nothing to a person."""
    for start, words in table("phrases")["rules"].items():
        if rule.startswith(start):
            return str(words)
    return ""


def source_lines(addresses: object) -> list[str]:
    """ "Source: medlineplus.gov/lab-tests/…", each once."""
    return [f"Source: {(parts := urlsplit(str(each))).netloc}{parts.path}" for each in addresses]  # type: ignore[attr-defined]

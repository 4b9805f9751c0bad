"""Where the last explanation comes from: "WHY"."""

from urllib.parse import urlsplit

from actions.guard import KithAction
from actions.reply import Reply, Said, say
from actions.turn import Turn
from actions.voice import table
from clinical.wording import Sentence


class Why(KithAction):
    action_name = "action_why"

    def answer(self, turn: Turn) -> Reply:
        reasons = turn.slots.get("why") or []
        if not reasons:
            return say(turn.voice.small("why", "nothing"), rule="why")
        rules = [words for row in reasons if (words := rule_words(row["rule"]))]
        sources = [row["source"] for row in reasons if row["source"].startswith("http")]
        lines = [*dict.fromkeys(rules), *source_lines(dict.fromkeys(sources))]
        return Reply((Said(tuple(Sentence(line, "why") for line in lines)),))


def rule_words(rule: str) -> str:
    """A rule's name in plain words, empty for one that says nothing to a person."""
    for start, words in table("phrases")["rules"].items():
        if rule.startswith(start):
            return str(words)
    return ""


def source_lines(addresses: object) -> list[str]:
    """ "Source: medlineplus.gov/lab-tests/…", each once."""
    return [f"Source: {(parts := urlsplit(str(each))).netloc}{parts.path}" for each in addresses]  # type: ignore[attr-defined]

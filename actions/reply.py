"""What an action answers: words with their reasons, proposals for the record, and what to remember."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from clinical.wording import Sentence

Proposal = Mapping[str, Any]


@dataclass(frozen=True)
class Said:
    """One outgoing message: its sentences, the LOINC codes it explains, a card for the web."""

    sentences: tuple[Sentence, ...]
    about: tuple[str, ...] = ()
    card: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        whole, listed = "", False
        for text in (sentence.text for sentence in self.sentences if sentence.text):
            begins = text.startswith("\n")  # a line of a list; what follows the list stands on its own
            whole += text if begins or not whole else f"\n{text}" if listed else f" {text}"
            listed = begins
        return whole.lstrip("\n")

    def as_json(self) -> dict[str, Any]:
        """The shape docs/architecture.md gives a reply."""
        why = [{"says": s.text, "rule": s.rule, "source": s.source} for s in self.sentences if s.text]
        return {"text": self.text, "about": list(self.about), "why": why, "card": self.card}


@dataclass(frozen=True)
class Reply:
    """Everything one turn leads to. `remember` are Rasa slots to set."""

    said: tuple[Said, ...] = ()
    proposals: tuple[Proposal, ...] = ()
    remember: Mapping[str, Any] = field(default_factory=dict)

    def payload(self) -> dict[str, Any]:
        """The one custom message of a turn; `replies` may be empty, the payload is never missing."""
        return {
            "kith": 1,
            "replies": [each.as_json() for each in self.said if each.text],
            "proposals": [dict(each) for each in self.proposals],
        }

    def and_then(self, other: "Reply") -> "Reply":
        """This reply followed by another."""
        return Reply(
            self.said + other.said,
            self.proposals + other.proposals,
            {**self.remember, **other.remember},
        )

    def proposing(self, *proposals: Proposal) -> "Reply":
        return replace(self, proposals=self.proposals + proposals)

    def remembering(self, **slots: Any) -> "Reply":
        return replace(self, remember={**self.remember, **slots})


def plain(*lines: str, rule: str) -> Said:
    """A message of fixed lines, all resting on the same rule: `plain("Bye.", rule="goodbye")`."""
    return Said(tuple(Sentence(line, rule) for line in lines if line))


def say(*lines: str, rule: str) -> Reply:
    """A reply of one message of fixed lines."""
    return Reply((plain(*lines, rule=rule),))

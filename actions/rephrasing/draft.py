"""What of an answer may be said in other words, and what must come through as it stands."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from actions.rephrasing.words import same, sentences, stems, table
from actions.reply import Said
from clinical import triage
from clinical.wording import Sentence

Kind = Literal["free", "judged", "kept", "apart"]

VERDICT = re.compile(
    r"^(?P<name>.+?) (?P<value>[<>]?=?\d[\d.,]*%?) is (?P<direction>(?:very |a bit )?(?:high|low)|in range)\b"
    r"(?: \((?P<range>[^)]+)\))?\.$"
)


@dataclass(frozen=True)
class Line:
    """One sentence of the plain answer and how free its wording is."""

    sentence: Sentence
    kind: Kind

    @property
    def text(self) -> str:
        return self.sentence.text


@dataclass(frozen=True)
class Draft:
    """A plain answer as the guard knows it: `cited` are the passages it rests on, sentence by sentence."""

    lines: tuple[Line, ...]
    cited: tuple[str, ...]
    names: frozenset[str]  # stems of other names of the tests spoken of
    longest: int  # characters the channel takes
    channel: str  # sms | web

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)

    @property
    def kept(self) -> list[str]:
        """Sentences that must stand in the answer letter for letter, in this order."""
        return [one for line in self.lines if line.kind == "kept" for one in sentences(line.text)]

    @property
    def judged(self) -> list[re.Match[str]]:
        """Name, value, direction and range of every verdict that may be reworded."""
        found = (VERDICT.match(line.text) for line in self.lines if line.kind == "judged")
        return [match for match in found if match]

    @property
    def sources(self) -> list[str]:
        """Every sentence a claim may come from."""
        return [one for text in (*(line.text for line in self.lines), *self.cited) for one in sentences(text)]

    @property
    def feels(self) -> bool:
        return any(line.sentence.rule.startswith("feeling:") for line in self.lines)

    def loose(self, text: str) -> list[str]:
        """The sentences of a text that are not kept ones."""
        kept = {same(one) for one in self.kept}
        return [one for one in sentences(text) if same(one) not in kept]

    def own(self, text: str) -> list[str]:
        """The sentences of a text that the plain answer does not hold: what the model wrote itself."""
        plain = {same(one) for line in self.lines for one in sentences(line.text)}
        return [one for one in sentences(text) if same(one) not in plain]


def kind_of(sentence: Sentence) -> Kind:
    """By its rule, then by its words: a warning is kept whatever it rests on."""
    kinds = table("kinds")
    rule = sentence.rule
    if rule.startswith(tuple(kinds["judged"])):
        return "judged" if VERDICT.match(sentence.text) else "kept"
    if rule in _steps() or rule.startswith(tuple(kinds["kept"])):
        return "kept"
    if not rule.startswith(tuple(kinds["free"])):
        return "apart"
    return "kept" if warns(sentence.text) or "?" in sentence.text else "free"


def warns(text: str) -> bool:
    words = f" {' '.join(re.findall(r'[a-z0-9]+(?:[^a-z0-9 ][a-z]+)?', same(text)))} "
    return any(f" {word} " in words for word in table("warnings")["words"])


def _steps() -> frozenset[str]:
    """Rules of next steps: what to do and by when."""
    return frozenset(rule.id for rule in triage.rules())


def explains(said: Said) -> tuple[int, int] | None:
    """Where the longest explanation begins and ends among the sentences; None where there is none.

    What stands around it (the question of a story, an offer) is left alone and never sent.
    """
    kinds = [kind_of(sentence) for sentence in said.sentences]
    breaks = [-1, *(number for number, kind in enumerate(kinds) if kind == "apart"), len(kinds)]
    runs = [(start + 1, end) for start, end in pairwise(breaks)]
    best = max(runs, key=lambda run: kinds[run[0] : run[1]].count("free"))
    explained = [one.rule for one in said.sentences[best[0] : best[1]] if kind_of(one) == "free"]
    return best if any(not rule.startswith("feeling:") for rule in explained) else None


def draft(
    lines: Iterable[Sentence], *, cited: Iterable[str], names: Iterable[str], longest: int, channel: str
) -> Draft:
    return Draft(
        tuple(Line(sentence, kind_of(sentence)) for sentence in lines if sentence.text),
        tuple(cited),
        frozenset(one for name in names for one in stems(name)),
        longest,
        channel,
    )

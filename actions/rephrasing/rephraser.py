"""The plain answer is made first; a language model, where one is set, may say it again."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from actions.paging import page_size
from actions.rephrasing import prompt
from actions.rephrasing.bounded import Bounded, Busy, Rest
from actions.rephrasing.draft import Draft, draft, explains
from actions.rephrasing.guard import refusal
from actions.rephrasing.masking import mask
from actions.rephrasing.reader import reader_of
from actions.rephrasing.tally import Tally
from actions.rephrasing.words import content, same, sentences
from actions.reply import Reply, Said
from actions.turn import Turn
from clinical.catalogue import Catalogue
from clinical.wording import Sentence
from knowledge.library import Library


class Writer(Protocol):
    """Whatever answers a system text and a user text with a text."""

    def write(self, system: str, user: str) -> str: ...


class Rephraser:
    """Never raises, and never takes longer than `seconds`: what it is given is already a whole answer."""

    def __init__(
        self,
        writer: Writer,
        catalogue: Catalogue,
        library: Library,
        *,
        seconds: float = 2.5,
        tally: Tally | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.writer, self.catalogue, self.library = writer, catalogue, library
        self.seconds, self.tally = seconds, tally or Tally()
        self._bounded, self._rest = Bounded(), Rest(clock)

    def rephrase(self, turn: Turn, reply: Reply) -> Reply:
        """The reply with its first explanation said again for this person, or the reply as it was."""
        if (why := left_alone(turn)) is not None:
            self.tally.count(f"skipped:{why}")
            return reply
        for number, said in enumerate(reply.said):
            if (place := explains(said)) is not None:
                again = self._again(turn, said, place)
                return replace(reply, said=(*reply.said[:number], again, *reply.said[number + 1 :]))
        return reply

    def _again(self, turn: Turn, said: Said, place: tuple[int, int]) -> Said:
        start, end = place
        before, after = said.sentences[:start], said.sentences[end:]
        around = sum(len(one.text) + 1 for one in (*before, *after))
        plain = self._draft(turn, said.sentences[start:end], page_size(turn.channel) - around)
        answer = self._answer(turn, plain)
        if answer is None:
            return said
        return replace(said, sentences=(*before, *with_reasons(answer, plain), *after))

    def _draft(self, turn: Turn, lines: tuple[Sentence, ...], longest: int) -> Draft:
        cited = {one.rule.removeprefix("article:") for one in lines if one.rule.startswith("article:")}
        topic = {each.mention.analyte for each in turn.results} | set(turn.slots.get("topic") or ())
        keys = [key for key in (*topic, *turn.named) if self.catalogue.get(key)]
        passages = [one for key in keys for one in self.library.passages(key).values() if one.id in cited]
        return draft(
            lines,
            cited=[text for passage in passages for text in passage.sentences],
            names=[name for key in keys for name in (self.catalogue[key].name, *self.catalogue[key].names)],
            longest=longest,
            channel=turn.channel,
        )

    def _answer(self, turn: Turn, plain: Draft) -> str | None:
        """The model's words if they may be sent. Every other end is counted; none is told to the person."""
        if self._rest.resting:
            self.tally.count("resting")
            return None
        began = time.monotonic()
        try:
            said = self._bounded.call(lambda: self._written(turn, plain), self.seconds)
        except Exception as error:  # a plain answer is there: no fault of a model may cost it
            self._rest.failed()
            self.tally.count(_outcome(error), time.monotonic() - began)
            return None
        self._rest.answered()
        reason = refusal(plain, said)
        self.tally.count(f"refused:{reason}" if reason else "used", time.monotonic() - began)
        return None if reason else said

    def _written(self, turn: Turn, plain: Draft) -> str:
        view, clinic = turn.view, turn.voice.clinic
        names = [part for name in (view.given, view.family) if name for part in (name, *name.split())]
        masked = mask(prompt.to_mask(plain), [clinic.name, clinic.phone, *names])
        answer = self.writer.write(prompt.system(), prompt.request(plain, masked, reader_of(turn, plain)))
        return masked.restored(answer)


def left_alone(turn: Turn) -> str | None:
    """Why this turn's words are never touched: danger has fixed ones, and only English can be guarded."""
    if turn.screen_level != "none":
        return "screened"
    if any(each.triage.tier == "act-now" for each in turn.results):
        return "danger"
    if any(self_named(each.mention.analyte) for each in turn.results):
        return "unknown-test"
    return None if (turn.view.language or "en").startswith("en") else "language"


def self_named(analyte: str | None) -> bool:
    """A test we do not know is called what the patient called it: their words are not ours to send."""
    return not analyte


def with_reasons(answer: str, plain: Draft) -> list[Sentence]:
    """Each new sentence with the rule and source of the plain one it says again: WHY still answers."""
    known = {same(one): line.sentence for line in plain.lines for one in sentences(line.text)}
    return [replace(known.get(same(one)) or _nearest(one, plain), text=one) for one in sentences(answer)]


def _nearest(text: str, plain: Draft) -> Sentence:
    words = set(content(text))
    loose = [line.sentence for line in plain.lines if line.kind != "kept"]
    return max(loose, key=lambda sentence: len(words & set(content(sentence.text))))


def _outcome(error: Exception) -> str:
    if isinstance(error, TimeoutError) or "timeout" in type(error).__name__.lower():
        return "timeout"
    return "busy" if isinstance(error, Busy) else f"failed:{type(error).__name__}"

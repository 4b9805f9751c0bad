"""Show what is written down: "SHOW", "what did you write about me?"; "my page" in a few plain lines."""

import re

from actions.following import page_of
from actions.guard import KithAction
from actions.notes import lines
from actions.reply import Reply, say
from actions.turn import Turn
from clinical.folding import fold
from clinical.wording import Sentence
from record import screening
from record.people import doubted_since
from record.portrait import assemble, plain
from record.screening import Answer

PAGE = re.compile(r"\b(?:my|mi) (?:page|pagina)\b")


class Show(KithAction):
    action_name = "action_show"

    def answer(self, turn: Turn) -> Reply:
        if PAGE.search(fold(turn.text)):
            return self.page(turn)
        shown = [*self.results(turn), *self.answers(turn), *self.words(turn)]
        if not shown:
            return say(turn.voice.small("show", "nothing"), rule="show")
        intro = Sentence(turn.voice.small("show", "intro"), "show")
        outro = Sentence(turn.voice.small("show", "outro"), "show")
        return page_of(turn, [intro, *(Sentence(line, "record") for line in shown), outro])

    def page(self, turn: Turn) -> Reply:
        """Their portrait as they may be told it, a line a matter; what has no room waits for MORE."""
        with self.room.engine.connect() as connection:
            portrait = assemble(connection, turn.view.patient_id, reader="patient", at=turn.view.at)
        said = plain.lines(portrait, turn.view.language)
        intro = Sentence(turn.voice.small("show", "page"), "show")
        return page_of(turn, [intro, *(Sentence(f"\n{line}", "record") for line in said)])

    def results(self, turn: Turn) -> list[str]:
        """Told results, the newest of each test."""
        with self.room.engine.connect() as connection:
            since = doubted_since(connection, turn.view.patient_id) or ""
        told = [
            next((e for e in each if e.origin != "measured" and e.at >= since), None)
            for each in turn.view.observations.values()
        ]
        names = self.room.catalogue
        return [
            f"{analyte.name if (analyte := names.get(each.analyte)) else each.text}: {each.value}."
            for each in told
            if each is not None
        ]

    def answers(self, turn: Turn) -> list[str]:
        """What they answered to published questions, each with its question; the newest asking of a form."""
        with self.room.engine.connect() as connection:
            since = doubted_since(connection, turn.view.patient_id)
            asked = screening.read(connection, turn.view.patient_id, since=since)
        newest = {each.screener.id: each for each in reversed(asked)}
        return [_answer(turn, answer) for each in newest.values() for answer in each.answers]

    def words(self, turn: Turn) -> list[str]:
        """Each quote once, in the order it was told, with the number that "delete line 2" means."""
        return [f'\n{line.number}. "{line.quote}"' for line in lines.of(self.room.engine, turn)]


def _answer(turn: Turn, answer: Answer) -> str:
    given = "; ".join(option.text for option in answer.options) or (
        answer.quote if answer.absent == "asked-unknown" else None
    )
    if given is None:
        return turn.voice.small("show", "passed", question=answer.item.text)
    return turn.voice.small("show", "answer", question=answer.item.text, answer=given)

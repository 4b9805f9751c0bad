"""Show what is written down: "SHOW", "what did you write about me?"."""

from actions.following import page_of
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn
from clinical.wording import Sentence
from record.view import everything_told


class Show(KithAction):
    action_name = "action_show"

    def answer(self, turn: Turn) -> Reply:
        lines = [*self.results(turn), *self.words(turn)]
        if not lines:
            return say(turn.voice.small("show", "nothing"), rule="show")
        intro = Sentence(turn.voice.small("show", "intro"), "show")
        outro = Sentence(turn.voice.small("show", "outro"), "show")
        return page_of(turn, [intro, *(Sentence(line, "record") for line in lines), outro])

    def results(self, turn: Turn) -> list[str]:
        """Told results, the newest of each test."""
        told = [
            next((e for e in each if e.origin != "measured"), None)
            for each in turn.view.observations.values()
        ]
        names = self.room.catalogue
        return [
            f"{analyte.name if (analyte := names.get(each.analyte)) else each.text}: {each.value}."
            for each in told
            if each is not None
        ]

    def words(self, turn: Turn) -> list[str]:
        """Each quote once, in the order it was told."""
        with self.room.engine.connect() as connection:
            told = everything_told(connection, turn.view.patient_id)
        quotes = dict.fromkeys(each.quote.strip() for each in reversed(told))
        return [f'"{quote}"' for quote in quotes]

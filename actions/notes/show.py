"""Show what is written down: "SHOW", "what did you write about me?"."""

from actions.following import page_of
from actions.guard import KithAction
from actions.notes import lines
from actions.reply import Reply, say
from actions.turn import Turn
from clinical.wording import Sentence


class Show(KithAction):
    action_name = "action_show"

    def answer(self, turn: Turn) -> Reply:
        shown = [*self.results(turn), *self.words(turn)]
        if not shown:
            return say(turn.voice.small("show", "nothing"), rule="show")
        intro = Sentence(turn.voice.small("show", "intro"), "show")
        outro = Sentence(turn.voice.small("show", "outro"), "show")
        return page_of(turn, [intro, *(Sentence(line, "record") for line in shown), outro])

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
        """Each quote once, in the order it was told, with the number that "delete line 2" means."""
        return [f'\n{line.number}. "{line.quote}"' for line in lines.of(self.room.engine, turn)]

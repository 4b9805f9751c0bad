"""What the record holds: "what were my results", "what was my last A1c"."""

from actions.following import page_of
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn
from clinical import wording
from clinical.wording import Sentence
from record.view import Earlier

NEWEST = 8  # tests named in one answer; MORE brings the rest


class MyResults(KithAction):
    action_name = "action_my_results"

    def answer(self, turn: Turn) -> Reply:
        series = turn.view.observations
        asked = [key for key in turn.named if key in series] or list(series)
        if not asked:
            words = ("my_results", "not_verified") if turn.view.withheld else ("my_results", "none")
            return say(turn.voice.small(*words), rule="my-results")
        sentences = [self.sentence(series[key][0]) for key in asked]
        intro = Sentence(turn.voice.small("my_results", "intro"), "my-results")
        codes = tuple(code for key in asked[:NEWEST] if (code := series[key][0].code))
        return page_of(turn, [intro, *sentences], codes).remembering(topic=asked[:NEWEST])

    def sentence(self, each: Earlier) -> Sentence:
        """One result as it was judged when it came in; nothing is judged anew here."""
        analyte = self.room.catalogue.get(each.analyte)
        name = analyte.name if analyte else each.text
        key = each.interpretation or "not-judged"
        day = (each.effective or each.at)[:10]
        text = wording.templates()["verdict"][key].format(name=name, value=each.value or "", range="")
        return Sentence(f"{day}: {text}", each.rule or "record")

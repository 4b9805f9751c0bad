"""The next page of what was begun: "MORE"."""

from actions.explaining import MORE
from actions.guard import KithAction
from actions.paging import page_size, split
from actions.reply import Reply, Said, say
from actions.turn import Turn
from clinical.wording import Sentence


class More(KithAction):
    action_name = "action_more"

    def answer(self, turn: Turn) -> Reply:
        left = [Sentence(row["text"], row["rule"], row["source"]) for row in turn.slots.get("more") or []]
        if not left:
            return say(turn.voice.small("more", "nothing"), rule="more")
        page, rest = split(left, page_size(turn.channel), MORE)
        codes = tuple(
            analyte.primary_loinc
            for key in turn.slots.get("topic") or []
            if (analyte := self.room.catalogue.get(key))
        )
        return Reply((Said(tuple(page), codes),)).remembering(
            more=[{"text": s.text, "rule": s.rule, "source": s.source} for s in rest]
        )

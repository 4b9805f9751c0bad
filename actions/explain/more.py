"""The next page of what was begun: "MORE"."""

from actions.following import left, page_of
from actions.guard import KithAction
from actions.reply import Reply, say
from actions.turn import Turn


class More(KithAction):
    action_name = "action_more"

    def answer(self, turn: Turn) -> Reply:
        rest = left(turn)
        if not rest:
            return say(turn.voice.small("more", "nothing"), rule="more")
        codes = tuple(
            analyte.primary_loinc
            for key in turn.slots.get("topic") or []
            if (analyte := self.room.catalogue.get(key))
        )
        return page_of(turn, rest, codes)

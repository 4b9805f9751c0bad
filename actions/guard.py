"""Around every action: what was said is recorded, danger is followed by quiet, a fault fails cleanly."""

import asyncio
import logging
import traceback
from abc import abstractmethod
from dataclasses import replace
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions import caregivers, journey, lapsing, medicines, patience, requests, sharing, signs, welcome
from actions.ahead import Ahead
from actions.explain import asked_for, paper, teach_back, visit_question, whose
from actions.following import follow_up
from actions.hearing_out import listen
from actions.notes import asking, correcting, private, taking_out
from actions.proposing import proposals
from actions.reply import Proposal, Reply, say
from actions.resources import giving
from actions.room import Room
from actions.screening import answering as screening
from actions.tell import yes_no
from actions.turn import Turn
from actions.understanding import as_meant, corrects, follows_up, gives_leave, laughs, tells
from actions.voice import sentences

log = logging.getLogger("kith.actions")


class KithAction(Action):  # type: ignore[misc]
    """One custom action of the domain. Subclasses say their `action_name` and `answer` a turn."""

    action_name: str = ""

    def __init__(self, room: Room, ahead: Ahead | None = None) -> None:
        self.room = room
        self.read = ahead.take if ahead else room.read

    def name(self) -> str:
        return self.action_name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[dict[str, Any]]:
        """Rasa's entry. Without a dispatched payload the channel answers 5xx and the message is kept."""
        try:
            turn = as_meant(await asyncio.to_thread(self.room.read_turn, tracker, self.read))
            reply = await asyncio.to_thread(self.whole_answer, turn)
        except Exception as error:
            log.error("action %s failed: %s", self.action_name, _where(error))
            return []
        dispatcher.utter_message(json_message=reply.payload())
        said = [one for each in reply.said for sentence in each.sentences for one in sentences(sentence.text)]
        lapsed = {name: value for name, value in turn.slots.items() if value != tracker.slots.get(name)}
        slots = {
            **lapsed, **lapsing.over(turn, reply), **reply.remember, "turn": turn.voice.turn + 1,
            "speaks_for": turn.speaks_for, "said": said,
        }  # fmt: skip
        # One answer a turn: Rasa need not ask its rules what comes next.
        return [*(SlotSet(name, value) for name, value in slots.items()), FollowupAction("action_listen")]

    def whole_answer(self, turn: Turn) -> Reply:
        """What the message says goes to the record always; words only where no danger was answered."""
        if turn.urgent:
            spoken = (
                self.after_danger(turn)
                .proposing(*attributed(turn, proposals(turn)))
                .remembering(question=None, offered=None, screening=None, resources=None)
            )
            return kept_out(spoken) if turn.view.consent == "rejected" else spoken
        answer = medicines.with_a_call(turn, self.room.rephrased(turn, self.understood(turn)))
        whole = answer.proposing(*proposals(turn, answer.proposals))
        whole = replace(whole, proposals=attributed(turn, whole.proposals))
        if turn.view.consent == "rejected":
            return kept_out(whole)
        return welcome.around(turn, whole) if welcome.wanted(turn) else whole

    def understood(self, turn: Turn) -> Reply:
        """The answer to the papers that came or wait, and to the words."""
        return paper.around(self.room, turn, lambda: self.in_turn(turn))

    def in_turn(self, turn: Turn) -> Reply:
        """A result told just before, an open form and a number asked for come before the words alone."""
        if (who := whose.disowned(turn)) is not None:
            return whose.moved(self.room, turn, who)
        if (completed := asked_for.answered(self.room, turn)) is not None:
            return completed
        return screening.around(
            turn, lambda: giving.around(self.room.directory, turn, lambda: self.of_the_clinic(turn))
        )

    def of_the_clinic(self, turn: Turn) -> Reply:
        """Signs without words are met as such, and what Kith cannot do is said to be so."""
        if (met := signs.answer(self.room, turn)) is not None:
            return met
        return requests.around(turn, lambda: self.to_the_words(turn), lambda: listen(self.room, turn))

    def to_the_words(self, turn: Turn) -> Reply:
        """This action's answer, unless the message is plainly about something else."""
        if welcome.refused(turn):
            return welcome.answered(turn, yes=False)
        if caregivers.hands_back(turn) or caregivers.presents(turn):
            return listen(self.room, turn)
        if caregivers.says_who(turn):
            return caregivers.same_as_before(turn)
        if teach_back.answers(turn, self.room.library.likeness):
            return teach_back.heard(turn, self.room.library.likeness)
        if visit_question.asked_for(turn):
            return visit_question.suggest(turn)
        if follows_up(turn):
            return follow_up(turn)
        asked = of_the_notes(self.room, turn)
        if asked is not None:
            return asked
        if patience.is_silence(turn):
            return patience.answer_silence(turn)
        if patience.is_puzzled(turn):
            return journey.back_to_story(turn, patience.answer_puzzled(turn))
        if (item := yes_no.said_otherwise(turn)) is not None:
            return yes_no.answered(turn, item, yes=True)
        if patience.is_angry_at_kith(turn):
            return patience.answer_anger(turn)
        if gives_leave(turn):
            return patience.go_ahead(turn)
        if laughs(turn):
            return journey.back_to_story(turn, say(turn.voice.small("lightly", "plain"), rule="lightly"))
        if caregivers.answers(turn):
            return caregivers.answer(turn)
        if corrects(turn):
            return journey.back_to_story(turn, say(turn.voice.small("correct", "noted"), rule="correct"))
        if tells(turn):
            return listen(self.room, turn)
        return self.answer(turn)

    def after_danger(self, turn: Turn) -> Reply:
        """The safety words stand alone; only a number out of range is named after them."""
        out = [each for each in turn.results if each.judgement.interpretation not in ("N", None)]
        return self.room.explainer.name_only(out) if out and turn.screen_level == "emergency" else Reply()

    @abstractmethod
    def answer(self, turn: Turn) -> Reply:
        """This action's own reply to a turn."""


# Written down even of someone who wants no notes kept: dangers, what they asked of people, their own choices.
WITHOUT_NOTES = {"flag", "task", "consent", "retract", "story_item"}


def kept_out(reply: Reply) -> Reply:
    """They said no to notes: what they tell is answered and not kept."""
    return replace(reply, proposals=tuple(p for p in reply.proposals if p["kind"] in WITHOUT_NOTES))


def of_the_notes(room: Room, turn: Turn) -> Reply | None:
    """What someone asks of their own record, in plain words; None where they ask nothing of it."""
    if turn.question == "consent" and turn.view.consent is None:
        return correcting.answer(room, turn) if correcting.replaced(turn) else None
    if turn.question == "consent" or turn.view.consent == "rejected":
        return None
    if private.whom(turn) is not None:
        return private.answer(room, turn)
    if asking.search("stop_sharing", turn.text):
        return sharing.stop(turn)
    if asking.search("start_sharing", turn.text):
        return sharing.start(turn)
    if taking_out.asks_for_one(turn):
        return taking_out.some_lines(room, turn)
    if correcting.is_one(room, turn):
        return correcting.answer(room, turn)
    return None


def attributed(turn: Turn, rows: tuple[Proposal, ...]) -> tuple[Proposal, ...]:
    """Whose words these are, and from whom they are kept."""
    return caregivers.proposals(turn, private.marked(turn, rows))


def _where(error: BaseException) -> str:
    """File and line of the fault; an error's own words may quote the patient."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {last.filename.rsplit('/', 1)[-1]}:{last.lineno}"

"""Begin the story, or go on with it: "I want to tell you what's going on"."""

from actions import journey, story
from actions.guard import KithAction
from actions.hearing_out import reflection
from actions.proposing import STORY_WORDS
from actions.reply import Reply, say
from actions.turn import Turn
from actions.welcome import closing


class BeginStory(KithAction):
    action_name = "action_begin_story"

    def answer(self, turn: Turn) -> Reply:
        return begin(turn)


def begin(turn: Turn) -> Reply:
    """The first question not yet answered; what was already told in the same breath is reflected first."""
    if not closing(turn):
        return say(turn.voice.line("reflections", "none", "any"), rule="reflect")
    again = any(item.status == "answered" for item in turn.view.story.values())
    lead = say(turn.voice.line("story", "begin", "resume" if again else "first"), rule="story:begin")
    if (
        any(item.origin != "inferred" for item in turn.hearing.items)
        and len(turn.text.split()) >= STORY_WORDS
    ):
        lead = say(*reflection(turn), rule="reflect").and_then(lead)
    return journey.ask_next(turn, lead)


def open_item(turn: Turn) -> story.Item | None:
    """The story question that waits for an answer."""
    return story.find(turn.question)

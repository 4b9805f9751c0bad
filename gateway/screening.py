"""The red-flag screen as the gateway uses it: before anything else, and never able to lose a message."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog

from gateway.phrases import Phrases
from listening import safety
from listening.redflags.types import RedFlag, Screening

log = structlog.get_logger()

NO_DANGER = Screening("none")
HARSHEST = ("emergency", "crisis")
FEARED = 0.5  # of the words alone: from here on nobody waits; some 2 in 10 calm texts, half of the hints
MOST = 0.75  # where more come in than are stored; what is feared less is looked at soon after
ASKS = "asks"  # in the summary: the reply is a direct question
DUE = "second"  # in the summary: the model is still to be asked


@dataclass(frozen=True)
class Ear:
    """What listens for danger and what it says then; `listening` in earnest."""

    screen: Callable[[str], Screening]
    reply: Callable[[Screening], str]
    ask: Callable[[Screening], str]
    thanks: Callable[[str], str] = safety.thanks  # for a no to what was asked, by its kind
    glance: Callable[[str], Screening] | None = None  # rules and words alone; None: there is no model


@dataclass(frozen=True)
class Look:
    """What the screen made of one message. `failed`: it could not read it, and a person must."""

    screening: Screening = NO_DANGER
    words: str | None = None  # the fixed reply, where one is due
    failed: bool = False
    doubt: str | None = None  # the inbox id of the message whose doubt this one answers
    due: bool = False  # rules and words found nothing, and the model is still to be asked
    fear: float = 0.0  # then: how likely the words alone hold a danger to be, 0 to 1

    @property
    def level(self) -> str:
        return self.screening.level

    @property
    def flags(self) -> tuple[RedFlag, ...]:
        return self.screening.flags

    @property
    def answered_no(self) -> bool:
        """A no to a direct question: thanked for here, and nothing for the dialogue."""
        return self.doubt is not None and self.level not in HARSHEST

    def summary(self) -> dict[str, Any]:
        """What is kept in the inbox and told to the dialogue."""
        found: dict[str, Any] = {"level": self.level, "kinds": list(self.screening.kinds)}
        if self.doubt is None and safety.asks(self.screening):
            found[ASKS] = True
        return found | ({"failed": True} if self.failed else {}) | ({DUE: "due"} if self.due else {})


def look(ear: Ear, phrases: Phrases, text: str) -> Look:
    """Screen a message. Whatever fails in here, the message is still taken in and a person told."""
    if not text:
        return Look()
    try:
        screening = ear.screen(text)
    except Exception as error:
        log.error("screen_failed", error=type(error).__name__)
        return Look(failed=True)
    return seen_as(ear, phrases, screening)


def seen_as(ear: Ear, phrases: Phrases, screening: Screening) -> Look:
    """A screening with the fixed words due for it."""
    return Look(screening, words_for(ear, phrases, screening))


def glance(ear: Ear, text: str, feared: float = FEARED) -> Look | None:
    """In a crowd: what rules and words find nothing in waits for the model. None: look at it whole, for they
    found something, or hold it to be as likely a danger as that."""
    if not text or ear.glance is None:
        return None
    try:
        heard = ear.glance(text)
    except Exception as error:
        log.error("glance_failed", error=type(error).__name__)
        return None
    return Look(due=True, fear=heard.fear) if heard.level == "none" and heard.fear < feared else None


def words_for(ear: Ear, phrases: Phrases, screening: Screening) -> str | None:
    """The fixed reply; should choosing it fail, the plainest one there is."""
    try:
        if screening.level in HARSHEST:
            return ear.reply(screening)
        return ear.ask(screening) if screening.level == "ask" else None
    except Exception as error:
        log.error("safety_reply_failed", error=type(error).__name__, level=screening.level)
        return phrases.patient["ask_fallback" if screening.level == "ask" else "danger_fallback"]

"""STOP, START and HELP: the words a phone network and the law give a fixed meaning.

Only the whole message counts: "cancel" can be part of a story, and must not silence Kith then.
"""

import re
from typing import Literal

Keyword = Literal["stop", "start", "help"]

# Source: https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out (default English keywords)
STOP = frozenset(
    {"STOP", "STOPALL", "STOP ALL", "UNSUBSCRIBE", "CANCEL", "END", "QUIT", "REVOKE", "OPTOUT", "OPT OUT"}
)
START = frozenset({"START", "UNSTOP"})
START_AFTER_STOP = frozenset({"YES"})  # in any other moment YES answers a question
HELP = frozenset({"HELP", "INFO"})

_AROUND = re.compile(r"^[\s\"'.,!?*()-]+|[\s\"'.,!?*()-]+$")
_SPACES = re.compile(r"[\s-]+")


def keyword(text: str, *, opted_out: bool) -> Keyword | None:
    """The keyword a whole message is, if it is one.

    >>> keyword(" Stop. ", opted_out=False)
    'stop'
    >>> keyword("please cancel my visit", opted_out=False)
    """
    word = _SPACES.sub(" ", _AROUND.sub("", text)).upper()
    if word in STOP:
        return "stop"
    if word in START or (opted_out and word in START_AFTER_STOP):
        return "start"
    return "help" if word in HELP else None

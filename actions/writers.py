"""Who writes: the patient, or someone for them. A phone is handed on and back, and nobody tells a machine."""

import re

from actions.voice import table
from listening import stories
from record.view import PatientView

ASKED = "who-writes"  # what is open after "who writes today?"
FEW = 8  # words of an answer to it
UNNAMED = "loved one"


def writes_for(text: str, before: str | None, known: PatientView, *, asked: bool = False) -> str | None:
    """Whom the writer of this message speaks for ("mother"); None where the patient writes themselves.

    `before` is whom the last writer spoke for; `asked` whether it was just asked who writes.
    """
    told = stories.speaks_for(text)
    if told is not None:
        return told or before or known.caregiver_for or UNNAMED
    if before is None:
        back = introduces(text, known.caregiver, known.given)
        return known.caregiver_for or UNNAMED if back else None
    if stories.speaks_self(text, before) or introduces(text, known.given, known.caregiver):
        return None
    if known.caregiver and re.search(rf"\bnot {re.escape(known.caregiver)}\b", text, re.IGNORECASE):
        return None
    return None if asked and is_the_patient(text, before, known) else before


def introduces(text: str, name: str | None, other: str | None) -> bool:
    """ "this is Rosa", where Rosa is the name looked for and not that of the other one too."""
    said = stories.introduced(text)
    if said is None or name is None:
        return False
    return said.casefold() == name.casefold() and said.casefold() != (other or "").casefold()


def is_the_patient(text: str, before: str, known: PatientView) -> bool:
    """Whether an answer to "who writes today?" names the patient; what is not clear leaves it as it was."""
    said = re.findall(r"[a-z]+", text.lower())
    if len(said) > FEW or (known.caregiver and known.caregiver.lower() in said):
        return False
    own = {*table("small_talk")["own_voice"]["words"], (known.given or "").lower()}
    return any(word in own or stories.alike(word, before) for word in said)

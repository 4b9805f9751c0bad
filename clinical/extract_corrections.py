"""Corrections that name no test: "sorry 4.1 not 3.1", "i meant 4.1", "*4.1"."""

import re
from dataclasses import dataclass

from clinical import numbers
from clinical.catalogue import Catalogue
from clinical.extract_links import cues
from clinical.folding import fold
from clinical.lexicon import compiled

LONGEST = 60  # a longer message says more than a correction


@dataclass(frozen=True)
class Correction:
    """The number that holds, and the one taken back if the message says it."""

    value: str
    replaces: str | None


def correction(text: str, catalogue: Catalogue) -> Correction | None:
    """The correction a short message makes to a result told just before; None when it is something else."""
    folded = fold(text).strip()
    if len(folded) > LONGEST or any(not name.short for name in compiled(catalogue).find(folded)):
        return None
    found = numbers.find(folded)
    starred = re.match(r"\*\s?\d|no,? (?:it was |it is |its )\d", folded)
    denied = [number for number in found if re.search(r"\bnot (?:a )?$", folded[: number.start])]
    kept = [number for number in found if number not in denied]
    if len(kept) != 1 or not (cues().search(folded) or starred or denied):
        return None
    old = denied[0].readings[0] if denied else None
    return Correction(f"{kept[0].sign}{kept[0].readings[0]}", old)

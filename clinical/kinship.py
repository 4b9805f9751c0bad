"""How tests hang together by their names: in urine, fasting, as a share, of this virus."""

import re
from collections.abc import Iterator, Mapping

from clinical.analyte import Analyte
from clinical.catalogue import Catalogue
from clinical.folding import atoms
from clinical.tables import table


def urine_names(catalogue: Catalogue) -> Iterator[tuple[tuple[str, ...], Analyte]]:
    """ "Protein" and "blood" as a urine report calls them: names that say "urine", without that word."""
    phrases = sorted(map(atoms, table("words")["modifiers"]["urine"]), key=len, reverse=True)
    for name, analyte in catalogue.by_name.items():
        base = _without(name, phrases) if analyte.specimen == "urine" else None
        if base and base not in catalogue.by_name and len("".join(base)) > 3:
            yield base, analyte


def siblings_of(catalogue: Catalogue) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """Tests that differ by a word alone: "fasting glucose" is glucose's fasting sibling."""
    siblings: dict[str, dict[str, tuple[str, ...]]] = {}
    modifiers = {
        modifier: sorted((atoms(phrase) for phrase in phrases), key=len, reverse=True)
        for modifier, phrases in table("words")["modifiers"].items()
    }
    for name, analyte in catalogue.by_name.items():
        for modifier, phrases in modifiers.items():
            base = catalogue.by_name.get(_without(name, phrases) or ())
            if base and base is not analyte:
                known = siblings.setdefault(base.key, {}).get(modifier, ())
                siblings[base.key][modifier] = tuple(dict.fromkeys((*known, analyte.key)))
    return siblings


def _without(name: tuple[str, ...], phrases: list[tuple[str, ...]]) -> tuple[str, ...] | None:
    for phrase in phrases:
        for index in range(len(name) - len(phrase) + 1):
            if name[index : index + len(phrase)] == phrase:
                return name[:index] + name[index + len(phrase) :]
    return None


def compounds_of(catalogue: Catalogue) -> Mapping[tuple[str, ...], tuple[tuple[str, Analyte], ...]]:
    """What "IgM" is when the sentence spoke of parvovirus: endings of names, with what stands before them."""
    endings = [atoms(ending) for ending in table("words")["endings"]["names"]]
    compounds: dict[tuple[str, ...], list[tuple[str, Analyte]]] = {}
    for name, analyte in catalogue.by_name.items():
        for ending in endings:
            if len(name) > len(ending) and name[-len(ending) :] == ending:
                head = r"\W*".join(map(re.escape, name[: -len(ending)]))
                compounds.setdefault(ending, []).append((head, analyte))
    return {
        ending: tuple(sorted(heads, key=lambda pair: -len(pair[0]))) for ending, heads in compounds.items()
    }

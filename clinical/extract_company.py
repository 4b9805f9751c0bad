"""Bare numbers in one report are of one system of units: "total cholesterol 7.2, ldl 5.1" is all mmol/L."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from clinical import interpret_units, units
from clinical.catalogue import Catalogue
from clinical.tables import table
from clinical.types import LabMention
from clinical.values import amount

SYSTEMS = ("conventional", "international")


def settle(mentions: Sequence[LabMention], catalogue: Catalogue) -> list[LabMention]:
    """The same mentions; a bare one gets the unit of the system that the others can only be of.

    Without it "LDL 5.1" beside "cholesterol 7.2" would be read as mg/dL and called in range.
    """
    spoken = [(one.analyte, system) for one in mentions for system in _systems(one, catalogue)]
    return [replace(one, likely_unit=_likely(one, spoken, catalogue)) for one in mentions]


def _likely(mention: LabMention, spoken: Sequence[tuple[str, str]], catalogue: Catalogue) -> str | None:
    """The unit of the system that results of other tests speak for, where all of them speak for one."""
    systems = {system for analyte, system in spoken if analyte != mention.analyte}
    own = {system for analyte, system in spoken if analyte == mention.analyte}
    if len(systems) != 1 or own - systems:
        return None
    return _unit_in(systems.pop(), mention, catalogue)


def _systems(mention: LabMention, catalogue: Catalogue) -> Iterable[str]:
    """The one system a result can be of; nothing where both are possible."""
    rules = table("judging")["company"]
    if mention.analyte not in rules["tests"]:
        return ()
    possible = {mention.unit} if mention.unit else set(_plausible(mention, catalogue))
    found = {name for name in SYSTEMS if possible & set(rules[name])}
    return found if len(found) == 1 else ()


def _plausible(mention: LabMention, catalogue: Catalogue, most: float = 1.0) -> list[str]:
    """The units in which a bare number is something a body can have, the likeliest first."""
    read = amount(mention.value)
    number = None if read is None else read.low if read.low is not None else read.high
    if number is None:
        return []
    analyte = catalogue[mention.analyte]
    odd = [
        (interpret_units.oddity(Decimal(number), unit, analyte), unit) for unit in units.known_units(analyte)
    ]
    return [unit for oddity, unit in sorted(odd) if oddity <= most]


def _unit_in(system: str, mention: LabMention, catalogue: Catalogue) -> str | None:
    rules = table("judging")["company"]
    if mention.unit or mention.range or mention.flag or mention.analyte not in rules["tests"]:
        return None
    most = float(table("judging")["unit_guess"]["out_of_the_question"])
    return next((unit for unit in _plausible(mention, catalogue, most) if unit in rules[system]), None)

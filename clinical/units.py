"""Units as people write them, as UCUM, and from one to another on Decimal."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache

from clinical.analyte import Analyte
from clinical.folding import fold
from clinical.tables import table


@dataclass(frozen=True)
class UnitText:
    """A unit found in a text: where, as written, and every UCUM code it may mean, likeliest first."""

    start: int
    end: int
    text: str
    ucum: tuple[str, ...]
    complete: bool = True  # "mg" where "mg/dL" is meant is not


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", "", fold(text)).replace("per", "/")


@cache
def _spellings(section: str) -> dict[str, str]:
    rows = table("units")[section]
    return {_squeeze(spelling): ucum for ucum, spellings in rows.items() for spelling in (ucum, *spellings)}


def _alternatives(section: str) -> str:
    rows = table("units")[section]
    spellings = {fold(s) for ucum, listed in rows.items() for s in (ucum, *listed)}
    ordered = sorted(spellings, key=len, reverse=True)
    return "|".join(r"\s?".join(map(re.escape, spelling.split())) for spelling in ordered)


@cache
def _pattern() -> re.Pattern[str]:
    whole, numerator, denominator = (_alternatives(s) for s in ("whole", "numerator", "denominator"))
    mark = r"(?:x\s?|\*\s?)?"
    over = r"\s?(?:/|\bper\b|\bpor\b)\s?"
    count = r"(?:\s?(?:cells|{cells}))?"
    return re.compile(
        rf"(?P<whole>{whole})(?![\w^*/%])"
        rf"|(?P<over>{mark}(?:{numerator}){count}{over}(?:{denominator}))(?![\w^*])"
        rf"|(?P<per>/\s?(?!\d)(?:{denominator}))(?![\w^*])"
        rf"|(?P<part>{numerator})(?![\w^*/])"
    )


def find(text: str, position: int) -> UnitText | None:
    """The unit that stands at this position of a folded text ("mg/dl", "K/uL", "/hpf"), if one does."""
    match = _pattern().match(text, position)
    if match is None or (match["part"] and not match["part"].strip()):
        return None
    ucum = parse(match[0])
    return (
        UnitText(match.start(), match.end(), match[0], ucum, complete=match["part"] is None) if ucum else None
    )


@lru_cache(maxsize=2048)
def parse(text: str) -> tuple[str, ...]:
    """Every UCUM code a written unit may mean, likeliest first; empty when it is no unit we know."""
    if text in table("units")["known"]:
        return (text,)
    squeezed = _squeeze(text)
    whole = _spellings("whole").get(squeezed)
    codes = [whole] if whole else _fraction(squeezed)
    also = [other for code in codes for other in table("units")["also"].get(code, ())]
    return tuple(dict.fromkeys([*codes, *also]))


def _fraction(squeezed: str) -> list[str]:
    numerators, denominators = _spellings("numerator"), _spellings("denominator")
    if "/" not in squeezed:
        lone = numerators.get(squeezed)
        return [lone] if lone else []
    top, _, bottom = squeezed.partition("/")
    under = denominators.get(bottom)
    if under is None:
        return []
    if not top:
        return [f"/{under}"]
    top = re.sub(r"(?<=.)(?:cells|{cells})$", "", top)
    over = numerators.get(top) or numerators.get(top.lstrip("x*"))
    if over is None:
        return []
    return [f"/{under}"] if over == "{cells}" else [f"{over}/{under}"]


@cache
def _scales() -> dict[str, tuple[str, Decimal]]:
    return {
        code: (dimension, Decimal(factor))
        for dimension, factors in table("units")["scale"].items()
        for code, factor in factors.items()
    }


@lru_cache(maxsize=2048)
def _measure(unit: str) -> tuple[tuple[str, ...], Decimal] | None:
    """Dimension and size of a UCUM fraction: "mg/dL" is (mass, volume) and 0.01."""
    top, slash, bottom = unit.partition("/")
    over = _scales().get(top)
    if over is None or (top == "" and not slash):
        return None
    if not slash:
        return (over[0],), over[1]
    under = _scales().get(bottom)
    return ((over[0], under[0]), over[1] / under[1]) if under else None


def ratio(source: str, target: str) -> Decimal | None:
    """What a value in `source` is multiplied with to stand in `target`, whatever the substance; or None."""
    if source == target:
        return Decimal(1)
    here, there = _measure(source), _measure(target)
    if here is None or there is None or here[0] != there[0]:
        return None
    return here[1] / there[1]


def to_canonical(value: Decimal, unit: str, analyte: Analyte) -> Decimal | None:
    """A value in the analyte's own unit; None when this unit cannot be one of this analyte."""
    affine = table("units")["affine"].get(analyte.key)
    if affine and unit == affine["from"]:
        return value * Decimal(affine["factor"]) + Decimal(affine["offset"])
    factor = factor_to_canonical(unit, analyte)
    return None if factor is None else value * factor


def factor_to_canonical(unit: str, analyte: Analyte) -> Decimal | None:
    """The factor alone; None where there is none, or where the conversion also has an offset."""
    if unit == analyte.unit:
        return Decimal(1)
    if unit in analyte.units:
        return analyte.units[unit]
    for known, factor in {**({analyte.unit: Decimal(1)} if analyte.unit else {}), **analyte.units}.items():
        step = ratio(unit, known)
        if step is not None:
            return step * factor
    return None


def fits(unit: str, analyte: Analyte) -> bool:
    """Whether this test can be given in this unit at all."""
    return to_canonical(Decimal(1), unit, analyte) is not None


def resolve(text: str, analyte: Analyte) -> str | None:
    """The UCUM code of a written unit for this test: "G/L" of platelets is 10*9/L, of albumin g/L."""
    codes = parse(text)
    return next((code for code in codes if fits(code, analyte)), codes[0] if codes else None)


def known_units(analyte: Analyte) -> tuple[str, ...]:
    """The units this test is given in, its own first, those hardly ever meant left out."""
    rare = table("units")["rare"].get(analyte.key, ())
    affine = table("units")["affine"].get(analyte.key)
    own = [analyte.unit] if analyte.unit else []
    listed = [unit for unit in analyte.units if unit not in rare]
    offset = [affine["from"]] if affine and affine["from"] not in rare else []
    return tuple(dict.fromkeys([*own, *listed, *offset]))


def halves(code: str | None, analyte: Analyte) -> list[str]:
    """The units of this test that begin so: "mg" is half of "mg/dL"."""
    listed = (*known_units(analyte), *rare_units(analyte)) if code else ()
    return [unit for unit in listed if unit.startswith(f"{code}/")]


def rare_units(analyte: Analyte) -> tuple[str, ...]:
    """The units this test is hardly ever given in: tried when a number cannot be in any of the others."""
    return tuple(unit for unit in table("units")["rare"].get(analyte.key, ()) if fits(unit, analyte))

"""What is swallowed and not measured: "vitamin D 1000 IU", "zinc 30 at bedtime", "2 covid shots"."""

import re
from decimal import Decimal
from functools import cache

from clinical import units
from clinical.analyte import Analyte
from clinical.extract_context import Context, in_plausible, plausible
from clinical.extract_owners import Link
from clinical.extract_value import Value
from clinical.tables import table

OTHER_DOSE = re.compile(r"(.*?)(?:[,;]|\b(?:but|and|while|on|even|with)\b)[^\d]{0,28}\d")
TABLET = 10  # milligrams; from here on only a few sizes have a part of one
TAKEN = re.compile(r"\b(?:takes?|taking|took|on|started|prescribed|dose of)\s(?:\w+\s)?$")
LEVEL_SAID = re.compile(r"\b(?:level|trough|test|came back)\b")
MOVED = re.compile(r"\b(?:lowered|dropped|brought|depleted|pushed|drove|tanked|crashed|sent)\b[^.;]{0,20}$")
ANTIBODY = re.compile(r"(?:ig[gma]|antibod(?:y|ies)|abs?|index|titers?|titres?|anti[ -]?\w+)$")
LEVEL = re.compile(r"\b(?:levels?|is|was|came|at|of|test|result|dropped|rose|went)\b|[:=]")


def is_dose(link: Link, analyte: Analyte, context: Context) -> bool:
    """ "vitamin D 1000 IU", "Thyroxine 50 mg daily": what is swallowed, not what was measured."""
    value = link.value
    if not value.numbers:
        return False
    number = value.numbers[0].readings[0]
    if analyte.key in table("words")["drugs"]["keys"] and not _speaks_of_level(link, context):
        return True
    if analyte.key in table("words")["drugs"]["keys"] and not plausible(analyte, number, None):
        return True  # "upped my lithium to 1200 and the level went up"
    if value.unit is None:
        return _is_bare_dose(link, analyte, number, context)
    code = units.resolve(value.unit.text, analyte)
    if value.unit.complete or (code and units.fits(code, analyte)):
        return False
    halves = units.halves(code, analyte)
    if not halves:
        return code not in {"mol", None}
    return not in_plausible(analyte, Decimal(number), halves[0]) or _speaks_of_dose(value, context)


def _is_bare_dose(link: Link, analyte: Analyte, number: str, context: Context) -> bool:
    """ "Potassium 20" next to "lasix 40", "zinc 30 at bedtime": a pill, unless a level is spoken of."""
    if analyte.key not in table("words")["pills"]["keys"] or link.again:
        return not plausible(analyte, number, None) and _speaks_of_dose(link.value, context)
    if link.value.flag or link.value.range or LEVEL.search(context.folded[link.name.end : link.value.start]):
        return False
    if MOVED.search(context.folded[max(0, link.name.start - 30) : link.name.start]):
        return False
    if Decimal(number) < table("words")["pills"]["from"].get(analyte.key, 0):
        return False
    swallowed = number.isdigit() and _speaks_of_dose(link.value, context)
    return swallowed or not plausible(analyte, number, None)


def _speaks_of_level(link: Link, context: Context) -> bool:
    value = link.value
    if value.flag or value.range or (value.unit and value.unit.complete):
        return True
    before = context.folded[max(0, link.name.start - 24) : link.name.start]
    if TAKEN.search(before) and not LEVEL_SAID.search(context.folded[link.name.start : value.start]):
        return False  # "takes digoxin 0.125 and his level was 1.9"
    decimal = value.numbers and "." in value.numbers[0].readings[0] and value.unit is None
    if decimal and _is_odd_for_a_tablet(link.name.analyte, value):
        return True
    if (
        value.numbers
        and value.unit is None
        and _is_no_tablet(link.name.analyte, value.numbers[0].readings[0])
    ):
        return True
    start = value.start if link.again else link.name.start
    around = context.folded[max(0, start - 25) : value.end + 25]
    return re.search(table("words")["drugs"]["level"], around) is not None


def _is_odd_for_a_tablet(analyte: Analyte, value: Value) -> bool:
    """ "Tacro 4.1": nobody is given a tablet of that size."""
    rules = table("words")["drugs"]
    number = value.numbers[0].readings[0]
    tablet = number.endswith(tuple(rules["tablet_parts"])) and (
        Decimal(number) < TABLET or number in rules["tablets"]
    )
    return analyte.key in rules["decimal_levels"] and not tablet


def _is_no_tablet(analyte: Analyte, number: str) -> bool:
    """ "Cyclosporine 388", "vanc 23": tablets come in fives."""
    rules = table("words")["drugs"]
    listed = analyte.key in rules["decimal_levels"] and number.isdigit() and int(number) > TABLET
    return listed and int(number) % 5 != 0 and plausible(analyte, number, None)


def _speaks_of_dose(value: Value, context: Context) -> bool:
    start, end = context.sentence(value.start)
    before, after = (
        context.folded[max(start, value.start - 60) : value.start],
        context.folded[value.end : end],
    )
    after = after[:30]
    if (other := OTHER_DOSE.match(after)) is not None:
        after = other[1]  # "vit D 61, I take 5000": what is taken has a number of its own
    return _dose().search(f"{before}{context.folded[value.start : value.end]}{after}") is not None


@cache
def _dose() -> re.Pattern[str]:
    return re.compile(table("words")["sides"]["dose"])


def is_count_of_tests(link: Link, analyte: Analyte, text: str) -> bool:
    """ "2 hiv tests", "3 covid shots": how many there were is no result; "HSV-1 IgG 34" is one."""
    value = link.value
    if value.start >= link.name.end and ANTIBODY.search(text[link.name.start : link.name.end]):
        return False
    if analyte.kind not in ("ordinal", "text") or not value.numbers:
        return False
    if value.unit or value.grade or value.titer or value.sign:
        return False
    number = value.numbers[0].readings[0]
    return number.isdigit() and int(number) < 1000 and not (value.flag or value.range)

"""A judged result as plain sentences: the number in context, the change, the next step."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import cache
from importlib.resources import files

from clinical.change import Change
from clinical.types import Judgement, ReferenceRange, Triage

# UCUM as people read it; a code that is not here is said as it stands.
READABLE_UNITS = {
    "10*3/uL": "K/uL", "10*6/uL": "M/uL", "10*9/L": "x10^9/L", "10*12/L": "x10^12/L",
    "m[IU]/L": "mIU/L", "u[IU]/mL": "uIU/mL", "m[IU]/mL": "mIU/mL", "[IU]/L": "IU/L", "[IU]/mL": "IU/mL",
    "k[IU]/L": "kIU/L", "mL/min/{1.73_m2}": "mL/min", "{INR}": "", "{ratio}": "", "1": "", "[pH]": "",
    "/[HPF]": "per field", "/[LPF]": "per field", "mg/g{creat}": "mg/g", "ug/mL{FEU}": "ug/mL FEU",
    "ng/mL{FEU}": "ng/mL FEU", "s": "seconds", "mm/h": "mm/hr",
}  # fmt: skip


@dataclass(frozen=True)
class Sentence:
    """One thing said, and what it rests on, for WHY."""

    text: str
    rule: str
    source: str = ""
    because: str = ""  # the reason in plain words, where the rule's name alone does not give it


@cache
def templates() -> dict[str, dict[str, str]]:
    """The table of templates."""
    return tomllib.loads(files("clinical").joinpath("wording.toml").read_text(encoding="utf-8"))


def readable_unit(unit: str | None) -> str:
    """A unit as people read it: "mmol/L", "K/uL", "" for a plain ratio."""
    return READABLE_UNITS.get(unit or "", unit or "")


def range_words(limits: ReferenceRange | None, unit: str | None) -> str:
    """ " (3.5 to 5.1 mmol/L)"; empty where no limit is known."""
    if limits is None or (limits.low is None and limits.high is None):
        return ""
    shown = readable_unit(unit)
    unit_words = "" if not shown else ("%" if shown == "%" else f" {shown}")
    low, high = plain_number(limits.low), plain_number(limits.high)
    kind = "both" if low and high else ("up-to" if high else "at-least")
    return templates()["range"][kind].format(low=low, high=high, unit=unit_words)


def plain_number(number: Decimal | None) -> str:
    """ "3.5", "12000": no exponent, no trailing zeros."""
    if number is None:
        return ""
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def verdict(name: str, value: str, judgement: Judgement, unit: str | None) -> Sentence:
    """ "Potassium 5.9 is high (3.5 to 5.1 mmol/L)." Not judged is said as that, never as normal."""
    table = templates()["verdict"]
    code = judgement.interpretation
    key = "not-judged" if code is None else str(code)
    if code == "N" and not _is_number(value):
        key = "qualitative-N"
    if code in ("H", "L") and _is_slight(value, judgement):
        key = f"slight-{code}"
    words = range_words(judgement.range, judgement.unit or unit)
    text = table[key].format(name=name, value=value_words(value, unit), range=words)
    source = (judgement.range.source or "") if judgement.range else ""
    return Sentence(text, judgement.rule, source, judgement.reason)


def value_words(value: str, unit: str | None) -> str:
    """ "5.9", "7.2%": the unit is said with the range, a percent sign stays with its number."""
    return f"{value}%" if unit == "%" and _is_number(value) else value


def _is_number(value: str) -> bool:
    return bool(value) and value.lstrip("<>=").replace(".", "", 1).replace("-", "", 1).isdigit()


def _is_slight(value: str, judgement: Judgement) -> bool:
    """Just beyond a limit: within the share that `limits.slight` names."""
    limits = judgement.range
    limit = limits and (limits.high if judgement.interpretation == "H" else limits.low)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return False
    if not limit:
        return False
    return abs(number - limit) <= abs(limit) * Decimal(templates()["limits"]["slight"])


def unit_taken(judgement: Judgement) -> Sentence | None:
    """ "I read that number as mmol/L.": said whenever a unit was inferred."""
    shown = readable_unit(judgement.unit)
    if not (judgement.unit_inferred and shown) or judgement.interpretation is None:
        return None
    return Sentence(templates()["unit-taken"]["plain"].format(unit=shown), "unit-inferred")


def change(earlier: str, when: str, moved: Change) -> Sentence:
    """How it moved: "It was 4.9 on August 10. It went up 8%. This test moves about 14% by itself ..." """
    table = templates()["change"]
    if moved.percent == 0:
        return Sentence(table["same"].format(was=earlier, when=when), "change", moved.source or "")
    side = "up" if moved.percent > 0 else "down"
    kind = {True: f"{side}-real", False: f"{side}-noise", None: side}[moved.real]
    text = table[kind].format(
        was=earlier, when=when, percent=f"{abs(moved.percent):f}", wobble=plain_number(moved.wobble)
    )
    return Sentence(text, "change", moved.source or "")


def next_step(triage: Triage, phone: str) -> Sentence | None:
    """What to do and by when; nothing for a tier that asks for nothing."""
    text = templates()["tier"][triage.tier].format(phone=phone)
    return Sentence(text, triage.rule, triage.source, triage.reason) if text else None


def normal_together(names: Iterable[str]) -> Sentence:
    """ "These are in range: sodium, chloride.\""""
    return Sentence(templates()["many"]["normal"].format(names=", ".join(names)), "in-range")

"""When two values are the same value: "12,000", "12k", "12.0" and 12000; ">231"; "3-4"; words."""

import re
from decimal import Decimal, InvalidOperation

from clinical import interpret_words, units

NUMBER = re.compile(r"^([<>]=?)?\s*([\d.,]+)\s*(k)?$", re.IGNORECASE)


def canonical(value: str) -> str:
    """A value in one spelling, so that equal values are equal text."""
    text = " ".join(str(value).strip().casefold().split())
    if (found := NUMBER.match(text)) and (number := _decimal(found[2])) is not None:
        number *= 1000 if found[3] else 1
        return f"{found[1] or ''}{number.normalize():f}"
    if re.fullmatch(r"[\d.,]+\s*-\s*[\d.,]+", text):
        low, high = (canonical(part) for part in text.split("-"))
        return f"{low}-{high}"
    return interpret_words.canonical(text) or text  # "neg" is "negative", "+" is "1+"


def _decimal(text: str) -> Decimal | None:
    if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", text):
        text = text.replace(",", "")
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:
        return None


def same(expected: str, found: str) -> bool:
    return canonical(expected) == canonical(found)


def same_unit(expected: list[str | None], found: str | None, inferred: bool) -> bool:
    """`null` means that none was said: then none, or one marked as inferred, are both right."""
    if None in expected and (found is None or inferred):
        return True
    meant = {ucum for each in expected if each for ucum in (each, *units.parse(each))}
    return found is not None and bool(meant & {found, *units.parse(found)})

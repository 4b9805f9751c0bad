"""Numbers as people write them, with every way to read each: "12,000", "9,8", "12k", "5. 6", "one forty"."""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from clinical.tables import table

DIGITS = (
    r"\d{1,3}(?:,\d{2,3})*,\d{3}(?!\d)(?:\.\d+)?"  # 12,000 and 1,50,000
    r"|\d{1,4},\d{1,2}(?!\d|,\d)"  # 9,8
    r"|\d{1,3} point \d{1,2}\b"
    r"|\d+\.\d+(?!\.\d)"
    r"|\d{1,3}\.[ ]\d{1,2}(?![\d.):%'-]|/\d|[ ]?(?:st|nd|rd|th)\b)"  # 5. 6
    r"(?![ ]?(?:years?|yrs?|y/?o|months?|weeks?|wks?|days?|hours?|hrs?|mins?|lbs?|kgs?|[ap]m|mc?g|[fm])\b)"
    r"(?=[^\d\n]|$)"
    r"|\d+"
    r"|(?<![\d.])\.\d+"
)
SIGN = r"(?:(?P<sign>>=|<=|=>|=<|≥|≤|>|<|> or = ?|< or = ?)\s*)?"
NUMBER = re.compile(rf"{SIGN}(?P<number>{DIGITS})")
MULTIPLIER = re.compile(
    r"(?P<k>k\b(?!\s?/|\s?[:=]|-\d\.\d+(?![\dk]))|\s(?<=\d )k\b(?!\s?/|\s?[:=]|\s?\d))"
    r"|\s{0,4}(?P<lakh>lakhs?|lacs?)\b"
    r"|\s?(?P<thousand>thousand|thou|mil|hazar)\b(?!\s?/)"
    r"|\s?(?P<million>million|millones|mill)\b(?!\s?/)"
    r"|\s?[x*]?\s?10\s?[\^*]\s?(?P<power>[3-9]|1[0-2])\b(?!\s?/|\s?(?:cells|cfu)?\s?(?:/|per))"
)
SIGNS = {"≥": ">=", "=>": ">=", "> or =": ">=", "≤": "<=", "=<": "<=", "< or =": "<="}


@dataclass(frozen=True)
class Number:
    """A number in a text; `readings` has the likeliest first: "9,800" is 9800, or 9.8 where that fits."""

    start: int
    end: int
    readings: tuple[str, ...]
    sign: str = ""
    factor: int = 1  # of a "k", "thousand" or "lakh" behind it; the readings are full counts
    spaced: bool = False  # written "5. 6": may be the end of one sentence and the start of the next


def plain(number: Decimal) -> str:
    """A decimal without exponent, with the zeros it was written with."""
    return format(number, "f")


def _readings(raw: str) -> tuple[str, ...]:
    raw = raw.replace(" point ", ".")
    if "," in raw:
        whole = raw.replace(",", "")
        if re.fullmatch(r"\d{1,4},\d{1,2}", raw):
            return (raw.replace(",", "."),)
        return (whole, raw.replace(",", ".")) if raw.count(",") == 1 and "." not in raw else (whole,)
    if re.fullmatch(r"\d{1,3}\.000", raw):
        return (raw.replace(".", ""), raw)  # "45.000": a full count, as half the world writes it
    if re.fullmatch(r"\d{1,3}\.\d{3}", raw):
        return (raw, raw.replace(".", ""))
    if raw.startswith("."):
        return ("0" + raw,)
    return (raw.replace(" ", ""),)


def _times(readings: tuple[str, ...], factor: int) -> tuple[str, ...]:
    return tuple(plain((Decimal(reading) * factor).normalize() + 0) for reading in readings)


def _factor(match: re.Match[str]) -> int:
    if match["power"]:
        return int(10 ** int(match["power"]))
    factors = {"k": 1000, "thousand": 1000, "lakh": 100000, "million": 1000000}
    return factors[match.lastgroup or "k"]


def find(text: str) -> list[Number]:
    """Every number written in digits in a folded text, in order."""
    found = []
    position = 0
    while match := NUMBER.search(text, position):
        readings, end, factor = _readings(match["number"]), match.end(), 1
        if multiplier := MULTIPLIER.match(text, end):
            factor = _factor(multiplier)
            readings, end = _times(readings, factor), multiplier.end()
        if match["number"] == "10" and (
            power := re.compile(r"\s?[\^]\s?(\d{1,2})\b").match(text, match.end())
        ):
            readings, end = (str(10 ** int(power[1])),), power.end()
        arrow = _is_arrow(text, match)
        sign = "" if arrow else (match["sign"] or "").strip()
        start = match.start("number") if arrow else match.start()
        found.append(
            Number(start, end, readings, SIGNS.get(sign, sign), factor, spaced=". " in match["number"])
        )
        position = end
    return found


def _is_arrow(text: str, match: re.Match[str]) -> bool:
    """ "144 -> 139", "144 > 139": an arrow to the next result, where "52 >59" quotes a limit."""
    sign, before = match["sign"], text[max(0, match.start() - 6) : match.start()]
    if not sign or ">" not in sign:
        return False
    if sign == "=>" or (sign == ">" and before.endswith(("-", "="))):
        return sign != "=>" or before.rstrip()[-1:].isdigit()
    return sign == ">" and re.search(r"\d%? $", before) is not None and text[match.end("sign")] == " "


@cache
def _word_values() -> dict[str, int]:
    words: dict[str, int] = table("number_words")["values"]
    return words


@cache
def _word_pattern() -> re.Pattern[str]:
    values = "|".join(sorted(_word_values(), key=len, reverse=True))
    more = rf"(?:(?:\s+(?:and|y))?[\s-]+(?:{values}|hundred|thousand|mil|point|punto|coma|oh|o))*"
    return re.compile(
        rf"\b(?:(?:{values}|a\s(?:hundred|thousand)){more}|(?<!\d )point\s(?:{values}|oh|o){more})\b"
    )


def find_words(text: str) -> list[Number]:
    """Every number written in words: "one forty" is 140, "seven point two" 7.2, "twelve thousand" 12000."""
    found = []
    for match in _word_pattern().finditer(text):
        value = _read_words(re.split(r"[\s-]+", match[0]))
        if value is not None:
            found.append(Number(match.start(), match.end(), (value,)))
    return found


def _read_words(words: list[str]) -> str | None:
    spoken = {"punto": "point", "coma": "point", "mil": "thousand"}
    words = [spoken.get(word, word) for word in words if word not in {"and", "y", "a"}]
    if words[0] == "point":
        words = ["zero", *words]  # "point zero three"
    if "point" not in words:
        return _read_whole(words)
    dot = words.index("point")
    before = _read_whole(words[:dot])
    digits = [_word_values().get(word, 0 if word in {"oh", "o"} else None) for word in words[dot + 1 :]]
    if before is None or not digits or any(digit is None or digit > 99 for digit in digits):
        return None
    return f"{before}.{''.join(str(digit) for digit in digits)}"


def _read_whole(words: list[str]) -> str | None:
    """ "one forty" and "one hundred forty" are both 140; "three two" is not one number."""
    total = group = 0
    for word in words:
        if word == "hundred":
            group = (group or 1) * 100
        elif word == "thousand":
            total, group = total + (group or 1) * 1000, 0
        elif word in {"oh", "o"}:
            group *= 100
        else:
            value = _word_values()[word]
            if 0 < group < 10 and value >= 10:
                group *= 100
            elif group and (group % 10 or (group % 100 and value >= 10)):
                return None
            group += value
    return str(total + group)

"""Numbers that are no results: ages, doses, clocks, money, blood pressures, goals, pieces of codes."""

import re
from functools import cache

from clinical import extract_marks as marks
from clinical import units
from clinical.extract_beside import FLAG
from clinical.extract_value import Ground, Value
from clinical.tables import table

PHONE = re.compile(
    r"(?<![\d.])(?:\+?1[ .-])?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b(?!\s*(?:cells|thou\w*|[pnmu]?g|iu|u|k)\b)"
    r"|\b\d{7,}\b|\b\d{3}-\d{4}\b(?!\s*(?:cells|thou\w*|[pnmu]?g|iu|u|k)/)"
    r"|\b\d{3}-\d{2}-\d{4}\b"
)
CLOCK = re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::\d\d)?\b(?:\s?[ap]\.?m)?")
PRESSURE = re.compile(r"\b\d{2,3}(?:-\d{2,3})?(?:s)?\s?(?:/|over)\s?\d{2,3}(?:-\d{2,3})?s?\b")
DECIMAL_AGE = re.compile(r"\b(?:im|i'm|i m|i am|shes|hes|she is|he is) ?\d{1,3}\.\d$")
PLACE_CODE = re.compile(r"0\d")
LAB_MARK = re.compile(
    r"[ \t]{1,12}[<>]?\d+(?:\.\d+)?\b(?!\s?[-/]\s?\d)"
)  # "TSH 01   6.310": which laboratory
AGE = re.compile(r"(?:[1-9]\d?|10\d)")
TELLING = re.compile(r"[a-z$#£€/]")  # without any, what stands before says nothing
YEAR = re.compile(r"(?:19|20)\d\d")
RECENT = re.compile(r"20[0-3]\d")  # right behind a name only these are years: "ANC 1900" is a count
YEAR_FIRST = re.compile(r"[ :=-]{1,3}\d{1,3}\.\d")  # "2019 5.4, 2021 5.6"
BEFORE_YEAR = re.compile(
    r"\b(?:in|since|circa|until|by|from|of|year|late|early|desde|en|del?|[a-z]{3,9})\.?,?\s(?:late |early )?$"
)


@cache
def _follow() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule})" for rule in table("words")["sides"]["follow"]))


@cache
def _counted() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule})" for rule in table("words")["sides"]["counted"]))


@cache
def _before() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule})" for rule in table("words")["sides"]["before"]))


@cache
def _kin_age() -> re.Pattern[str]:
    """ "Mother 84", "my son is 9": how old someone is."""
    names = sorted(
        (w for words in table("people")["relations"].values() for w in words), key=len, reverse=True
    )
    return re.compile(rf"\b(?:{'|'.join(names)})(?:,| is| who is|'s)?\s$")


def stands_free(ground: Ground, value: Value) -> bool:
    """Not a piece of a code ("C5", "B19", "3b"), unless it is glued to a test's name ("fsh9.68")."""
    text, start = ground.text, value.numbers[0].start
    before = text[start - 1] if start else " "
    if before.isalpha() and start not in ground.name_ends:
        return False
    value.slash = before == "/" or (
        text[value.end : value.end + 1] == "/" and text[value.end + 1 : value.end + 2].isdigit()
    )
    after = text[value.end : value.end + 1]
    if after.isalpha():
        glued = units.find(text, value.end) or FLAG.match(text, value.end)
        return bool(glued) or ground.name_at(value.end) or _follow().match(text, value.end) is not None
    return True


def is_beside_other_things(ground: Ground, value: Value) -> bool:
    """An age, a dose in tablets, a clock, money, a street of the thyroid clinic: no result."""
    text = ground.text
    before = text[max(0, value.start - 24) : value.start]
    of_name = any(value.start - back in ground.name_ends for back in (1, 2))  # "kidney number 28"
    said = text[value.start : value.end]
    if PLACE_CODE.fullmatch(said) and (_ends_a_full_line(text, value) or LAB_MARK.match(text, value.end)):
        return True
    if (
        YEAR.fullmatch(said)
        and not (of_name and not RECENT.fullmatch(said))
        and (
            BEFORE_YEAR.search(before)
            or _is_column_of_years(before, value)
            or YEAR_FIRST.match(text, value.end)
        )
    ):
        return True
    if TELLING.search(text, max(0, value.start - 70), value.start) is None:
        return _is_of_what_follows(text, value)
    if _kin_age().search(before) and AGE.fullmatch(said) and not units.find(text, value.end):
        return True
    if (not of_name and _before().search(before) and not DECIMAL_AGE.search(before + said)) or marks.is_goal(
        text[max(0, value.start - 70) : value.start]
    ):
        return True
    if _is_of_what_follows(text, value):
        return True
    pressure = PRESSURE.match(text, value.start)
    return (
        pressure is not None
        and value.slash
        and not re.search(r"[a-z]/[a-z]", text[max(0, value.start - 20) : value.start])
    )


def _is_of_what_follows(text: str, value: Value) -> bool:
    """ "10 mg twice", "3 weeks", "2 doctors"; only a whole number counts things: "hgb 6.2 doctor called"."""
    if _follow().match(text, value.end):
        return not _is_rate(text, value.end)
    return value.numbers[0].readings[0].isdigit() and _counted().match(text, value.end) is not None


def _is_column_of_years(before: str, value: Value) -> bool:
    """ "PSA 4.0 2021, 4.9 2023": the year right behind a result, unless the result before is that large."""
    found = re.search(r"(?<![\d.,])(\d+(?:\.\d+)?)[%]?,? ?[(]?$", before)
    return found is not None and float(found[1]) < 1000 and value.unit is None and value.flag is None


def _ends_a_full_line(text: str, value: Value) -> bool:
    """ "TSH 6.120 High uIU/mL 0.450-4.500 01": the last column is which laboratory measured it."""
    line = text[text.rfind("\n", 0, value.start) + 1 : value.start]
    rest = text[value.end : (text.find("\n", value.end) + 1 or len(text) + 1) - 1]
    return not rest.strip() and len(re.findall(r"\d+(?:\.\d+)?", line)) >= 2


def _is_rate(text: str, position: int) -> bool:
    """ "mm/hr" and "seconds" of a clotting time are units, not lengths and times."""
    unit = units.find(text, position + (text[position : position + 1] == " "))
    return unit is not None and ("/" in unit.text or unit.ucum[0] == "s")

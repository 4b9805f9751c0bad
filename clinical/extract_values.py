"""The numbers of a text that can be results, with the unit, flag and range that stand beside them."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from functools import cache, cached_property
from itertools import pairwise

from clinical import extract_marks as marks
from clinical import numbers, ranges, units
from clinical.lexicon import Name
from clinical.numbers import Number
from clinical.tables import table
from clinical.types import Interpretation, ReferenceRange

RANGE_JOIN = re.compile(r"\s?(?:-|to|~|\ba\b)\s?")
LINE_GAP = re.compile(r"[ |;,]*")
FLAG = re.compile(
    r"[(\[*]?\s?(?P<flag>hh|ll|h|l|a|aa|n|high|low|hi|lo|abnormal|abn|critical|crit|positive|negative|pos|neg"
    r"|reactive|non-?reactive)(?:\s?\*|\))*(?![\w'])"
)
FLAGS: dict[str, Interpretation] = {
    "h": "H", "l": "L", "hh": "HH", "ll": "LL", "a": "A", "aa": "AA", "n": "N",
    "high": "H", "hi": "H", "low": "L", "lo": "L",
    "abnormal": "A", "abn": "A", "positive": "A", "pos": "A", "reactive": "A", "negative": "N", "neg": "N",
    "nonreactive": "N", "non-reactive": "N",
}  # fmt: skip
FILLER = 12  # letters of "and the lab's" between a value and its limits


@dataclass
class Value:
    """A number that may be a result, before it is known of which test."""

    start: int
    end: int  # of number, unit, flag and range together
    number_end: int
    numbers: tuple[Number, ...]  # two where a range is given: "4-6"
    sign: str = ""
    unit: units.UnitText | None = None
    range: ReferenceRange | None = None
    flag: Interpretation | None = None
    grade: str | None = None  # "2+"
    titer: str | None = None  # "1:160"
    slash: bool = False  # one side of "44/99"
    worded: bool = False  # "one forty"
    hyphen: bool = False  # "4-6", not "4 to 6"
    quoted: bool = False  # the lab's range, standing before its result


@dataclass(frozen=True)
class Ground:
    """What is already known of a text: which stretches are names, dates and limits."""

    text: str
    original: str
    names: tuple[Name, ...]
    taken: tuple[tuple[int, int], ...]
    limits: tuple[marks.Limit, ...]

    @cached_property
    def _starts(self) -> frozenset[int]:
        return frozenset(name.start for name in self.names)

    @cached_property
    def name_ends(self) -> frozenset[int]:
        return frozenset(name.end for name in self.names)

    @cached_property
    def _limit_starts(self) -> list[int]:
        return [limit.start for limit in self.limits]

    def name_at(self, position: int) -> bool:
        return position in self._starts

    def limits_near(self, position: int) -> tuple[marks.Limit, ...]:
        """The quoted limits that start here or a few letters on."""
        first = bisect_left(self._limit_starts, position)
        return self.limits[first : bisect_right(self._limit_starts, position + FILLER)]


@cache
def _follow() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule})" for rule in table("words")["sides"]["follow"]))


@cache
def _before() -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{rule})" for rule in table("words")["sides"]["before"]))


@cache
def _comparators() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = table("words")["comparators"]
    more, less = ("|".join(words[side]) for side in ("more", "less"))
    return re.compile(rf"\b(?:{more})\s?(?:a|the)?\s?$"), re.compile(rf"\b(?:{less})\s?(?:a|the)?\s?$")


PHONE = re.compile(
    r"(?:\+?1[ .-]?)?\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}\b|\b\d{7,}\b|\b\d{3}-\d{4}\b|\b\d{3}-\d{2}-\d{4}\b"
)
CLOCK = re.compile(r"\b(?:[01]?\d|2[0-3]):[0-5]\d(?::\d\d)?\b(?:\s?[ap]\.?m)?")
TITER = re.compile(r"(?<![\d:.])<?\s?1\s?:\s?(\d{1,6}(?:,\d{3})?)(?![\d:])")
PRESSURE = re.compile(r"\b\d{2,3}(?:-\d{2,3})?(?:s)?\s?(?:/|over)\s?\d{2,3}(?:-\d{2,3})?s?\b")
YEAR = re.compile(r"(?:19|20)\d\d")
BEFORE_YEAR = re.compile(
    r"\b(?:in|since|circa|until|by|from|of|year|late|early|desde|en|del?|[a-z]{3,9})\.?,?\s(?:late |early )?$"
)
GRADE = re.compile(r"\+{1,4}(?![\w+])")
GLUED_S = re.compile(r"s\b")
GRADES = {"1", "2", "3", "4"}
PLUSES = re.compile(r"(?<![\w+])\+{1,4}(?![\w+])")


def find(ground: Ground) -> list[Value]:
    """Every number that may be a result, in order."""
    text = ground.text
    taken = sorted({*ground.taken, *_spans_of(PHONE, text)})
    titers = [
        _titer(ground, match) for match in TITER.finditer(text) if not marks.overlaps(taken, *match.span())
    ]
    taken = sorted({*taken, *((value.start, value.number_end) for value in titers)})
    taken = sorted({*taken, *(span for span in _spans_of(CLOCK, text) if not marks.overlaps(taken, *span))})
    found = _numbers(ground, taken)
    return sorted([*titers, *found], key=lambda value: value.start)


def _spans_of(pattern: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    return [match.span() for match in pattern.finditer(text)]


def _titer(ground: Ground, match: re.Match[str]) -> Value:
    sign = "<" if match[0].startswith("<") else ""
    value = Value(match.start(), match.end(), match.end(), (), titer=f"{sign}1:{match[1].replace(',', '')}")
    _attach(ground, value)
    return value


def _numbers(ground: Ground, taken: list[tuple[int, int]]) -> list[Value]:
    text = ground.text
    digits = [number for number in numbers.find(text) if not marks.overlaps(taken, number.start, number.end)]
    words = [
        number for number in numbers.find_words(text) if not marks.overlaps(taken, number.start, number.end)
    ]
    values: list[Value] = []
    index = 0
    while index < len(digits):
        pair = index + 1 < len(digits) and _is_pair(text, digits[index], digits[index + 1])
        parts = tuple(digits[index : index + (2 if pair else 1)])
        index += len(parts)
        value = _value(ground, parts)
        if value and not (values and values[-1].end > value.start):
            values.append(value)
    worded = [value for word in words if (value := _value(ground, (word,), worded=True))]
    return [*_ranges_first(ground, values), *worded]


def _ranges_first(ground: Ground, values: list[Value]) -> list[Value]:
    """ "GLUCOSE 65-99 mg/dL 112 H": in a line with the range first, the range is no result."""
    for value, following in pairwise(values):
        between = ground.text[value.end : following.start]
        alone = len(value.numbers) == 2 and value.hyphen and len(following.numbers) == 1
        if not alone or between.strip(" |") or value.end == following.start or following.range:
            continue
        low, high = (ranges.number(number.readings[0]) for number in value.numbers)
        following.range = ReferenceRange(
            low, high, ground.original[value.start : value.number_end], ranges.LABORATORY
        )
        following.unit = following.unit or value.unit
        value.quoted = True
    return values


def _is_pair(text: str, first: Number, second: Number) -> bool:
    """ "4-6" and "12 to 14", not "5.9 - 2024" and not "6.1 to the 7th"."""
    between = text[first.end : second.start]
    if second.sign or not RANGE_JOIN.fullmatch(between):
        return False
    if between.strip() in {"a"} and not re.search(r"\bde\s*$", text[: first.start]):
        return False
    return not first.spaced and float(first.readings[0]) < float(second.readings[0])


def _value(ground: Ground, parts: tuple[Number, ...], *, worded: bool = False) -> Value | None:
    text, start, end = ground.text, parts[0].start, parts[-1].end
    value = Value(start, end, end, parts, parts[0].sign, worded=worded)
    value.hyphen = len(parts) == 2 and "-" in text[parts[0].end : parts[1].start]
    if not _stands_free(ground, value) or _beside_other_things(text, value):
        return None
    grade = GRADE.match(text, end)
    if grade and grade[0] == "+" and len(parts) == 1 and parts[0].readings[0] in GRADES:
        value.grade = f"{parts[0].readings[0]}+"
        value.number_end = value.end = grade.end()
    if not value.sign:
        value.sign = _spoken_sign(text, start)
    _attach(ground, value)
    return value


def _stands_free(ground: Ground, value: Value) -> bool:
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


def _beside_other_things(text: str, value: Value) -> bool:
    """An age, a dose in tablets, a clock, money, a street of the thyroid clinic: no result."""
    before = text[max(0, value.start - 24) : value.start]
    if YEAR.fullmatch(text[value.start : value.end]) and BEFORE_YEAR.search(before):
        return True
    if _before().search(before) or marks.is_goal(text[max(0, value.start - 70) : value.start]):
        return True
    if _follow().match(text, value.end) and not _is_rate(text, value.end):
        return True
    pressure = PRESSURE.match(text, value.start)
    return (
        pressure is not None
        and value.slash
        and not re.search(r"[a-z]/[a-z]", text[max(0, value.start - 20) : value.start])
    )


def _is_rate(text: str, position: int) -> bool:
    """ "mm/hr" and "seconds" of a clotting time are units, not lengths and times."""
    unit = units.find(text, position + (text[position : position + 1] == " "))
    return unit is not None and ("/" in unit.text or unit.ucum[0] == "s")


def _spoken_sign(text: str, start: int) -> str:
    more, less = _comparators()
    before = text[max(0, start - 20) : start]
    if more.search(before) and not re.search(
        r"\b(?:went|go|going|gone|just|little) (?:over|above)\s$", before
    ):
        return ">"
    return "<" if less.search(before) else ""


def _attach(ground: Ground, value: Value) -> None:
    """Take in the unit, flag and range that follow on the line, in whatever order the laboratory has them."""
    text, position = ground.text, value.number_end
    for _ in range(5):
        gap = LINE_GAP.match(text, position)
        here = gap.end() if gap else position
        wide = here - position >= 2 or "|" in text[position:here]
        taken = (
            _attach_unit(ground, value, here)
            or _attach_range(ground, value, here, wide=wide)
            or _attach_flag(ground, value, here, wide=wide)
        )
        if not taken:
            return
        position = value.end = taken


def _attach_unit(ground: Ground, value: Value, here: int) -> int | None:
    start = here + (ground.text[here : here + 1] == "(")
    in_the_300s = here == value.number_end and GLUED_S.match(ground.text, here)
    if value.unit or value.grade or in_the_300s:
        return None
    unit = units.find(ground.text, start)
    if unit is None or _is_name_only(ground, unit):
        return None
    value.unit = unit
    return unit.end + (ground.text[unit.end : unit.end + 1] == ")" and start != here)


def _is_name_only(ground: Ground, unit: units.UnitText) -> bool:
    """ "5 mg 2.1": magnesium, or milligrams? A number right behind makes it a name; so does a longer name."""
    if unit.complete:
        return False
    return (
        ground.name_at(unit.start)
        and re.match(r"\s?[:=-]?\s?\d", ground.text[unit.end : unit.end + 4]) is not None
    )


def _attach_range(ground: Ground, value: Value, here: int, *, wide: bool) -> int | None:
    if value.range:
        return None
    for limit in ground.limits_near(here):
        if limit.start == here or (
            limit.labelled
            and 0 <= limit.start - here <= FILLER
            and _only_filler(ground.text[here : limit.start])
        ):
            value.range = limit.range
            _unit_within(ground, limit, value)
            return limit.end + _unit_length(ground, limit.end, value)
    if not (wide or value.unit or value.flag):
        return None
    body = ranges.match_at(ground.text, here)
    quoted = ranges.from_match(body, body[0]) if body else None
    if body is None or quoted is None or (body["low"] is None and not (wide or value.unit or value.flag)):
        return None
    value.range = quoted
    return body.end() + _unit_length(ground, body.end(), value)


def _unit_within(ground: Ground, limit: marks.Limit, value: Value) -> None:
    """ "36  Reference Range: 21-72 IU/L": the unit stands inside the quoted limits."""
    tail = re.search(r"[a-z%/][^\s)]*$", ground.text[limit.start : limit.end].rstrip(" )]"))
    unit = units.find(ground.text, limit.start + tail.start()) if tail and value.unit is None else None
    if unit and unit.complete:
        value.unit = unit


def _only_filler(text: str) -> bool:
    return (
        re.fullmatch(r"[\s(\[,;:-]*(?:and|the|where|but|with|lab|my|a|is|y)?(?:\s?the|\s?my)?[\s(\[]*", text)
        is not None
    )


def _unit_length(ground: Ground, position: int, value: Value) -> int:
    """The unit that follows a range ("21-72 IU/L") is the value's too, where the value has none."""
    start = position + (ground.text[position : position + 1] == " ")
    unit = units.find(ground.text, start)
    if unit is None or not (unit.complete or unit.ucum[0] == "%"):
        return 0
    if value.unit is None:
        value.unit = unit
    return unit.end - position


def _attach_flag(ground: Ground, value: Value, here: int, *, wide: bool) -> int | None:
    match = FLAG.match(ground.text, here)
    if value.flag or match is None or ground.name_at(here):
        return None
    written = ground.original[match.start("flag") : match.end("flag")]
    bracketed = ground.text[here] in "(["
    letter = len(written) <= 2 and written.lower() not in {"hi", "lo"}
    if letter and not (written.isupper() or bracketed):
        return None
    if letter and written in {"A", "N"} and not (bracketed or wide):
        return None
    after = match.end()
    if not letter and not bracketed and (ground.name_at(after) or ground.name_at(after + 1)):
        return None  # "TSH 5.2 low vitamin D": low belongs to what follows
    critical = written.lower().startswith("crit")
    if critical and not (bracketed or wide):
        return None
    value.flag = FLAGS.get(match["flag"]) or ("AA" if critical else None)
    return match.end()

"""What stands beside a number on its line: unit, flag and range, in whatever order."""

import re

from clinical import extract_marks as marks
from clinical import ranges, units
from clinical.extract_value import FILLER, Ground, Value
from clinical.types import Interpretation

LINE_GAP = re.compile(r"[ |;,]*(?:\(calc(?:ulated)?\)|calc\b)?[ |;,]*")
TOLD_BY = (
    r"(?:(?:is|was|and|it'?s|which|that|they|(?:the |my )?(?:lab|report|portal|paper)) )*"
    r"(?:(?:flagged|marked|listed|shown|labell?ed|flags|marks)(?: it)?(?: as)?"
    r"|(?:lab|report|portal|paper) (?:says|said|calls|called)(?: it'?s| it is| it)?) "
)
"""Who calls it so: "platelets are 152, they flagged it as low"."""
FLAG = re.compile(
    rf"[(\[*]?\s?(?:{TOLD_BY})?"
    r"(?P<flag>hh|ll|h|l|a|aa|n|high|low|hi|lo|abnormal|abn|alert|critical|crit|positive|negative|pos|neg"
    r"|reactive|non[ -]?reactive|not reactive|not detected|detected|[↑↓⬆⬇▲▼])(?:\s?\*|\))*(?![\w']"
    r"| (?:carb|fat|salt|dose|energy|risk)\b)"
)
FLAGS: dict[str, Interpretation] = {
    "h": "H", "l": "L", "hh": "HH", "ll": "LL", "a": "A", "aa": "AA", "n": "N",
    "high": "H", "hi": "H", "low": "L", "lo": "L", "↑": "H", "⬆": "H", "▲": "H", "↓": "L", "⬇": "L", "▼": "L",
    "abnormal": "A", "abn": "A", "alert": "A", "positive": "A", "pos": "A", "reactive": "A",
    "negative": "N", "neg": "N", "nonreactive": "N", "non-reactive": "N",
    "non reactive": "N", "not reactive": "N", "not detected": "N", "detected": "A",
}  # fmt: skip
EARLIER = re.compile(r" {2,}(?:[<>]?\d[\d.,]* +(?:(?:high|low|h|l) +)?)?\d{1,2}/\d{1,2}/\d{2,4}\b")
ASKING = re.compile(r" ?(?:\?|(?:or|o) (?:is it |just |ok|okay|fine|good|bad|normal|high|low|not)\b)")
ASKED = re.compile(
    r"(?:^|[.!?;\n,] ?|\b(?:and|so|but|hi|hello|ok) )"
    r"(?:is|are|isn'?t|aren'?t|would|could|does|do you think|is it true)\b"
    r"[^.!?;\n]*$|\b(?:if|whether)\b[^.!?;\n]{0,40}$"
)
GLUED_S = re.compile(r"s\b")


def attach(ground: Ground, value: Value) -> None:
    """Take in the unit, flag and range that follow on the line, in whatever order the laboratory has them."""
    text, position = ground.text, value.number_end
    for _ in range(5):
        here = _past_gap(ground, position)
        wide = any(column in text[position:here] for column in ("  ", "|"))
        taken = (
            _attach_unit(ground, value, here)
            or _attach_range(ground, value, here, wide=wide)
            or _attach_flag(ground, value, here, wide=wide)
        )
        if not taken:
            break
        position = value.end = taken
    if earlier := EARLIER.match(text, position):
        _attach_columns(ground, value, earlier.end())


def _attach_columns(ground: Ground, value: Value, position: int) -> None:
    """ "5.87 High  3.10 03/14/2025  uIU/mL  0.45-4.5": unit and limits stand behind an earlier result."""
    end = value.end
    position = _attach_unit(ground, value, _past_gap(ground, position)) or position
    _attach_range(ground, value, _past_gap(ground, position), wide=True)
    value.end = end


def _past_gap(ground: Ground, position: int) -> int:
    gap = LINE_GAP.match(ground.text, position)
    return gap.end() if gap else position


def _attach_unit(ground: Ground, value: Value, here: int) -> int | None:
    start = here + (ground.text[here : here + 1] == "(")
    in_the_300s = here == value.number_end and GLUED_S.match(ground.text, here)
    if value.unit or value.grade or in_the_300s:
        return None
    unit = units.find(ground.text, start)
    if (
        unit is None
        or _is_name_only(ground, unit)
        or _is_mother(ground, unit)
        or ground.letter_at(unit.start)
    ):
        return None
    value.unit = unit
    return unit.end + (ground.text[unit.end : unit.end + 1] == ")" and start != here)


def _is_mother(ground: Ground, unit: units.UnitText) -> bool:
    """ "INR 5.1 mom is scared": only written "MoM" is it a multiple of the median."""
    return unit.text == "mom" and ground.original[unit.start : unit.end] != "MoM"


def _is_name_only(ground: Ground, unit: units.UnitText) -> bool:
    """ "5 mg 2.1": magnesium, or milligrams? A number right behind makes it a name; so does a longer name."""
    if unit.complete and not unit.ucum[0].startswith("{"):
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
    told_apart = wide or bool(value.unit or value.flag) or _is_sign_right_behind(ground, value, here)
    body = ranges.match_at(ground.text, here)
    quoted = ranges.from_match(body, body[0]) if body else None
    if body is None or quoted is None or (body["low"] is None and not told_apart):
        return None
    if body["low"] is not None and "-" not in body[0] and not wide:
        return None  # "0.01, 0.01 and 0.02" are three results
    if not told_apart and not _closes_line(ground, body):
        return None
    value.range = quoted
    return body.end() + _unit_length(ground, body.end(), value)


def _is_sign_right_behind(ground: Ground, value: Value, here: int) -> bool:
    """ "Creatinine 1.28 <1.17": nobody tells two results so; the second is the laboratory's limit."""
    sign, number = ground.text[here : here + 1], ground.text[here + 1 : here + 2]
    return here == value.number_end + 1 and sign in ("<", ">", "≤", "≥") and number.isdigit()


def _closes_line(ground: Ground, body: re.Match[str]) -> bool:
    """ "Hemoglobin 13.2 12.0 - 16.0 g/dL": limits right behind a value end its line."""
    end = body.end() + (ground.text[body.end() : body.end() + 1] == " ")
    unit = units.find(ground.text, end)
    end = unit.end if unit else end
    flag = FLAG.match(ground.text, end + (ground.text[end : end + 1] == " "))
    rest = ground.text[(flag.end() if flag else end) :].lstrip(" ")[:1]
    return "-" in body[0] and rest in ("", "\n", ";", ",", "|")


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


def _is_asked(text: str, value: Value, after: int) -> bool:
    """ "Is potassium 4.9 high", "sodium 138 low?": a question is nobody's flag."""
    return (
        ASKING.match(text, after) is not None
        or ASKED.search(text[max(0, value.start - 80) : value.start]) is not None
    )


def _attach_flag(ground: Ground, value: Value, here: int, *, wide: bool) -> int | None:
    match = FLAG.match(ground.text, here)
    if value.flag or match is None or ground.name_at(here):
        return None
    written = ground.original[match.start("flag") : match.end("flag")]
    bracketed = ground.text[here] in "(["
    letter = written.isalpha() and len(written) <= 2 and written.lower() not in {"hi", "lo"}
    if letter and not (written.isupper() or bracketed):
        return None
    if letter and written in {"A", "N"} and not (bracketed or wide):
        return None
    after = match.end()
    if not letter and not bracketed and (ground.name_at(after) or ground.name_at(after + 1)):
        return None  # "TSH 5.2 low vitamin D": low belongs to what follows
    if not letter and not bracketed and _is_asked(ground.text, value, after):
        return None
    critical = written.lower().startswith("crit")
    if critical and not (bracketed or wide):
        return None
    value.flag = FLAGS.get(match["flag"]) or ("AA" if critical else None)
    return match.end()

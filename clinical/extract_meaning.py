"""From a number beside a name to a result: canonical value, unit, limits, date, whose; kept once."""

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from clinical import units
from clinical.analyte import Analyte
from clinical.extract_context import Context, analyte_of, is_share, other_part, plausible
from clinical.extract_doses import is_count_of_tests, is_dose
from clinical.extract_owners import Link
from clinical.extract_value import Value
from clinical.extract_words import GRADES, WordValue
from clinical.numbers import Number
from clinical.tables import table
from clinical.types import LabMention, ReferenceRange

TIME = re.compile(
    r"\b(?:last (?:week|month|year|night)|yesterday|today|now|this (?:week|month|morning)|again|repeat\w*"
    r"|retest\w*|\w+ (?:weeks?|months?|years?|days?) (?:ago|back|later))\b"
)
THEN = re.compile(r",? ?(?:(?:and )?then(?: back)?(?: to)?|->|-->|=>) ?")
AT_AGE = re.compile(r",? ?(?:at|@) (?:age )?")
THOUSAND = 1000
IN_LAKHS = 20  # no platelet limit in lakhs ends higher
MINUS = re.compile(r"[\s:=(]-$")
THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
DOTTED = re.compile(r"\d{1,3}\.\d00")
MICROSCOPY = ("/[HPF]", "/[LPF]")


def mentions_of(links: Sequence[Link], words: Sequence[WordValue], context: Context) -> list[LabMention]:
    """The results of a text, in order."""
    found: list[tuple[LabMention, bool]] = []
    shares = any(is_share(link.name.analyte, link.value, context.lexicon) for link in links)
    context = replace(context, shares=shares)
    for index, link in enumerate(links):
        earliest = _earliest(links, index, context)
        until = _until(links, index, context)
        analyte = analyte_of(link.name, link.value, context, earliest=earliest)
        if link.series and index and analyte is link.name.analyte:
            analyte = other_part(analyte, link.name, links[index - 1].value.end, link.value.start, context)
        if is_dose(link, analyte, context) or _is_far_fetched(link, analyte):
            continue
        if _is_age(link, links[index - 1] if index else None, context.folded):
            continue
        if link.corrects:
            _take_back(found, analyte, None)
        if link.denied:
            _take_back(found, analyte, link.value.numbers[0].readings[0] if link.value.numbers else None)
            continue
        found += [
            (mention, link.again) for mention in _mentions(link, analyte, context, max(until, link.value.end))
        ]
    for word in words:
        mention = _word_mention(word, context)
        graded = word.value in GRADES and context.catalogue[mention.analyte].kind == "quantity"
        if not graded:  # "sugar +++" is one in urine alone
            found.append((mention, False))
    found.sort(key=lambda pair: pair[0].start)
    return _asked_about(_once([*_with_later_limits(found, context)], context), context)


def _is_far_fetched(link: Link, analyte: Analyte) -> bool:
    """A number that only "it was" or a series ties to a test must be one this test can have."""
    value = link.value
    if not (link.again or link.series) or not value.numbers or analyte.kind != "quantity":
        return False
    if (
        value.unit
        and value.unit.complete
        and not units.fits(units.resolve(value.unit.text, analyte) or "", analyte)
    ):
        return True
    return not any(plausible(analyte, reading, None) for reading in value.numbers[0].readings)


def _is_age(link: Link, before: Link | None, text: str) -> bool:
    """ "AMH 0.4 at 39": the age it was measured at."""
    if not link.series or before is None or not before.value.numbers or not link.value.numbers:
        return False
    gap, number = text[before.value.end : link.value.start], link.value.numbers[0].readings[0]
    fine = "." in before.value.numbers[0].readings[0] or before.value.sign != ""
    return (
        fine
        and AT_AGE.fullmatch(gap) is not None
        and number.isdigit()
        and len(number) == 2
        and not link.value.unit
    )


def _until(links: Sequence[Link], index: int, context: Context) -> int:
    """Where what is said of this number ends: at the next test's name, or at the next number in a series."""
    if index + 1 == len(links):
        return len(context.folded)
    following = links[index + 1]
    return following.value.start if following.series or following.again else following.name.start


def _take_back(found: list[tuple[LabMention, bool]], analyte: Analyte, value: str | None) -> None:
    """Drop the last result of this test: this value of it, or whichever was last."""
    for index in range(len(found) - 1, -1, -1):
        mention = found[index][0]
        if mention.analyte == analyte.key and value in (None, mention.value):
            del found[index]
            return


def _earliest(links: Sequence[Link], index: int, context: Context) -> int:
    """Where words like "fasting" begin to count for this number: after the last one, in its sentence."""
    link = links[index]
    start, _ = context.sentence(link.value.start)
    start = min(start, link.name.start)
    if index and links[index - 1].value.end > start:
        start = links[index - 1].value.end
        if link.series and not any(
            span.start >= start and span.end <= link.value.start for span in context.qualifiers
        ):
            return _earliest(links, index - 1, context)
    return start


def _mentions(link: Link, analyte: Analyte, context: Context, until: int) -> list[LabMention]:
    value = link.value
    if is_count_of_tests(link, analyte, context.folded):
        return []
    unit, unit_text = _unit(value, analyte)
    before = context.folded[max(0, value.start - 2) : value.start]
    said = [_canonical(value, number, analyte, unit, before) for number in value.numbers] or [
        value.titer or ""
    ]
    if len(said) == 2:
        if _is_own_range(analyte, said, value):
            return []
        if _stays_a_range(analyte, value):
            said = ["-".join(said)]
    if value.grade:
        said = [value.grade]
    mention = LabMention(
        analyte=analyte.key,
        loinc=analyte.primary_loinc,
        text=context.text[link.name.start : link.name.end],
        value=said[0],
        start=min(link.name.start, value.start) if not (link.again or link.series) else value.start,
        end=max(value.end, link.name.end) if not (link.again or link.series) else value.end,
        unit=unit,
        unit_text=unit_text,
        range=_same_counting(value, analyte),
        flag=value.flag,
        effective=link.day or context.date_of(value.start, value.end, until),
        subject=context.people.at(value.start),
    )
    return [mention, *(replace(mention, value=other, start=value.numbers[1].start) for other in said[1:])]


def _same_counting(value: Value, analyte: Analyte) -> ReferenceRange | None:
    """ "wbc 3k (4-11)", "wbc 7.4 (4000-11000)": the limits in full counts or thousands, as the value is."""
    own = value.range
    end = (own.high or own.low) if own else None
    if own is None or not end or not value.numbers:
        return own
    by = _scale(Decimal(value.numbers[0].readings[0]), value.numbers[0].factor, end, analyte, value)
    low, high = (None if limit is None else limit * by for limit in (own.low, own.high))
    return own if by == 1 else replace(own, low=low, high=high, unit=None)


def _scale(amount: Decimal, factor: int, end: Decimal, analyte: Analyte, value: Value) -> Decimal:
    """What limits that end here are multiplied with: only where the two cannot be of one counting."""
    if factor > 1:
        in_thousands = factor > THOUSAND and end >= IN_LAKHS
        return Decimal(1 if end >= THOUSAND else THOUSAND if in_thousands else factor)
    if value.unit or analyte.unit != "10*3/uL":
        return Decimal(1)
    if end >= THOUSAND > amount:
        return 1 / Decimal(THOUSAND)
    return Decimal(THOUSAND if amount >= end * 10 and amount >= THOUSAND // 2 else 1)


def _unit(value: Value, analyte: Analyte) -> tuple[str | None, str | None]:
    """The unit as UCUM and as written; half a unit ("mg") is made whole where the test is given so."""
    if value.unit is None:
        return None, None
    text = value.unit.text
    code = units.resolve(text, analyte)
    if value.unit.complete or (code and units.fits(code, analyte)):
        return code, text
    half = units.halves(code, analyte)
    return (half[0] if half else None), text


def _canonical(value: Value, number: Number, analyte: Analyte, unit: str | None, before: str) -> str:
    readings = number.readings
    if unit and not units.fits(unit, analyte):
        unit = None
    fitting = [reading for reading in readings if plausible(analyte, reading, unit)]
    reading = (fitting or list(readings))[0]
    if (
        analyte.key in table("words")["whole_numbers"]["keys"]
        and THOUSANDS.fullmatch(readings[0])
        and len(fitting) > 1
    ):
        reading = fitting[1]  # "beta hcg 1.250": no one counts it to three places
    if analyte.unit == "10*3/uL" and unit is None and DOTTED.fullmatch(readings[0]) and len(fitting) > 1:
        reading = fitting[1]  # "leucocitos 6.700": no one counts white cells to three places
    if reading.isdigit():
        reading = str(int(reading))
    below_zero = analyte.plausible and (analyte.plausible.low or 0) < 0 and MINUS.search(before)
    return f"{value.sign}{'-' if below_zero else ''}{reading}"


def _stays_a_range(analyte: Analyte, value: Value) -> bool:
    """ "4-6 cells" seen in a microscope's field is one result; "120 to 125" of blood sugar are two."""
    return bool(
        (analyte.unit in MICROSCOPY)
        or analyte.kind in {"ordinal", "text"}
        or (value.unit and value.unit.ucum[0] in MICROSCOPY)
    )


def _is_own_range(analyte: Analyte, said: list[str], value: Value) -> bool:
    """ "potassium 3.5-5.1" names the range, no result."""
    if not value.hyphen:
        return False
    low, high = Decimal(said[0].lstrip("<>=")), Decimal(said[1])
    return any(_near(low, row.limits.low) and _near(high, row.limits.high) for row in analyte.ranges)


def _near(number: Decimal, limit: Decimal | None) -> bool:
    return limit is not None and abs(limit - number) <= limit / 10


def _word_mention(word: WordValue, context: Context) -> LabMention:
    analyte = analyte_of(word.name, None, context, earliest=0)
    return LabMention(
        analyte=analyte.key,
        loinc=analyte.primary_loinc,
        text=context.text[word.name.start : word.name.end],
        value=word.value,
        start=min(word.name.start, word.start),
        end=max(word.end, word.name.end),
        effective=context.date_of(word.start, word.end, len(context.folded)),
        subject=context.people.at(word.start),
    )


def _with_later_limits(
    found: list[tuple[LabMention, bool]], context: Context
) -> list[tuple[LabMention, bool]]:
    """Limits quoted a little later in the sentence, or above the value in its block, belong to it too."""
    result = list(found)
    for limit in context.limits:
        if any(mention.range is limit.range for mention, _ in result):
            continue
        index = _owner_of_limit(result, limit.start, limit.end, context)
        if index is not None:
            mention, again = result[index]
            unit = mention.unit or _unit_of_limit(mention, limit.range, context)
            result[index] = (replace(mention, range=limit.range, unit=unit), again)
    return result


def _unit_of_limit(mention: LabMention, limit: ReferenceRange, context: Context) -> str | None:
    """ "Normal range: 11.7 - 15.5 g/dL" above "11.2": both are in the unit the one names."""
    analyte = context.catalogue[mention.analyte]
    return limit.unit if limit.unit and units.fits(limit.unit, analyte) else None


def _owner_of_limit(
    found: list[tuple[LabMention, bool]], start: int, end: int, context: Context
) -> int | None:
    before = [index for index, (mention, _) in enumerate(found) if mention.end <= start]
    if before:
        mention = found[before[-1]][0]
        gap = context.folded[mention.end : start]
        if mention.range is None and len(gap) <= 80 and "\n" not in gap and not re.search(r"[.!?]\s", gap):
            return before[-1]
    for index, (mention, _) in enumerate(found):
        if mention.start <= start and mention.end >= end and mention.range is None:
            return index
    return None


def _once(found: list[tuple[LabMention, bool]], context: Context) -> list[LabMention]:
    """A result told again is one result, unless the text says it was measured at another time."""
    kept: list[LabMention] = []
    seen: dict[tuple[str, Decimal | str], list[LabMention]] = {}
    for index, (mention, again) in enumerate(found):
        key = (mention.analyte, _comparable(mention.value))
        earlier = seen.setdefault(key, [])
        same = [
            other
            for other in earlier
            if other.effective == mention.effective or not mention.effective or not other.effective
        ]
        back = index > 0 and _came_back(found[index - 1][0], mention, context)
        if same and not back and (again or not _another_time(mention, context)):
            continue
        earlier.append(mention)
        kept.append(mention)
    return kept


def _came_back(before: LabMention, mention: LabMention, context: Context) -> bool:
    """ "0.02 then 0.03 then 0.02": the third is a third measurement."""
    gap = context.folded[before.end : mention.start]
    return (
        before.analyte == mention.analyte
        and before.value != mention.value
        and THEN.fullmatch(gap) is not None
    )


def _comparable(value: str) -> Decimal | str:
    return Decimal(value) if re.fullmatch(r"\d+(?:\.\d+)?", value) else value


def _another_time(mention: LabMention, context: Context) -> bool:
    start, end = context.sentence(mention.start)
    return TIME.search(context.folded[start:end]) is not None


def _asked_about(mentions: list[LabMention], context: Context) -> list[LabMention]:
    """Where the writer gives results of their own too, another person's are only told of."""
    own = [mention for mention in mentions if mention.subject == "patient"]
    others = {mention.analyte for mention in mentions if mention.subject != "patient"}
    unsaid = not any(context.people.is_said(mention.start) for mention in own)
    if not own or (unsaid and not any(mention.analyte in others for mention in own)):
        return [replace(mention, asked_about=mention.subject != "pet") for mention in mentions]
    return [replace(mention, asked_about=mention.subject == "patient") for mention in mentions]

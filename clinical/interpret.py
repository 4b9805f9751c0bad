"""What a result means for this person: by the lab's range, its flag, the catalogue, or not judged."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from clinical import background, interpret_units, interpret_words, units
from clinical.analyte import Analyte, Limits, RangeRow
from clinical.catalogue import Catalogue
from clinical.interpret_rows import SEVERITY, RowVerdict, critical, is_child, place, verdict, worse
from clinical.overrides import CLINIC, is_clinics
from clinical.tables import table
from clinical.types import Interpretation, Judgement, Person, ReferenceRange, Result
from clinical.values import Amount, amount, titer

VOID = {"entered-in-error", "cancelled", "registered", "unknown"}
ASK_UNIT = "What unit does the report show next to the number?"
ASK_RANGE = "What normal range does the report show next to the number?"
ASK_MARK = "The mark and the range do not agree. What does the report say exactly?"
OF_THE_MEDIAN = "{M.o.M}"  # "hCG 0.9 MoM" is a screen's comparison, and no hCG of 0.9
ASKS = {
    "sex": "Is this result for a woman or a man?",
    "age": "How old is the person this result is for?",
    "phase": ASK_RANGE,
}


def judge(result: Result, person: Person, on: date, catalogue: Catalogue) -> Judgement:
    """The verdict on one result, with its rule. `on` is today, for results without a date of their own.

    `interpretation` None is *not judged*, with the reason, and in `ask` the one question that would help.
    """
    if result.status in VOID:
        return _not(result.status, "The lab took this result back, or has not given it yet.")
    if person.childhood and person.birth_date is None:
        return _at_every_age(result, person, on, catalogue)
    analyte = catalogue.get(result.analyte)
    number = amount(result.value)
    if number is None:
        return _settled(_judge_words(result, analyte), result)
    short = _short_of_goal(number, result, analyte, person)
    if short:
        return _settled(short, result)
    age = person.age_on(result.effective or on)
    own = (
        result.range
        if result.range and (result.range.low is not None or result.range.high is not None)
        else None
    )
    if own:
        return _settled(_by_laboratory(number, own, result, analyte, age), result)
    if result.flag and result.flag not in ("A", "AA"):
        return _settled(_by_flag(number, result, analyte, age), result)
    judged = _by_catalogue(number, result, analyte, person, age)
    if result.flag and worse(judged.interpretation, result.flag) != judged.interpretation:
        judged = Judgement(result.flag, "laboratory-flag", "The lab marked this as not normal.")
    return _settled(judged, result)


def _at_every_age(result: Result, person: Person, on: date, catalogue: Catalogue) -> Judgement:
    """The verdict on a result of a child of unknown age, or of who may be one: the mildest, where every age
    they may have gives the same side; else the age is asked."""
    rules = table("judging")
    ages = [*rules["ages_of_a_child"], *([rules["age_of_the_grown"]] if person.childhood == "unsure" else [])]
    day = result.effective or on
    born = (date(day.year - age, day.month, min(day.day, 28)) for age in ages)
    found = [judge(result, replace(person, birth_date=each), on, catalogue) for each in born]
    sides = {(each.interpretation or "?")[0] for each in found}
    if len(sides) == 1 and "?" not in sides:
        return min(found, key=lambda each: SEVERITY[each.interpretation or "N"])
    if all(each.interpretation is None for each in found) and len({each.rule for each in found}) == 1:
        return found[-1]
    unit = next((each.unit for each in found if each.unit), None)
    return replace(_not("age", "The usual range is not the same at every age.", ASKS["age"]), unit=unit)


def _short_of_goal(
    number: Amount, result: Result, analyte: Analyte | None, person: Person
) -> Judgement | None:
    """ "INR 1.3" on warfarin is low: the usual range is of people who do not take it. So is the laboratory's,
    unless it begins above the usual one, and is a goal itself."""
    goal = table("judging")["goal"].get(analyte.key) if analyte else None
    if not goal or not analyte or background.medicines(person).isdisjoint(goal["medicines"]):
        return None
    low, high = Decimal(goal["low"]), Decimal(goal["high"])
    if number.high is None or number.high >= low:
        return None
    usual = max((row.limits.high for row in analyte.ranges if row.limits.high is not None), default=low)
    if result.range and result.range.low is not None and result.range.low > usual:
        return None
    aim = ReferenceRange(low, high, None, goal["source"])
    return Judgement("L", "goal-on-medicine", goal["reason"], aim, result.unit or analyte.unit)


def _not(rule: str, reason: str, ask: str | None = None) -> Judgement:
    return Judgement(None, f"not-judged:{rule}", reason, ask=ask)


def _settled(judgement: Judgement, result: Result) -> Judgement:
    """A result that is not final is judged, and said to be so."""
    if result.status not in ("preliminary", "partial"):
        return judgement
    return Judgement(
        judgement.interpretation, judgement.rule, f"{judgement.reason} The lab has not made it final yet.",
        judgement.range, judgement.unit, judgement.unit_inferred, judgement.ask,
    )  # fmt: skip


def _judge_words(result: Result, analyte: Analyte | None) -> Judgement:
    dilution = titer(result.value)
    found: Interpretation | None
    if dilution is not None:
        found = _titer(dilution, result, analyte)
    else:
        found = interpret_words.judge_word(result.value, analyte, result.range.text if result.range else None)
    flagged = worse(found, result.flag)
    if flagged is None:
        return _not("words", "We do not know what the lab expects here.", ASK_RANGE)
    if flagged != found:
        return Judgement(flagged, "laboratory-flag", "The lab marked it so.", result.range)
    rule = "laboratory-range" if result.range else "catalogue-range"
    return Judgement(
        flagged,
        rule,
        "This is what is expected." if flagged == "N" else "This is not the usual result.",
        result.range,
    )


def _titer(dilution: Decimal, result: Result, analyte: Analyte | None) -> Interpretation | None:
    """A titer against the lab's limit ("<1:40"), or the catalogue's."""
    chance = table("judging")["screening_chance"].get(analyte.key) if analyte else None
    if chance:
        return _chance(dilution, titer(chance["positive"]), titer(chance["negative"]))
    below = result.value.strip().startswith("<")
    limit = titer(result.range.text) if result.range and result.range.text else None
    strict = bool(result.range and result.range.text and result.range.text.strip().startswith("<"))
    if limit is None and analyte:
        quoted = [found for word in analyte.expected if (found := titer(word)) is not None]
        strict = any(word.strip().startswith("<") for word in analyte.expected)
        limit = max(quoted, default=None)
        if limit is None and analyte.ranges:
            limit = analyte.ranges[0].limits.high
    if limit is None and analyte and not analyte.ranges and _is_expected_negative(analyte):
        return "N" if below else "A"  # RPR "1:4": reactive at any dilution is a finding
    if limit is None:
        return None
    if below:
        return "N" if dilution <= limit else None
    return "A" if dilution > limit or (strict and dilution == limit) else "N"


def _chance(one_in: Decimal, positive: Decimal | None, negative: Decimal | None) -> Interpretation | None:
    """ "1:41" is a greater chance than "1:100"; between the cut-offs of different screens nothing is said."""
    if positive is not None and one_in <= positive:
        return "A"
    return "N" if negative is not None and one_in >= negative else None


def _by_laboratory(
    number: Amount, own: ReferenceRange, result: Result, analyte: Analyte | None, age: int | None
) -> Judgement:
    strict = bool(
        own.text
        and own.text.strip().startswith("<")
        and not own.text.strip().startswith(("<=", "< or", "< OR"))
    )
    standing = _in_unit_of(own, number, result, analyte)
    if standing is None:
        return _not("units-differ", "The result and its range are in units that do not fit.", ASK_UNIT)
    found = place(standing, Limits(own.low, own.high), below_high=strict)
    if found == "N" and _is_doubtful(number, result, analyte, age):
        return _not(
            "range-doubtful",
            "This number would be far out for most people, and yet inside the range as written.",
            ASK_RANGE,
        )
    beyond = _critical_of(number, result, analyte, age, found)
    final = worse(worse(found, result.flag), beyond)
    if final is None:
        return _not(
            "comparator",
            "This could be inside or outside the lab's range.",
            "What does the report say exactly?",
        )
    if beyond and final == beyond and final != result.flag:
        return Judgement(final, *_beyond(analyte), own, result.unit)
    if found == "N" and final in ("H", "L"):
        # Never a false normal, and no limit is quoted that would show the opposite.
        reason = "The lab marked it so, and yet it is inside the range as written."
        return Judgement(final, "laboratory-flag", reason, None, result.unit, ask=ASK_MARK)
    if final != found:
        return Judgement(final, "laboratory-flag", "The lab marked it so.", own, result.unit)
    return Judgement(final, "laboratory-range", "This is by the lab's own range.", own, result.unit)


def _in_unit_of(
    own: ReferenceRange, number: Amount, result: Result, analyte: Analyte | None
) -> Amount | None:
    """The amount in the unit of its range: "4.9 mmol/L (70-99 mg/dL)" is 88 there. None: no fit."""
    if own.unit is None or result.unit is None or own.unit == result.unit:
        return number
    factor = units.ratio(result.unit, own.unit)
    if factor is None and analyte:
        here, there = (units.factor_to_canonical(unit, analyte) for unit in (result.unit, own.unit))
        factor = here / there if here and there else None
    if factor is None:
        return None
    low, high = (None if end is None else end * factor for end in (number.low, number.high))
    return Amount(low, high, number.strict)


def _critical_of(
    number: Amount, result: Result, analyte: Analyte | None, age: int | None, found: Interpretation | None
) -> Interpretation | None:
    """LL or HH, where the unit is sure and the lab's own range does not call the result normal."""
    if analyte is None or analyte.critical is None or found == "N" or (age is not None and age < 1):
        return None
    canonical = _sure_amount(number, result, analyte)
    beyond = critical(canonical, analyte.critical) if canonical else None
    return beyond if beyond and (found is None or found[0] == beyond[0]) else None


def _is_doubtful(number: Amount, result: Result, analyte: Analyte | None, age: int | None) -> bool:
    """ "Potassium 7.2 (3.5-51)": no laboratory calls a critical value normal; the range was misread."""
    if analyte is None or analyte.critical is None or (age is not None and is_child(age, analyte)):
        return False
    canonical = _sure_amount(number, result, analyte)
    return canonical is not None and critical(canonical, analyte.critical) is not None


def _sure_amount(number: Amount, result: Result, analyte: Analyte) -> Amount | None:
    if result.unit and units.fits(result.unit, analyte):
        return interpret_units.to_canonical(number, result.unit, analyte)
    if result.unit is None:
        bare = interpret_units.infer(number, analyte, Person(), None)
        return bare.amount if bare and bare.unlikely <= 1 else None
    return None


def _by_flag(number: Amount, result: Result, analyte: Analyte | None, age: int | None) -> Judgement:
    beyond = _critical_of(number, result, analyte, age, None)
    if beyond and result.flag and (result.flag == "N" or beyond[0] == result.flag[0]):
        return Judgement(beyond, *_beyond(analyte), unit=result.unit)
    return Judgement(result.flag, "laboratory-flag", "The lab marked it so.", unit=result.unit)


def _by_catalogue(
    number: Amount, result: Result, analyte: Analyte | None, person: Person, age: int | None
) -> Judgement:
    if analyte is None:
        return _not("unknown-test", "We do not know this test well enough.", ASK_RANGE)
    if result.unit == OF_THE_MEDIAN and not units.fits(result.unit, analyte):
        return _not("of-the-median", "This compares you with others. It is not an amount.", ASK_RANGE)
    if not analyte.ranges and analyte.critical is None:
        return _of_expected(number, analyte)
    sure = _sure_reading(number, result, analyte, person, age)
    inferred = sure is None
    found = (
        sure
        or _in_company(number, result, analyte, person, age)
        or interpret_units.infer(number, analyte, person, age)
    )
    if found is None:
        critical_somewhere = interpret_units.could_be_critical(number, analyte, person, age)
        rule = "no-unit-could-be-critical" if critical_somewhere else "no-unit"
        return _not(rule, "The same number can be fine in one unit and not in another.", ASK_UNIT)
    if (
        inferred
        and result.unit is not None
        and found.interpretation == "N"
        and not _lost_its_prefix(result.unit)
    ):
        return _not("unit-unsure", "In the unit as written that number does not fit this test.", ASK_UNIT)
    beyond = critical(found.amount, analyte.critical) if found.unlikely <= 1 or not inferred else None
    if is_child(age, analyte) and found.verdict.row is None:
        return _of_child(beyond, found, age, inferred, analyte)
    return _from_reading(found, beyond, analyte, inferred)


def _sure_reading(
    number: Amount, result: Result, analyte: Analyte, person: Person, age: int | None
) -> interpret_units.Reading | None:
    """The reading in the unit that was said; none when that unit cannot be right ("TSH 0.47 U/mL")."""
    if result.unit is None or not units.fits(result.unit, analyte):
        return None
    found = interpret_units.reading(number, result.unit, analyte, person, age)
    if found is None:
        return None
    if found.unlikely > 1:
        better = [
            other for unit in units.known_units(analyte)
            if (other := interpret_units.reading(number, unit, analyte, person, age)) and other.unlikely <= 1
        ]  # fmt: skip
        return None if better else found
    return found


def _in_company(
    number: Amount, result: Result, analyte: Analyte, person: Person, age: int | None
) -> interpret_units.Reading | None:
    """A bare number in the unit that the results beside it make sure of."""
    if result.unit is not None or result.likely_unit is None:
        return None
    found = interpret_units.reading(number, result.likely_unit, analyte, person, age)
    return found if found and found.unlikely <= 1 else None


def _lost_its_prefix(unit: str) -> bool:
    """ "TSH 2.1 U/mL": the micro sign is what phones and portals drop. Any other unit that cannot be right is
    a doubt, and a doubt is never resolved into normal."""
    return unit.partition("/")[0] in table("judging")["unit_guess"]["loses_prefix"]


def _of_expected(number: Amount, analyte: Analyte) -> Judgement:
    """A count of what should not be there: none is as expected, any other number needs the lab's range."""
    if _is_expected_negative(analyte) and number.low == 0 and number.high == 0:
        return Judgement("N", "catalogue-range", "None was found, as expected.")
    growth = table("judging")["growth"].get(analyte.key)
    most = number.high if number.high is not None else number.low
    if growth and most is not None and most >= Decimal(growth["at_least"]):
        return Judgement("A", "catalogue-range", "So many germs are more than a stray few.")
    return _not("no-range", "We have no trusted range for this test.", ASK_RANGE)


def _is_expected_negative(analyte: Analyte) -> bool:
    return any(interpret_words.canonical(word) in interpret_words.NEGATIVES for word in analyte.expected)


def _beyond(analyte: Analyte | None) -> tuple[str, str]:
    """The rule and the reason of a critical limit; a clinic's own is named as that, with who approved it."""
    limits = analyte.critical if analyte else None
    if limits and is_clinics(limits):
        approved = (limits.source or "").removeprefix(CLINIC).strip()
        return "clinic-critical-limit", f"{table('remarks')['clinic']['limit']} {approved}"
    return "critical-limit", "It is past the point where labs call right away."


def _of_child(
    beyond: Interpretation | None,
    found: interpret_units.Reading,
    age: int | None,
    inferred: bool,
    analyte: Analyte,
) -> Judgement:
    if beyond and age is not None and age >= 1:
        return Judgement(beyond, *_beyond(analyte), None, found.unit, inferred)
    unjudged = _not("child", "Children have ranges of their own for this test.", ASK_RANGE)
    return replace(unjudged, unit=found.unit, unit_inferred=inferred)  # how soon still goes by the number


def _from_reading(
    found: interpret_units.Reading, beyond: Interpretation | None, analyte: Analyte, inferred: bool
) -> Judgement:
    row = found.verdict.row
    final = worse(found.verdict.interpretation, beyond)
    used = _range_in(row, found.unit, analyte) if row else None
    if final is None:
        ask = ASKS.get(found.verdict.ask or "phase", ASK_RANGE)
        return _not(found.verdict.ask or "no-range", "The usual range is not the same for everyone.", ask)
    if beyond and final == beyond:
        rule, reason = _beyond(analyte)
    elif row and is_clinics(row.limits):
        rule, reason = "clinic-range", str(table("remarks")["clinic"]["range"])
    else:
        rule, reason = "catalogue-range", "This is by the usual range for adults."
    check = "Is the number right?" if found.unlikely > 1 else None
    return Judgement(final, rule, reason, used, found.unit, inferred, check)


def _range_in(row: RangeRow, unit: str, analyte: Analyte) -> ReferenceRange | None:
    """The catalogue's range in the unit of the result."""
    factor = units.factor_to_canonical(unit, analyte)
    if factor is None or unit == analyte.unit:
        return ReferenceRange(row.limits.low, row.limits.high, None, row.limits.source) if factor else None
    low, high = (None if end is None else _rounded(end / factor) for end in (row.limits.low, row.limits.high))
    return ReferenceRange(low, high, None, row.limits.source)


def _rounded(number: Decimal) -> Decimal:
    """Three figures are as many as a range has."""
    return Decimal(f"{number:.3g}").normalize() + 0


__all__ = ["RowVerdict", "judge", "verdict"]

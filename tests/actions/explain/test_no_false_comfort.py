"""No reply calls a result normal unless a range that holds for them has it: any test, number and person."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from actions.reply import Reply
from actions.room import Room
from actions.turn import Judged, Turn
from actions.voice import Clinic, Voice
from clinical import catalogue, interpret_words, units
from clinical.analyte import Analyte, Limits, RangeRow
from clinical.interpret_rows import adult_age
from clinical.types import Interpretation, LabMention, Person, ReferenceRange
from clinical.values import Amount, amount, titer
from knowledge.library import Library
from knowledge.passages import all_passages, read_articles
from listening import stories
from tests.actions.test_judgement import view_of

TODAY = date(2026, 9, 1)
KNOWN = catalogue.load()
PREFIX_LOST = ("U/mL", "[IU]/mL", "U/L", "[IU]/L", "mol/L")
UNKNOWN_UNIT = "furlong/L"
PEOPLE = (
    Person(),
    Person(sex="female", birth_date=date(1990, 5, 1)),
    Person(sex="female", birth_date=date(1990, 5, 1), pregnant=True),
    Person(sex="male", birth_date=date(1950, 5, 1)),
    Person(sex="male", birth_date=date(2020, 5, 1)),
    Person(sex="female", birth_date=date(2026, 8, 20)),
)
NUMBERS = st.builds(
    lambda digits, power: f"{Decimal(digits).scaleb(power):f}",
    st.integers(min_value=1, max_value=999), st.integers(min_value=-4, max_value=4),
)  # fmt: skip
WORDS = st.sampled_from(
    ["negative", "positive", "trace", "2+", "few", "1:160", "<1:40", "reactive", "not detected", "clear"]
)


class Shelf(Library):
    """The articles without their vectors: a test that is named needs none."""

    def __init__(self) -> None:
        self._by_id = {passage.id: passage for passage in all_passages(read_articles())}


@cache
def room() -> Room:
    return Room(
        engine=create_engine("sqlite://"), catalogue=KNOWN, library=Shelf(),
        clinic=Clinic("Riverbend", "555-0100"), now=lambda: "2026-09-01T10:00:00.000000Z",
    )  # fmt: skip


@st.composite
def mentions(draw: st.DrawFn) -> LabMention:
    """Any test with any number, unit, range and flag, fitting or not."""
    analyte = draw(st.sampled_from(list(KNOWN.by_key.values())))
    near = [str(end) for row in analyte.ranges for end in (row.limits.low, row.limits.high) if end]
    number = draw(st.one_of(NUMBERS, st.sampled_from(near), WORDS) if near else st.one_of(NUMBERS, WORDS))
    sign = draw(st.sampled_from(["", "", "", "<", ">"])) if number[0].isdigit() and ":" not in number else ""
    unit = draw(st.sampled_from([None, None, analyte.unit, *units.known_units(analyte), UNKNOWN_UNIT]))
    own = draw(st.one_of(st.none(), st.none(), ranges()))
    flag: Interpretation | None = draw(st.sampled_from([None, None, None, "N", "H", "L", "A"]))
    return LabMention(
        analyte.key, analyte.primary_loinc, analyte.name, f"{sign}{number}", 0, 1, unit, unit, own, flag
    )


@st.composite
def ranges(draw: st.DrawFn) -> ReferenceRange:
    ends = sorted(draw(st.lists(NUMBERS.map(Decimal), min_size=2, max_size=2)))
    low, high = draw(st.sampled_from([(ends[0], ends[1]), (None, ends[1]), (ends[0], None)]))
    text = f"<= {high}" if low is None else f">= {low}" if high is None else f"{low}-{high}"
    return ReferenceRange(low, high, text, "laboratory")


def explained(told: list[LabMention], person: Person) -> tuple[Turn, list[str]]:
    """Every sentence said of these results, on every page."""
    turn = Turn(
        text="results", message_id="m", channel="web", author="patient", screen_level="none",
        intent="ask_result", today=TODAY, slots={}, view=view_of(person), hearing=stories.hear("my result"),
        results=tuple(room().judge(each, person, TODAY) for each in told), named=(), speaks_for=None,
        voice=Voice(room().clinic), patterns=(),
    )  # fmt: skip
    return turn, list(sentences(room().explainer.explain(turn)))


def sentences(reply: Reply) -> Iterator[str]:
    yield from (each.text for said in reply.said for each in said.sentences)
    yield from (str(row["text"]) for row in reply.remember.get("more") or ())


def called_fine(turn: Turn, said: list[str]) -> Iterator[Judged]:
    """The results some sentence says are as they should be."""
    for each in turn.results:
        name, value = KNOWN[each.mention.analyte].name, each.mention.value
        if any(
            line.startswith(f"{name} {value} is in range")
            or (line.startswith(f"{name} came back {value}") and "is the usual finding" in line)
            or (line.startswith("These are in range") and f"{name} {value}" in line)
            for line in said
        ):
            yield each


def is_borne_out(each: Judged, person: Person) -> bool:
    """Worked out apart from `clinical.interpret`: a range that holds for them has the whole result in it."""
    mention, analyte = each.mention, KNOWN[each.mention.analyte]
    number = amount(mention.value)
    if mention.flag not in (None, "N"):
        return False
    if number is None:
        return mention.flag == "N" or is_expected(mention.value, analyte)
    spans = [(end, end) for end in (number.low, number.high) if end is not None]
    if mention.flag == "N" and None in (number.low, number.high):
        return True  # "<30" with a range of 24 to 336: the laboratory knows, and says so
    if mention.range is not None:
        own = mention.range
        return all(inside(low, own.low, own.high) for low, _ in spans)
    if mention.flag == "N":
        return True
    every = (*units.known_units(analyte), *units.rare_units(analyte))
    candidates = (mention.unit,) if mention.unit and mention.unit not in PREFIX_LOST else every
    rows = [row for row in analyte.ranges if holds(row, person, analyte)]
    if not analyte.ranges:
        return number.low == 0 and number.high == 0
    return any(
        all(
            canonical is not None and inside(canonical, row.limits.low, row.limits.high)
            for end, _ in spans
            for canonical in (units.to_canonical(end, unit, analyte),)
        )
        for unit in candidates
        for row in rows
    )


def inside(value: Decimal, low: Decimal | None, high: Decimal | None) -> bool:
    return (low is None or value >= low) and (high is None or value <= high)


def is_expected(word: str, analyte: Analyte) -> bool:
    if titer(word) is not None:
        return True  # judged against its dilution: tests/clinical/test_interpret.py
    expected = {interpret_words.canonical(each) for each in analyte.expected}
    return interpret_words.canonical(word) in expected or word in analyte.expected


def holds(row: RangeRow, person: Person, analyte: Analyte) -> bool:
    age = person.age_on(TODAY)
    if row.sex and person.sex and row.sex != person.sex:
        return False
    if row.pregnant and person.pregnant is not True:
        return False
    if row.pregnant is False and person.pregnant:
        return False
    if age is None:
        return True
    least = (
        row.age_min
        if row.age_min is not None
        else 0
        if row.age_max is not None and row.age_max < 18
        else adult_age(analyte)
    )
    return least <= age and (row.age_max is None or age <= row.age_max)


@settings(max_examples=200, deadline=None)
@given(
    told=st.lists(mentions(), min_size=1, max_size=4, unique_by=lambda each: each.analyte),
    person=st.sampled_from(PEOPLE),
)
def test_only_what_a_range_holds_is_called_normal(told: list[LabMention], person: Person) -> None:
    turn, text = explained(told, person)
    for each in called_fine(turn, text):
        assert each.judgement.interpretation == "N", (text, each.mention)
        assert is_borne_out(each, person), (text, each.mention, each.judgement)


@settings(max_examples=150, deadline=None)
@given(told=mentions(), person=st.sampled_from(PEOPLE))
def test_nothing_critical_is_called_normal(told: LabMention, person: Person) -> None:
    """Whatever range or flag stands beside it."""
    analyte = KNOWN[told.analyte]
    age = person.age_on(TODAY)
    number = amount(told.value)
    if (
        analyte.critical is None
        or number is None
        or told.unit != analyte.unit
        or (age is not None and age < 18)
    ):
        return
    if touches_critical(number, analyte.critical):
        turn, text = explained([told], person)
        assert not list(called_fine(turn, text)), (text, told)


def touches_critical(number: Amount, critical: Limits) -> bool:
    """Whether an end of it is critical; of what is open-ended (">1", which may be 4.1), all of it."""
    below = number.low if number.low is not None and number.high is not None else number.high
    above = number.high if number.low is not None and number.high is not None else number.low
    return (critical.low is not None and below is not None and below <= critical.low) or (
        critical.high is not None and above is not None and above >= critical.high
    )


def test_the_words_for_normal_are_the_ones_looked_for() -> None:
    """So that the properties above cannot hold for want of a match."""
    potassium = LabMention("potassium", "2823-3", "K", "4.1", 0, 1, "mmol/L")
    sodium = LabMention("sodium", "2951-2", "Na", "139", 0, 1, "mmol/L")
    nitrite = LabMention("urine_nitrite", "5802-4", "nitrite", "negative", 0, 1)
    for told in ([potassium], [nitrite], [potassium, sodium, nitrite]):
        turn, text = explained(told, PEOPLE[1])
        assert len(list(called_fine(turn, text))) == len(told), text

"""Every test of the catalogue, in every direction it can take: short, plain, and with its rule."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import create_engine

from actions.reply import Reply
from actions.room import Room
from actions.turn import Turn
from actions.voice import Clinic, Voice
from clinical import catalogue
from clinical.analyte import Analyte
from clinical.reading_grade import grade
from clinical.types import LabMention, Person
from clinical.wording import plain_number
from gateway import sms
from knowledge.library import Library
from knowledge.passages import all_passages, read_articles
from listening import stories
from tests.actions.test_judgement import view_of

TODAY = date(2026, 9, 1)
PEOPLE = (
    Person(sex="female", birth_date=date(1986, 5, 1), pregnant=False),
    Person(sex="male", birth_date=date(1956, 5, 1)),
)
"""Between them almost every range of the catalogue holds for one."""


class Shelf(Library):
    """The articles without their vectors: a test that is named needs none."""

    def __init__(self) -> None:
        self._by_id = {passage.id: passage for passage in all_passages(read_articles())}


@pytest.fixture(scope="module")
def room() -> Room:
    return Room(
        engine=create_engine("sqlite://"),
        catalogue=catalogue.load(),
        library=Shelf(),
        clinic=Clinic("Riverbend", "555-0100"),
        now=lambda: "2026-09-01T10:00:00.000000Z",
    )


def values(analyte: Analyte) -> Iterator[str]:
    """Below, just below, inside, just above and far above every range; words where it is told so."""
    for row in analyte.ranges:
        low, high = row.limits.low, row.limits.high
        yield from (plain_number(low * share) for share in (Decimal("0.5"), Decimal("0.97"), 1) if low)
        yield from (plain_number(high * share) for share in (1, Decimal("1.03"), Decimal(3)) if high)
    if analyte.critical:
        yield from (plain_number(end) for end in (analyte.critical.low, analyte.critical.high) if end)
    if analyte.kind != "quantity" or analyte.expected:
        yield from ("negative", "positive", "reactive", "trace", "2+", "1:160")
    if not analyte.ranges:
        yield "5"


def explained(room: Room, analyte: Analyte, value: str, person: Person) -> Reply:
    mention = LabMention(analyte.key, analyte.primary_loinc, analyte.name, value, 0, len(value), analyte.unit)
    judged = room.judge(mention, person, TODAY)
    turn = Turn(
        text=f"{analyte.name} {value}", message_id="m", channel="sms", author="patient", screen_level="none",
        intent="ask_result", today=TODAY, slots={}, view=view_of(person), hearing=stories.hear("my result"),
        results=(judged,), named=(), speaks_for=None, voice=Voice(room.clinic), patterns=(),
    )  # fmt: skip
    return room.explainer.explain(turn)


@pytest.mark.parametrize("analyte", catalogue.load().by_key.values(), ids=lambda each: each.key)
def test_the_first_answer_fits_two_plain_segments_and_reads_at_grade_six(
    room: Room, analyte: Analyte
) -> None:
    """The name of a test is the laboratory's word; the sentences around it are ours and are measured."""
    for person in PEOPLE:
        for value in dict.fromkeys(values(analyte)):
            (said,) = explained(room, analyte, value, person).said
            assert sms.is_gsm(said.text), said.text
            assert sms.segments(said.text) <= 2, said.text
            ours = said.text.replace(analyte.name, "This")
            assert grade(ours) <= 6, ours
            assert all(each.rule for each in said.sentences)

"""Results explained beside each other and beside the record: what is said, how soon, and what WHY answers."""

import re
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import create_engine

from actions.explain.my_results import MyResults
from actions.explain.why import Why, answers
from actions.proposing import proposals
from actions.reply import Reply
from actions.room import Room
from actions.together import together
from actions.turn import Turn
from actions.voice import Clinic, Voice
from clinical import catalogue, extract, told
from clinical.catalogue import Catalogue
from clinical.reading_grade import grade
from clinical.tables import table
from clinical.types import Person
from clinical.wording import plain_number
from knowledge.library import Library
from knowledge.passages import all_passages, read_articles
from listening import stories
from listening.stories import rulebook
from record.series import Earlier
from record.view import PatientView

TODAY = date(2026, 9, 1)
WOMAN = Person(sex="female", birth_date=date(1980, 5, 1), pregnant=False)
YOUNG = Person(sex="female", birth_date=date(1996, 5, 1))
MAN = Person(sex="male", birth_date=date(1960, 5, 1))


class Shelf(Library):
    """The articles without their vectors: a test that is named needs none."""

    def __init__(self) -> None:
        self._by_id = {passage.id: passage for passage in all_passages(read_articles())}


@pytest.fixture(scope="module")
def room() -> Room:
    """Everything but the vectors: a test that is named needs none."""
    return Room(
        engine=create_engine("sqlite://"),
        catalogue=catalogue.load(),
        library=Shelf(),
        clinic=Clinic("Riverbend", "555-0100"),
        now=lambda: "2026-09-01T10:00:00.000000Z",
    )


def view_of(person: Person, *recorded: Earlier) -> PatientView:
    observations: dict[str, tuple[Earlier, ...]] = {}
    for each in sorted(recorded, key=lambda one: one.effective or "", reverse=True):
        observations[each.series] = (*observations.get(each.series, ()), each)
    return PatientView(
        patient_id="p", conversation_id="c", at="2026-09-01T10:00:00.000000Z", given="Ana", family="Ruiz",
        person=person, language="en", timezone=None, identity_verified=True, consent="active", withheld=False,
        observations=observations, statements=(), story={}, open_question=None, taken_over=False,
        flags=(), tasks=(),
    )  # fmt: skip


def earlier(analyte: str, value: str, days: int, known: Catalogue) -> Earlier:
    """A measured result of so many days ago, without limits of its own."""
    return Earlier(
        id=f"{analyte}{days}", series=analyte, analyte=analyte, code=known[analyte].primary_loinc,
        text=analyte, subject="patient", value=value, comparator=None, unit=known[analyte].unit,
        unit_inferred=False, low=None, high=None, range_text=None, interpretation=None, tier=None, rule=None,
        effective=(TODAY - timedelta(days=days)).isoformat(), at="2026-08-01T00:00:00.000000Z",
        origin="measured", status="final", released_at="2026-08-01T00:00:00.000000Z",
    )  # fmt: skip


def turn_of(room: Room, text: str, person: Person = WOMAN, *recorded: Earlier, channel: str = "web") -> Turn:
    """A message as an action sees it, read and judged by the real parts."""
    known, hearing = view_of(person, *recorded), stories.hear(text)
    symptoms = frozenset(item.code for item in hearing.items if item.category == "symptom" and item.counts)
    mentions = [each for each in extract.read(text, room.catalogue) if each.asked_about]
    alone = tuple(room.judge(each, person, TODAY, symptoms) for each in mentions)
    results, matches = together(alone, known, symptoms, room.catalogue, TODAY)
    return Turn(
        text=text, message_id="m", channel=channel, author="patient", screen_level="none",
        intent="ask_result", today=TODAY, slots={}, view=known, hearing=hearing, results=results,
        named=(), speaks_for=None, voice=Voice(room.clinic), patterns=matches,
    )  # fmt: skip


def sentences(reply: Reply) -> list[str]:
    """What is said, and what MORE would bring."""
    said = [sentence.text for each in reply.said for sentence in each.sentences]
    return said + [row["text"] for row in reply.remember.get("more", [])]


def explained(room: Room, text: str, person: Person = WOMAN, *recorded: Earlier) -> str:
    return " ".join(sentences(room.explainer.explain(turn_of(room, text, person, *recorded))))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "hemoglobin 10.2 g/dL and ferritin 8 ng/mL",
            "Low iron stores and a low blood count go together here.",
        ),
        ("TSH 12 mIU/L, free T4 0.5 ng/dL", "TSH is high and T4 is low."),
        ("BUN 28 mg/dL, creatinine 0.9 mg/dL", "BUN is high and creatinine is not."),
        ("WBC 3.1 K/uL, hemoglobin 10.1 g/dL, platelets 110 K/uL", "All three kinds of blood cells are low."),
        ("A1c 6.9%, fasting glucose 140 mg/dL", "Two sugar tests are at the level used to find diabetes."),
    ],
)
def test_what_results_mean_together_is_said_once(room: Room, text: str, said: str) -> None:
    assert explained(room, text).count(said) == 1


def test_a_result_in_the_record_completes_a_pattern(room: Room) -> None:
    recorded = earlier("ferritin", "9", 20, room.catalogue)
    assert "Low iron stores" in explained(room, "my hemoglobin is 10.2 g/dL", WOMAN, recorded)
    assert "Low iron stores" not in explained(room, "my hemoglobin is 10.2 g/dL", WOMAN)


def test_a_pattern_raises_how_soon_and_the_flag_with_it(room: Room) -> None:
    turn = turn_of(room, "my potassium is 5.2 mmol/L and eGFR 38")
    potassium = next(each for each in turn.results if each.mention.analyte == "potassium")
    assert (potassium.triage.tier, potassium.triage.rule) == (
        "this-week",
        "pattern:potassium-a-bit-high-kidneys",
    )
    (flag,) = [each for each in proposals(turn) if each["kind"] == "flag"]
    assert (flag["level"], flag["rule"]) == ("soon", "pattern:potassium-a-bit-high-kidneys")


def test_another_persons_results_do_not_mix_with_the_writers(room: Room) -> None:
    recorded = earlier("ferritin", "9", 20, room.catalogue)
    assert "Low iron stores" not in explained(room, "my mom's hemoglobin is 9.2 g/dL", WOMAN, recorded)


@pytest.mark.parametrize(
    ("text", "tier"),
    [
        ("my hemoglobin is 9.4 g/dL", "this-week"),
        ("my hemoglobin is 9.4 g/dL and I get short of breath", "call-today"),
        ("my hemoglobin is 9.4 g/dL and I'm out of breath on the stairs", "call-today"),
        ("my hemoglobin is 9.4 g/dL, I am not short of breath", "this-week"),
        ("my glucose is 240 mg/dL and I am so thirsty", "call-today"),
        ("my glucose is 62 mg/dL and I'm shaky and sweaty", "act-now"),
        ("potassium 5.3 mmol/L and my heart is racing", "call-today"),
        ("wbc 14 K/uL and I have a fever", "call-today"),
        ("lipase 400 U/L and my stomach hurts", "act-now"),
        ("ck 1500 U/L and my pee is dark like cola", "act-now"),
        ("BNP 400 pg/mL, my ankles are swollen", "call-today"),
    ],
)
def test_a_symptom_said_in_the_message_counts(room: Room, text: str, tier: str) -> None:
    assert turn_of(room, text).results[0].triage.tier == tier


def test_a_pregnancy_or_a_medicine_said_in_the_message_counts(room: Room) -> None:
    """As the room reads it: `told` adds what is said of the writer to what the record knows."""
    for text, rule in (
        ("I'm 12 weeks pregnant and my TSH is 6 mIU/L", "tsh-in-pregnancy"),
        ("my potassium is 5.2 mmol/L and I take lisinopril", "potassium-high-kidneys-or-medicine"),
    ):
        person = told.adding(text, Person(), TODAY)
        assert turn_of(room, text, person).results[0].triage.rule == rule


def test_every_symptom_that_is_heard_is_known_to_triage() -> None:
    """A symptom under a name the rules do not know would be heard, and change nothing."""
    heard = {rule.code for rule in rulebook.load().rules if rule.category == "symptom"}
    known = {name for names in table("triage")["symptoms"].values() for name in names}
    assert heard <= known


def test_an_egfr_is_worked_out_where_it_can_be(room: Room) -> None:
    assert "an eGFR of about 43." in explained(room, "my creatinine is 1.5 mg/dL", WOMAN)
    assert "an eGFR of" not in explained(room, "my creatinine is 1.5 mg/dL", Person())
    assert "an eGFR of" not in explained(room, "my creatinine is 1.5 mg/dL, eGFR 44")
    assert "an eGFR of" not in explained(room, "my creatinine is 0.8 mg/dL", WOMAN)
    assert "an eGFR of" not in explained(room, "creatinine 1.5 mg/dL", replace(YOUNG, pregnant=True))


def test_a_worked_out_egfr_completes_patterns(room: Room) -> None:
    turn = turn_of(room, "potassium 5.6 mmol/L creatinine 1.9 mg/dL", MAN)
    assert "potassium-high-kidneys" in {each.pattern.id for each in turn.patterns}


def test_a_trend_over_all_values_is_said(room: Room) -> None:
    recorded = [
        earlier("hemoglobin", value, days, room.catalogue)
        for value, days in (("13.1", 300), ("12.0", 200), ("10.9", 100))
    ]
    said = explained(room, "hemoglobin 9.8 g/dL", WOMAN, *recorded)
    assert "It has gone down over your last four tests, from 13.1 to 9.8." in said
    assert "over your last" not in explained(room, "hemoglobin 9.8 g/dL", WOMAN, *recorded[:1])


def test_an_unknown_pregnancy_is_said_where_it_matters(room: Room) -> None:
    assert "If you are or may be pregnant" in explained(room, "TSH 6 mIU/L", YOUNG)
    assert "If you are or may be pregnant" not in explained(room, "TSH 6 mIU/L", WOMAN)
    assert "If you are or may be pregnant" not in explained(room, "TSH 2 mIU/L", YOUNG)
    assert "If you are or may be pregnant" not in explained(room, "my mom's TSH is 6 mIU/L", YOUNG)


@pytest.mark.parametrize(
    ("text", "person", "told"),
    [
        (
            "my INR is 2.5",
            Person(sex="male", birth_date=date(1960, 5, 1), medicines=("Warfarin 5 MG",)),
            "On warfarin",
        ),
        (
            "my A1c is 6.8%",
            Person(sex="male", birth_date=date(1960, 5, 1), conditions=("Type 2 diabetes",)),
            "the goal is an A1c under 7",
        ),
        (
            "LDL 85 mg/dL",
            Person(sex="male", birth_date=date(1960, 5, 1), conditions=("Coronary artery disease",)),
            "an LDL under 70",
        ),
        (
            "INR was 1.3 this week",
            Person(sex="male", birth_date=date(1960, 5, 1), medicines=("Warfarin 5 MG",)),
            "INR 1.3 is low (2 to 3). Please call your care team today",
        ),
        ("iron saturation 47%", MAN, "From 45% on"),
        ("digoxin 1.4 ng/mL", MAN, "aim lower, under 0.9"),
    ],
)
def test_what_the_person_has_or_takes_changes_what_is_said(
    room: Room, text: str, person: Person, told: str
) -> None:
    assert told in explained(room, text, person)


def test_a_verdict_comes_before_what_to_do_about_it(room: Room) -> None:
    said = explained(room, "iron saturation 47%", MAN)
    assert said.startswith("Iron saturation 47% is in range (20 to 50%). Talk about it at your next visit.")


def test_a_value_labs_call_in_range_and_guidelines_do_not_is_not_left_at_nothing(room: Room) -> None:
    for text in ("iron saturation 47%", "digoxin 1.4 ng/mL"):
        assert turn_of(room, text, MAN).results[0].triage.tier == "next-visit"


MESSAGES = [
    ("potassium 5.9 mmol/L and I feel weak", WOMAN),
    ("hemoglobin 10.2 g/dL, ferritin 8 ng/mL, iron 20 ug/dL, TIBC 500 ug/dL", MAN),
    ("creatinine 1.9 mg/dL, BUN 40 mg/dL, potassium 5.6 mmol/L", MAN),
    ("TSH 6 mIU/L", YOUNG),
    ("ALT 300 U/L, AST 200 U/L, ALP 100 U/L, bilirubin 3.0 mg/dL", WOMAN),
    ("LDL 200 mg/dL, HDL 35 mg/dL, triglycerides 300 mg/dL", MAN),
    ("HIV reactive", WOMAN),
    ("CRP 6", WOMAN),
    ("sodium 140 mmol/L, chloride 101 mmol/L", WOMAN),
    ("glucose 108 (70-99)", WOMAN),
]
FRAME = {"more", "ask", "not-judged", "offer", "in-range"}  # what is no claim


@pytest.mark.parametrize(("text", "person"), MESSAGES)
def test_every_sentence_has_a_rule_and_a_reason_or_a_source(room: Room, text: str, person: Person) -> None:
    recorded = [
        earlier("potassium", value, days, room.catalogue)
        for value, days in (("4.2", 300), ("4.9", 200), ("5.4", 100))
    ]
    reply = room.explainer.explain(turn_of(room, text, person, *recorded))
    reasons = {(row["rule"], row["source"]): row for row in reply.remember["why"]}
    for each in reply.said:
        for said, why in zip(each.sentences, each.as_json()["why"], strict=True):
            assert (why["says"], why["rule"], why["source"]) == (said.text, said.rule, said.source)
            assert said.rule
            if said.rule.split(":")[0] not in FRAME | {"feeling"} and (said.rule, said.source) in reasons:
                assert said.source or list(answers([reasons[said.rule, said.source]])), said


@pytest.mark.parametrize(("text", "person"), MESSAGES)
def test_why_answers_with_the_rule_behind_the_step_and_is_plain(
    room: Room, text: str, person: Person
) -> None:
    turn = turn_of(room, text, person, channel="sms")
    first = room.explainer.explain(turn)
    asked = replace(turn, slots={**first.remember})
    lines = sentences(Why(room).answer(asked))
    assert lines
    plain = [line for line in lines if not line.startswith("Source: ") and "MORE" not in line]
    assert grade(" ".join(plain)) <= 7, plain
    step = next((row for row in first.remember["why"] if row["rule"] == turn.results[0].triage.rule), None)
    if step and step["because"]:
        assert step["because"] in plain or any(plain)


def test_why_names_a_clinics_own_limit() -> None:
    row = {
        "rule": "clinic-range",
        "source": "clinic: Riverbend: Manual. Approved by A. Ruiz on 2026-08-01.",
        "because": "I used the range your clinic has set.",
    }
    assert list(answers([row])) == [
        "I used the range your clinic has set.",
        "Riverbend: Manual. Approved by A. Ruiz on 2026-08-01.",
    ]


def test_why_keeps_what_was_not_yet_said(room: Room) -> None:
    turn = turn_of(room, "potassium 5.9 mmol/L", channel="sms")
    first = room.explainer.explain(turn)
    left = first.remember["more"]
    assert left
    after = Why(room).answer(replace(turn, slots={**first.remember}))
    assert [row["text"] for row in after.remember["more"]][-len(left) :] == [row["text"] for row in left]


NUMBER = re.compile(r"\d+(?:\.\d+)?")


@pytest.mark.parametrize(("text", "person"), MESSAGES)
def test_every_number_said_comes_from_somewhere(room: Room, text: str, person: Person) -> None:
    """From the message, the record, the catalogue, a cited passage or a sourced row; never from nowhere."""
    recorded = [
        earlier("potassium", value, days, room.catalogue)
        for value, days in (("4.2", 300), ("4.9", 200), ("5.4", 100))
    ]
    turn = turn_of(room, text, person, *recorded)
    reply = room.explainer.explain(turn)
    allowed = set(NUMBER.findall(text)) | {"911", "555", "0100"}
    for each in turn.results:
        limits = each.judgement.range
        allowed |= {plain_number(number) for number in (limits.low, limits.high)} if limits else set()
        allowed |= {before.value or "" for before in turn.view.results(each.mention.analyte)}
    said = [s for each in reply.said for s in each.sentences]
    for sentence in said:
        kind = sentence.rule.split(":")[0]
        if kind in ("article", "pattern", "change", "trend", "egfr", "catalogue"):
            assert sentence.source, sentence  # cited: its numbers are checked where its row or article is
            continue
        assert set(NUMBER.findall(sentence.text)) <= allowed, sentence.text


def asked_for_all(room: Room, person: Person, *recorded: Earlier) -> Reply:
    turn = turn_of(room, "what do my results mean", person, *recorded)
    return MyResults(room).answer(turn)


def low_counts(known: Catalogue, days: int = 3, platelets: str = "45") -> list[Earlier]:
    rows = (("white_cells", "3.2"), ("hemoglobin", "9.4"), ("platelets", platelets))
    return [earlier(key, value, days, known) for key, value in rows]


def test_recorded_results_are_explained_beside_each_other(room: Room) -> None:
    reply = asked_for_all(room, WOMAN, *low_counts(room.catalogue))
    said = sentences(reply)
    assert said[1] == "All three kinds of blood cells are low. Your team should look for the cause soon."
    assert "555-0100" in said[2]  # what to do about it stands right behind
    why = " ".join(answers(reply.remember["why"]))
    assert "White cells, red cells and platelets are all low, and one of them is very low." in why
    assert "medlineplus.gov" in why


@pytest.mark.parametrize(
    ("days", "platelets", "why"),
    [(200, "45", "old results"), (3, "230", "one of the three is in range")],
)
def test_nothing_is_said_together_where_no_pattern_holds(
    room: Room, days: int, platelets: str, why: str
) -> None:
    said = " ".join(sentences(asked_for_all(room, WOMAN, *low_counts(room.catalogue, days, platelets))))
    assert "All three kinds" not in said, why


def test_another_persons_results_are_not_put_beside_ones_own(room: Room) -> None:
    white, red, plates = low_counts(room.catalogue)
    said = sentences(asked_for_all(room, WOMAN, white, red, plates._replace(subject="mother")))
    assert "All three kinds" not in " ".join(said)


def test_an_egfr_is_worked_out_for_recorded_results_too(room: Room) -> None:
    rows = [earlier("potassium", "5.8", 2, room.catalogue), earlier("creatinine", "2.4", 2, room.catalogue)]
    alone = sentences(asked_for_all(room, MAN, rows[0]))
    both = sentences(asked_for_all(room, MAN, *rows))
    assert any("kidney" in line.lower() for line in both if line not in alone)

"""Patient and chart disagree and both stand; denied, unknown and not asked stand apart; who may read."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from clinical import screeners
from record import people, sharing
from record.ids import new_id
from record.portrait import Disagreement, Portrait, assemble, plain
from record.sharing import Reader
from record.tables import (
    attachment,
    condition,
    flag,
    medication,
    message,
    observation,
    screening_answer,
    statement,
    story_item,
    task,
)
from record.view import everything_told

AT = "2026-03-09T14:00:00.000000Z"
Fill = Callable[..., str]


class Someone:
    """A patient in a store, to be filled."""

    def __init__(self, store: Connection) -> None:
        self.store = store
        contact = people.ensure_contact(store, "sms", "+12025550177", AT)
        self.id, self.thread, self.seq = contact.patient_id, contact.conversation_id, 0

    def put(self, table: Any, **values: Any) -> str:
        row = {"id": new_id(), "patient_id": self.id, **values}
        if "created_at" in table.c:
            row.setdefault("created_at", AT)
        self.store.execute(insert(table).values(**row))
        return str(row["id"])

    def says(self, text: str, author: str = "patient", name: str | None = None) -> str:
        self.seq += 1
        return self.put(
            message, conversation_id=self.thread, seq=self.seq, direction="in", channel="sms",
            author=author, author_name=name, text=text, at=AT,
        )  # fmt: skip

    def told(self, category: str, code: str | None, quote: str, message_id: str, **more: Any) -> str:
        row = {"subject": "patient", "temporality": "now", "polarity": "affirmed", "origin": "told"}
        row |= {"status": "active", "category": category, "code": code, "quote": quote}
        return self.put(statement, message_id=message_id, **(row | more))

    def result(self, value: str, **more: Any) -> str:
        row = {"category": "laboratory", "origin": "measured", "status": "final", "analyte": "potassium"}
        row |= {"text": "Potassium", "unit": "mmol/L", "released_at": AT, "effective_at": "2026-03-01"}
        return self.put(observation, value=value, **(row | more))

    def page(self, **more: Any) -> Portrait:
        return assemble(self.store, self.id, at=AT, **more)


@pytest.fixture
def who(store: Connection) -> Someone:
    return Someone(store)


def kinds(found: tuple[Disagreement, ...]) -> list[tuple[str, str]]:
    return [(each.kind, each.about) for each in found]


MEDICINES = [
    ("I don't take metformin", True),
    ("I stopped the metformin in May", True),
    ("never took metformin in my life", True),
    ("no tomo metformina", True),
    ("I quit my sugar pills", True),
    ("They took me off metformin", True),
    ("I take my metformin each morning", False),
    ("my husband doesn't take metformin", False),
    ("do I not take metformin?", False),
    ("I don't eat bread. I take metformin", False),
    ("I don't take lisinopril", False),
]


@pytest.mark.parametrize(("words", "disagree"), MEDICINES)
def test_a_medicine_the_chart_lists_and_the_patient_does_not_take(
    who: Someone, words: str, disagree: bool
) -> None:
    who.put(medication, text="Metformin 500 mg", status="active")
    who.says(words)
    found = who.page().disagreements
    assert kinds(found) == ([("medicine", "Metformin 500 mg")] if disagree else [])
    if disagree:
        assert (found[0].patient.text, found[0].patient.origin) == (words, "told")
        assert (found[0].chart.kind, found[0].chart.origin) == ("medication", "chart")
    assert who.page().chart[0].text == "Metformin 500 mg", "the chart is not overwritten"


def test_words_heard_as_a_medicine_not_taken_are_quoted_alone(who: Someone) -> None:
    who.put(medication, text="Metformin 500 mg", status="active")
    told = who.says("Hello. I don't take the metformin. It is raining")
    who.told("medicine", "not-taken", "I don't take the metformin", told)
    [found] = who.page().disagreements
    assert (found.patient.text, found.patient.kind) == ("I don't take the metformin", "statement")


CONDITIONS = [
    ("I don't have diabetes", True),
    ("i'm not diabetic", True),
    ("nobody ever told me I had diabetes", True),
    ("no tengo diabetes", True),
    ("my sister doesn't have diabetes", False),
    ("I have diabetes", False),
    ("I don't have bread", False),
    ("what if I don't have diabetes?", False),
]


@pytest.mark.parametrize(("words", "disagree"), CONDITIONS)
def test_a_condition_the_chart_lists_and_the_patient_denies(who: Someone, words: str, disagree: bool) -> None:
    who.put(condition, text="Type 2 diabetes mellitus", clinical_status="active")
    who.says(words)
    expected = [("condition", "Type 2 diabetes mellitus")] if disagree else []
    assert kinds(who.page().disagreements) == expected


def test_a_caregivers_denial_is_named_as_theirs(who: Someone) -> None:
    who.put(medication, text="Metformin 500 mg", status="active")
    who.says("she does not take metformin", author="caregiver", name="Rosa")
    [found] = who.page().disagreements
    assert (found.patient.origin, found.patient.by) == ("told-by-caregiver", "Rosa")


def test_what_no_longer_holds_in_the_chart_is_no_disagreement(who: Someone) -> None:
    who.put(medication, text="Metformin 500 mg", status="stopped")
    who.put(condition, text="Diabetes", clinical_status="resolved")
    who.says("I don't take metformin. I don't have diabetes")
    assert who.page().disagreements == ()


RESULTS = [
    ({"value": "5.9", "effective_at": "2026-03-01"}, True),
    ({"value": "5.2", "effective_at": "2026-03-01"}, False),
    ({"value": "5.20", "effective_at": "2026-03-01"}, False),
    ({"value": "5.9", "effective_at": "2026-02-01"}, False),  # another day, another blood draw
    ({"value": "5.9", "effective_at": None}, True),
    ({"value": "5.9", "effective_at": "2026-03"}, False),
    ({"value": "5.2", "unit": None, "effective_at": "2026-03-01"}, False),
    ({"value": "20.3", "unit": "mg/dL", "effective_at": "2026-03-01"}, False),  # the same in another unit
]


@pytest.mark.parametrize(("told", "disagree"), RESULTS)
def test_a_value_told_beside_the_laboratorys(who: Someone, told: dict[str, Any], disagree: bool) -> None:
    who.result("5.2")
    said = who.says("they said it was " + str(told["value"]))
    who.result(**{"origin": "told", "message_id": said, **told})
    found = who.page().disagreements
    assert kinds(found) == ([("result", "Potassium")] if disagree else [])
    if disagree:
        assert [found[0].patient.origin, found[0].chart.origin] == ["told", "measured"]


def test_a_value_of_long_before_is_no_disagreement(who: Someone) -> None:
    who.result("5.2", effective_at="2025-11-01")
    who.result("5.9", origin="told", effective_at=None)
    assert who.page().disagreements == ()


def test_patient_and_caregiver_each_keep_their_voice(who: Someone) -> None:
    own = who.says("we have plenty to eat")
    who.told("stressor", "food-insecurity", "we have plenty to eat", own, polarity="negated")
    hers = who.says("the fridge is empty", author="caregiver", name="Rosa")
    who.told("stressor", "food-insecurity", "the fridge is empty", hers, origin="told-by-caregiver")
    [found] = who.page().disagreements
    assert (found.kind, found.patient.origin, found.chart.by) == ("voices", "told", "Rosa")


def test_the_laboratorys_value_of_a_day_stands_before_the_told_one(who: Someone) -> None:
    """Told today without a date, measured today: a critical number is never the earlier one."""
    who.result("5.9", origin="told", effective_at=None, interpretation="H")
    who.result("6.6", effective_at="2026-03-09", interpretation="HH", tier="act-now")
    [line] = who.page().results
    assert line.newest.value == "6.6"
    assert "critical" in line.state


def test_three_ways_of_not_knowing(who: Someone) -> None:
    said = who.says("we eat well")
    who.told("stressor", "food-insecurity", "we eat well", said, polarity="negated")
    for item, status in (("rides", "answered"), ("money", "declined"), ("sleep", "asked")):
        who.put(story_item, item=item, status=status, updated_at=AT)
    who.told("stressor", "homelessness", "I sleep in my car", said)
    gaps = {gap.topic: (gap.state, gap.how) for gap in who.page().gaps}
    assert gaps["food"] == ("denied", None)
    assert gaps["getting around"] == ("unknown", "answered")
    assert gaps["money"] == ("unknown", "declined")
    assert gaps["sleep"] == ("unknown", "asked")
    assert gaps["work"] == ("not-asked", None)
    assert gaps["medicines"] == ("unknown", "chart")
    assert "housing" not in gaps, "it is told"


def test_another_persons_need_or_a_feared_one_is_no_answer(who: Someone) -> None:
    said = who.says("my neighbor has no food")
    who.told("stressor", "food-insecurity", "my neighbor has no food", said, subject="other")
    who.told("stressor", "sleep", "what if I cannot sleep", said, temporality="feared")
    states = {gap.topic: gap.state for gap in who.page().gaps}
    assert (states["food"], states["sleep"]) == ("not-asked", "not-asked")


def test_what_came_in_since_the_last_look(who: Someone) -> None:
    said = who.says("old")
    who.told("worry", None, "old", said, created_at="2026-03-01T00:00:00.000000Z")
    who.told("worry", None, "new", said)
    who.result("5.9", interpretation="H")
    for code in ("soon-lab", "result-potassium"):
        who.put(flag, message_id=said, level="soon", code=code, status="active")
    page = who.page(since="2026-03-02T00:00:00.000000Z")
    assert sorted((each.kind, each.says) for each in page.changes) == [
        ("flag", "result-potassium"),
        ("result", "Potassium 5.9 mmol/L, high"),
        ("words", "new"),
    ]
    assert who.page().changes == (), "to who never looked nothing is marked"


def test_vital_signs_and_remarks(who: Someone) -> None:
    who.result("5.9", note="Hemolyzed", interpretation="H")
    who.result("152", category="vital-signs", analyte=None, code="8480-6", text="Systolic", unit="mm[Hg]")
    page = who.page()
    assert [line.note for line in page.results] == ["Hemolyzed"]
    assert [line.newest.value for line in page.vitals] == ["152"]


def test_a_result_that_was_not_judged_is_not_among_those_in_range(who: Someone) -> None:
    who.result("5.9", interpretation=None)
    assert who.page().results[0].matters == ("unjudged",)


def sent(who: Someone) -> str:
    return who.put(
        attachment, message_id=who.says("here"), ordinal=0, state="read", kind="pdf", size=4096,
        reading={"problem": None}, next_attempt_at=AT,
    )  # fmt: skip


def test_before_a_yes_the_care_team_reads_flags_and_measured_results_only(who: Someone) -> None:
    said = who.says("I don't take metformin")
    who.told("stressor", "food-insecurity", "secret", said)
    who.put(medication, text="Metformin 500 mg", status="active")
    who.result("5.2")
    who.result("5.9", origin="told", effective_at=None, message_id=said, quote="secret")
    sent(who)
    who.put(flag, message_id=said, level="crisis", code="suicide", status="active", quote="words")
    page = who.page(reader=Reader("Ana", "nurse"))
    assert (page.words, page.attachments, page.disagreements) == ((), (), ())
    assert [line.newest.origin for line in page.results] == ["measured"]
    assert [each.code for each in page.flags] == ["suicide"]
    assert all(because.quote is None for line in page.discuss for because in line.because)


def test_words_kept_from_one_clinician_are_kept_from_every_part_of_their_page(who: Someone) -> None:
    people.give_consent(who.store, who.id, "active", AT)
    said = who.says("I don't take metformin, it is a secret")
    who.put(medication, text="Metformin 500 mg", status="active")
    who.told("medicine", "not-taken", "I don't take metformin", said, withheld_from="nurse")
    nurse, doctor = (who.page(reader=Reader("A", role)) for role in ("nurse", "physician"))
    assert (nurse.words, nurse.disagreements, nurse.discuss) == ((), (), ())
    assert len(doctor.words) == len(doctor.disagreements) == 1
    assert sharing.shared(who.store, [who.id])


def test_the_patient_reads_what_may_be_told_to_them(who: Someone) -> None:
    who.result("6.6", released_at=None)
    who.result("7.1", analyte="a1c", text="A1c", unit="%")
    assert who.page(reader="patient").results == (), "nothing measured before the identity check"
    people.verify_identity(who.store, who.id, AT)
    assert [line.newest.value for line in who.page(reader="patient").results] == ["7.1"]


def test_before_the_identity_check_the_patients_own_page_holds_nothing_of_the_chart(who: Someone) -> None:
    who.put(medication, text="Metformin 500 mg", status="active")
    who.put(condition, text="Diabetes", clinical_status="active")
    said = who.says("I don't take metformin. I don't have diabetes")
    who.told("stressor", "stress", "I don't take metformin", said)
    page = who.page(reader="patient")
    assert (page.chart, page.disagreements) == ((), ())
    assert not any("Metformin" in line or "Diabetes" in line for line in plain.lines(page))
    assert any("I don't take metformin" in line for line in plain.lines(page)), "their own words are"
    people.verify_identity(who.store, who.id, AT)
    assert len(who.page(reader="patient").disagreements) == 2


def test_where_the_identity_was_taken_back_what_was_told_before_is_not_read_to_the_new_owner(
    who: Someone,
) -> None:
    before, doubted, after = (f"2026-03-09T1{hour}:00:00.000000Z" for hour in (3, 4, 5))
    people.verify_identity(who.store, who.id, before)
    old, new = who.says("i drink at night"), who.says("the rent is late")
    who.told("stressor", "substance-use", "i drink at night", old, created_at=before)
    who.told("stressor", "housing-insecurity", "the rent is late", new, created_at=after)
    who.result("5.9", origin="told", effective_at=None, message_id=old, created_at=before)
    people.verify_identity(who.store, who.id, None)
    who.put(task, code="check-identity", priority="urgent", status="requested", created_at=doubted,
            description="Find out.")  # fmt: skip
    page = who.page(reader="patient")
    assert [each.text for each in page.words] == ["the rent is late"]
    assert page.results == ()
    assert [each.quote for each in everything_told(who.store, who.id)] == ["the rent is late"]
    assert len(who.page().words) == 2, "the record keeps it"
    people.verify_identity(who.store, who.id, after)
    assert len(who.page(reader="patient").words) == 2
    assert len(everything_told(who.store, who.id)) == 2


def test_every_line_leads_to_the_row_it_stands_on(who: Someone) -> None:
    said = who.says("my bus stopped")
    who.told("stressor", "transportation-insecurity", "my bus stopped", said)
    result = who.result("5.9", interpretation="H")
    page = who.page()
    [line] = page.discuss
    assert line.result is not None
    assert line.result.newest.id == result
    assert [(each.quote.message_id, each.quote.seq) for each in line.because if each.quote] == [(said, 1)]
    assert who.store.scalar(select(statement.c.message_id)) == said


def test_an_answer_on_a_form_is_told_denied_or_left_open(who: Someone) -> None:
    """A need told on a form is no gap; one it denies is denied; one asked and not answered is unknown."""
    form = screeners.find("ahc-hrsn")
    assert form is not None
    food = next(item for item in form.items if item.id == "food-worry")
    never = next(option for option in food.options if not option.need)
    often = next(option for option in food.options if option.need)
    said = who.says("often true")

    def gap(**answered: Any) -> tuple[str, str | None] | None:
        who.store.execute(screening_answer.delete())
        row = {"screener": "ahc-hrsn", "round": "r1", "item": food.id, "origin": "told", "status": "active"}
        who.put(screening_answer, message_id=said, **(row | answered))
        return next(((each.state, each.how) for each in who.page().gaps if each.topic == "food"), None)

    assert gap(codes=often.code) is None
    assert who.page().forms[0].told == ("food-insecurity",)
    assert gap(codes=never.code) == ("denied", "form")
    assert gap(codes="", absent="asked-declined") == ("unknown", "declined")
    assert who.page(reader=Reader("A", "nurse")).forms == (), "before a yes no form is shown"

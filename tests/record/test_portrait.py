"""The page of one patient: strengths first, exact words, and unknown said as unknown."""

from typing import Any

import pytest
from sqlalchemy import Connection, insert

from record import people
from record.ids import new_id
from record.portrait import Portrait, assemble
from record.tables import flag, message, observation, statement, story_item, task

AT = "2026-03-09T14:00:00.000000Z"


@pytest.fixture
def known(store: Connection) -> people.Contact:
    contact = people.ensure_contact(store, "sms", "+15550100", AT)
    store.execute(
        insert(message).values(
            id="m1",
            patient_id=contact.patient_id,
            conversation_id=contact.conversation_id,
            seq=1,
            direction="in",
            channel="sms",
            author="caregiver",
            author_name="Rosa",
            text="words",
            at=AT,
        )
    )
    return contact


def say(store: Connection, who: people.Contact, category: str, quote: str, **more: Any) -> None:
    row = {
        "id": new_id(),
        "patient_id": who.patient_id,
        "message_id": "m1",
        "status": "active",
        "created_at": AT,
    }
    row |= {"subject": "patient", "temporality": "now", "polarity": "affirmed", "origin": "told"}
    store.execute(insert(statement).values(**row | {"category": category, "quote": quote} | more))


def measure(store: Connection, who: people.Contact, value: str, date: str, **more: Any) -> None:
    row = {"id": new_id(), "patient_id": who.patient_id, "category": "laboratory", "origin": "measured"}
    row |= {"status": "final", "analyte": "potassium", "text": "K", "unit": "mmol/L", "released_at": AT}
    store.execute(
        insert(observation).values(**row | {"value": value, "effective_at": date, "created_at": AT} | more)
    )


def page(store: Connection, who: people.Contact) -> Portrait:
    return assemble(store, who.patient_id)


WHERE = [
    ("strength", {}, "strengths"),
    ("goal", {}, "matters"),
    ("worry", {}, "matters"),
    ("worry", {"temporality": "feared"}, "matters"),
    ("stressor", {}, "needs"),
    ("loss", {}, "needs"),
    ("barrier", {}, "needs"),
    ("stressor", {"temporality": "past"}, "other_words"),
    ("stressor", {"polarity": "negated"}, "other_words"),
    ("stressor", {"subject": "other"}, "other_words"),
    ("strength", {"polarity": "negated"}, "other_words"),
    ("feeling", {}, "other_words"),
]


@pytest.mark.parametrize(("category", "change", "where"), WHERE)
def test_where_words_stand(
    store: Connection, known: people.Contact, category: str, change: dict[str, str], where: str
) -> None:
    say(store, known, category, "exact words", **change)
    portrait = page(store, known)
    placed = {name for name in ("strengths", "matters", "needs", "other_words") if getattr(portrait, name)}
    assert placed == {where}


def test_a_quote_says_how_it_is_to_be_read(store: Connection, known: people.Contact) -> None:
    say(store, known, "stressor", "she can't pay", origin="told-by-caregiver", code="financial-insecurity")
    (quote,) = page(store, known).needs
    assert (quote.text, quote.origin, quote.by, quote.at) == (
        "she can't pay",
        "told-by-caregiver",
        "Rosa",
        AT,
    )


def test_retracted_words_are_gone(store: Connection, known: people.Contact) -> None:
    say(store, known, "stressor", "taken back", status="retracted")
    assert page(store, known).needs == ()


def test_results_with_their_trend(store: Connection, known: people.Contact) -> None:
    for value, date in (("5.9", "2026-03-01"), ("4.1", "2025-01-01"), ("4.5", "2026-01-01")):
        measure(store, known, value, date)
    measure(store, known, "150", "2025-06-01", unit="mg/dL")  # another unit has no place in the line
    measure(store, known, "6", "2025-07-01", comparator=">")  # nor has a limit
    measure(store, known, "9.9", "2026-03-02", status="entered-in-error")
    (line,) = page(store, known).results
    assert line.newest.value == "5.9"
    assert [point.value for point in line.trend] == [4.1, 4.5, 5.9]
    assert len(line.earlier) == 4


def test_the_team_sees_what_the_patient_was_not_told_yet(store: Connection, known: people.Contact) -> None:
    measure(store, known, "5.9", "2026-03-01", released_at=None)
    assert page(store, known).results[0].awaiting_release


def test_the_most_recent_test_first(store: Connection, known: people.Contact) -> None:
    measure(store, known, "5.9", "2025-03-01")
    measure(store, known, "100", "2026-03-01", analyte="glucose")
    assert [line.series for line in page(store, known).results] == ["glucose", "potassium"]


def test_what_is_open_by_urgency(store: Connection, known: people.Contact) -> None:
    whose = {"patient_id": known.patient_id, "message_id": "m1", "created_at": AT}
    for level in ("soon", "crisis", "emergency"):
        store.execute(insert(flag).values(id=level, level=level, code="c", status="active", **whose))
    store.execute(insert(flag).values(id="x", level="crisis", code="c", status="inactive", **whose))
    for priority in ("routine", "stat", "asap"):
        store.execute(
            insert(task).values(
                id=priority, priority=priority, code="c", description="d", status="requested", **whose
            )
        )
    store.execute(
        insert(task).values(id="y", priority="stat", code="c", description="d", status="completed", **whose)
    )
    portrait = page(store, known)
    assert [one.id for one in portrait.flags] == ["emergency", "crisis", "soon"]
    assert [one.id for one in portrait.tasks] == ["stat", "asap", "routine"]


def test_unknown_is_said_and_never_none(store: Connection, known: people.Contact) -> None:
    everything = {"name", "birth date", "sex", "pregnancy", "conditions", "medicines", "consent"}
    everything |= {"strengths", "what matters", "needs"}
    assert set(page(store, known).unknown) == everything
    people.change_patient(store, known.patient_id, sex="male", given="Jo")
    say(store, known, "strength", "my sister helps")
    assert set(page(store, known).unknown) == everything - {"name", "sex", "pregnancy", "strengths"}


def test_questions_not_to_be_asked_again(store: Connection, known: people.Contact) -> None:
    for item, status in (("money", "declined"), ("goals", "answered")):
        store.execute(
            insert(story_item).values(
                id=item, patient_id=known.patient_id, item=item, status=status, updated_at=AT
            )
        )
    assert page(store, known).declined == ("money",)


def test_no_such_patient(store: Connection) -> None:
    with pytest.raises(LookupError):
        assemble(store, "nobody")

"""An action knows what it may tell, and no more, however long the record is."""

import time
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, insert

from record import database, people, view
from record.ids import new_id
from record.tables import (
    condition,
    conversation,
    flag,
    medication,
    message,
    observation,
    statement,
    story_item,
)
from record.view import load

AT = "2026-03-09T14:00:00.000000Z"


@pytest.fixture
def known(store: Connection) -> people.Contact:
    contact = people.ensure_contact(store, "sms", "+15550100", AT)
    people.change_patient(
        store, contact.patient_id, given="Ana", birth_date="1980-03-10", sex="female", identity_verified_at=AT
    )
    return contact


def result(contact: people.Contact, **more: Any) -> dict[str, Any]:
    row = {"id": new_id(), "patient_id": contact.patient_id, "category": "laboratory", "origin": "measured"}
    row |= {"status": "final", "analyte": "potassium", "text": "K", "value": "4.5", "created_at": AT}
    return row | {"released_at": AT, **more}


def shown(store: Connection, contact: people.Contact) -> view.PatientView:
    return load(store, contact.conversation_id, at=AT)


def test_the_person_as_far_as_known(store: Connection, known: people.Contact) -> None:
    person = shown(store, known).person
    assert (person.sex, str(person.birth_date), person.pregnant) == ("female", "1980-03-10", None)


def test_half_a_birth_date_gives_no_age(store: Connection, known: people.Contact) -> None:
    people.change_patient(store, known.patient_id, birth_date="1980")
    assert shown(store, known).person.birth_date is None


def test_unknown_is_unknown(store: Connection) -> None:
    contact = people.ensure_contact(store, "sms", "+15550199", AT)
    seen = shown(store, contact)
    assert (seen.given, seen.person.sex, seen.consent, seen.open_question) == (None, None, None, None)
    assert not seen.identity_verified


def test_only_what_still_holds_counts_for_judging(store: Connection, known: people.Contact) -> None:
    for text, status in (("Asthma", "active"), ("Fracture", "resolved"), ("CKD", None)):
        store.execute(
            insert(condition).values(
                id=new_id(), patient_id=known.patient_id, text=text, clinical_status=status
            )
        )
    for text, status in (("Lisinopril", "active"), ("Amoxicillin", "completed"), ("Aspirin", None)):
        store.execute(
            insert(medication).values(id=new_id(), patient_id=known.patient_id, text=text, status=status)
        )
    person = shown(store, known).person
    assert person.conditions == ("Asthma", "CKD")
    assert person.medicines == ("Aspirin", "Lisinopril")


TELLABLE = [
    ({}, True),
    ({"released_at": None}, False),
    ({"status": "entered-in-error"}, False),
    ({"status": "cancelled"}, False),
    ({"status": "preliminary"}, True),
    ({"category": "vital-signs"}, False),
    ({"origin": "told"}, True),
    ({"origin": "told-by-caregiver", "released_at": None}, True),
]


@pytest.mark.parametrize(("change", "seen"), TELLABLE)
def test_which_results_are_seen(store: Connection, known: people.Contact, change: Any, seen: bool) -> None:
    store.execute(insert(observation).values(**result(known, **change)))
    assert bool(shown(store, known).results("potassium")) is seen


def test_measured_results_wait_for_the_identity_check(store: Connection, known: people.Contact) -> None:
    store.execute(insert(observation).values(**result(known)))
    store.execute(insert(observation).values(**result(known, analyte="glucose", origin="told")))
    people.verify_identity(store, known.patient_id, None)
    seen = shown(store, known)
    assert set(seen.observations) == {"glucose"}
    assert seen.withheld
    people.verify_identity(store, known.patient_id, AT)
    seen = shown(store, known)
    assert set(seen.observations) == {"glucose", "potassium"}
    assert not seen.withheld


def test_newest_first_whatever_the_order_they_came_in(store: Connection, known: people.Contact) -> None:
    dates = ["2021-02-01", "2026-08-01T10:00:00-05:00", "2026-08-01T14:59:00Z", "2024", "2024-05", None]
    for when in dates:
        store.execute(insert(observation).values(**result(known, effective_at=when)))
    assert [row.effective for row in shown(store, known).results("potassium")] == [
        "2026-08-01T10:00:00-05:00",  # 15:00 UTC
        "2026-08-01T14:59:00Z",
        None,  # told on 9 March 2026
        "2024-05",
        "2024",
        "2021-02-01",
    ]


def test_the_newest_twelve_of_each_test(store: Connection, known: people.Contact) -> None:
    for analyte, count in (("potassium", 20), ("glucose", 3)):
        for day in range(count):
            store.execute(
                insert(observation).values(
                    **result(known, analyte=analyte, effective_at=f"2026-01-{day + 1:02}", value=str(day))
                )
            )
    seen = shown(store, known)
    assert [row.value for row in seen.results("potassium")] == [str(day) for day in range(19, 7, -1)]
    assert len(seen.results("glucose")) == 3


def test_unknown_tests_are_kept_in_a_line_of_their_own(store: Connection, known: people.Contact) -> None:
    for code, text in (("99999-9", "Odd"), ("99999-9", "Odd test"), (None, "Homebrew "), (None, "homebrew")):
        store.execute(insert(observation).values(**result(known, analyte=None, code=code, text=text)))
    assert {name: len(rows) for name, rows in shown(store, known).observations.items()} == {
        "|99999-9": 2,
        "homebrew": 2,
    }


def test_another_patients_results_are_not_seen(store: Connection, known: people.Contact) -> None:
    other = people.ensure_contact(store, "sms", "+15550111", AT)
    store.execute(insert(observation).values(**result(other)))
    assert not shown(store, known).observations


def test_words_questions_and_dangers(store: Connection, known: people.Contact) -> None:
    words = {"patient_id": known.patient_id, "conversation_id": known.conversation_id, "channel": "sms"}
    store.execute(
        insert(message).values(
            id="m1", seq=1, direction="in", author="patient", text="I lost my job", at=AT, **words
        )
    )
    from_message = {"patient_id": known.patient_id, "message_id": "m1", "created_at": AT}
    heard = {"category": "stressor", "subject": "patient", "temporality": "now", "polarity": "affirmed"}
    for status in ("active", "retracted"):
        store.execute(
            insert(statement).values(
                id=new_id(), quote=status, origin="told", status=status, **heard, **from_message
            )
        )
    store.execute(
        insert(flag).values(id="f1", level="soon", code="chest-pain", status="active", **from_message)
    )
    for item, status, minute in (
        ("strengths", "asked", 1),
        ("worries", "asked", 2),
        ("goals", "declined", 3),
    ):
        store.execute(
            insert(story_item).values(
                id=new_id(),
                patient_id=known.patient_id,
                item=item,
                status=status,
                updated_at=AT[:-2] + f"{minute}Z",
            )
        )
    store.execute(conversation.update().values(taken_over_by="nurse"))
    seen = shown(store, known)
    assert [told.quote for told in seen.statements] == ["active"]
    assert [(danger.code, danger.urgency) for danger in seen.flags] == [("chest-pain", "soon")]
    assert seen.open_question is not None
    assert seen.open_question.item == "worries"
    assert seen.story["goals"].status == "declined"
    assert seen.taken_over


def test_no_such_conversation(store: Connection) -> None:
    with pytest.raises(LookupError):
        load(store, "nowhere", at=AT)


def test_twenty_thousand_results_cost_what_twenty_do(engine: Engine) -> None:
    """The worst of it: every result at the same instant, many of a single test."""
    with engine.begin() as connection:
        short = people.ensure_contact(connection, "sms", "+15550120", AT)
        long = people.ensure_contact(connection, "sms", "+15550121", AT)
        for contact, each in ((short, 1), (long, 1000)):
            people.verify_identity(connection, contact.patient_id, AT)
            rows = [
                result(contact, analyte=f"analyte-{number % 20}", effective_at="2026-01-01")
                for number in range(20 * each)
            ]
            connection.execute(insert(observation), rows)
    with database.reading(engine) as connection:
        fast = min(timed(connection, short) for _ in range(20))
        slow = min(timed(connection, long) for _ in range(20))
        assert sum(map(len, load(connection, long.conversation_id, at=AT).observations.values())) == 20 * 12
    assert slow < fast + 0.03, (fast, slow)  # twelve times the rows come back; ranking all would take longer


def timed(connection: Connection, contact: people.Contact) -> float:
    start = time.perf_counter()
    load(connection, contact.conversation_id, at=AT)
    return time.perf_counter() - start

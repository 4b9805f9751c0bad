"""Patients and where they are reached."""

from sqlalchemy import Connection, Engine, func, select

from record import people
from record.tables import conversation, patient

AT = "2026-03-09T14:00:00.000000Z"
LATER = "2026-03-09T15:00:00.000000Z"


def test_an_unknown_number_gets_a_patient_and_a_thread(store: Connection) -> None:
    contact = people.ensure_contact(store, "sms", "+15550100", AT)
    assert contact.created
    assert store.scalar(select(patient.c.id)) == contact.patient_id
    assert store.scalar(select(conversation.c.id)) == contact.conversation_id


def test_a_known_number_finds_its_thread(store: Connection) -> None:
    first = people.ensure_contact(store, "sms", "+15550100", AT)
    again = people.ensure_contact(store, "sms", "+15550100", LATER)
    assert not again.created
    assert (again.patient_id, again.conversation_id) == (first.patient_id, first.conversation_id)
    assert store.scalar(select(func.count()).select_from(patient)) == 1


def test_the_same_value_on_another_channel_is_someone_else(store: Connection) -> None:
    sms = people.ensure_contact(store, "sms", "0100", AT)
    web = people.ensure_contact(store, "web", "0100", AT)
    assert sms.patient_id != web.patient_id


def test_a_second_contact_point_joins_the_patients_thread(store: Connection) -> None:
    sms = people.ensure_contact(store, "sms", "+15550100", AT)
    web = people.ensure_contact(store, "web", "digest", AT, patient_id=sms.patient_id)
    assert web.conversation_id == sms.conversation_id


def test_a_number_is_not_moved_to_another_patient(store: Connection) -> None:
    first = people.ensure_contact(store, "sms", "+15550100", AT)
    other = people.create_patient(store, at=AT)
    assert (
        people.ensure_contact(store, "sms", "+15550100", AT, patient_id=other).patient_id == first.patient_id
    )


def test_losing_the_race_for_a_number_leaves_nobody_behind(engine: Engine, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    with engine.begin() as connection:
        first = people.ensure_contact(connection, "sms", "+15550100", AT)
    known = people.find_contact
    answers = iter([None])  # the other gateway's row is not seen yet at the first look
    monkeypatch.setattr(people, "find_contact", lambda *who: next(answers, known(*who)))
    with engine.begin() as connection:
        second = people.ensure_contact(connection, "sms", "+15550100", AT)
        assert second.patient_id == first.patient_id
        assert connection.scalar(select(func.count()).select_from(patient)) == 1


def test_an_identifier_belongs_to_one_patient(store: Connection) -> None:
    one, other = people.create_patient(store, at=AT), people.create_patient(store, at=AT)
    assert people.add_identifier(store, one, "urn:mrn", "67890")
    assert not people.add_identifier(store, other, "urn:mrn", "67890")
    assert people.find_by_identifier(store, "urn:mrn", "67890") == one
    assert people.find_by_identifier(store, "urn:mrn", "67891") is None


def test_the_newest_answer_about_consent_counts(store: Connection) -> None:
    who = people.create_patient(store, at=AT)
    assert people.consent_status(store, who) is None
    people.give_consent(store, who, "active", AT)
    assert people.consent_status(store, who) == "active"
    people.give_consent(store, who, "rejected", LATER)
    assert people.consent_status(store, who) == "rejected"


def test_the_identity_check_can_be_taken_back(store: Connection) -> None:
    who = people.create_patient(store, at=AT)
    people.verify_identity(store, who, AT)
    people.verify_identity(store, who, None)
    assert store.scalar(select(patient.c.identity_verified_at)) is None

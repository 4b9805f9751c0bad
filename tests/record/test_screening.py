"""Answers to published forms: kept once, as codes and in own words, and taken back with the rest."""

from typing import Any

import pytest
from sqlalchemy import Connection, insert, select

from record import people, screening
from record.apply import ApplyReport, apply
from record.tables import message, screening_answer

AT = "2026-03-09T14:00:00.000000Z"
SAID = "most days, I just lie there"


@pytest.fixture
def known(store: Connection) -> people.Contact:
    contact = people.ensure_contact(store, "sms", "+12025550123", AT)
    say(store, contact, "m1", 1, SAID)
    say(store, contact, "m2", 2, "every day")
    say(store, contact, "m3", 3, "delete all of it")
    return contact


def say(
    store: Connection, contact: people.Contact, name: str, seq: int, text: str, author: str = "patient"
) -> None:
    row = {
        "id": name, "patient_id": contact.patient_id, "conversation_id": contact.conversation_id, "seq": seq,
        "direction": "in", "channel": "sms", "author": author, "text": text, "at": AT,
    }  # fmt: skip
    store.execute(insert(message).values(**row))


def answer(item: str, codes: str = "", **more: Any) -> dict[str, Any]:
    return {"kind": "screening", "screener": "phq-2", "round": "r1", "item": item, "codes": codes, **more}


def applied(
    store: Connection, known: people.Contact, message_id: str, *proposals: dict[str, Any]
) -> ApplyReport:
    return apply(
        store, patient_id=known.patient_id, message_id=message_id, inbox_id=f"i-{message_id}",
        proposals=proposals, at=AT,
    )  # fmt: skip


def test_an_answer_is_its_code_and_their_words(store: Connection, known: people.Contact) -> None:
    report = applied(store, known, "m1", answer("interest", "LA6570-1", quote=SAID))
    assert report.applied == [0]
    (found,) = screening.read(store, known.patient_id)
    (given,) = found.answers
    assert (given.item.loinc, given.options[0].text, given.quote) == (
        "44250-9",
        "More than half the days",
        SAID,
    )
    assert (given.origin, given.message_id, found.whole, found.total) == ("told", "m1", False, None)


def test_handled_twice_is_written_once(store: Connection, known: people.Contact) -> None:
    for expected in ([0], []):
        assert applied(store, known, "m1", answer("interest", "LA6570-1", quote=SAID)).applied == expected
    assert len(store.execute(select(screening_answer)).all()) == 1


def test_words_that_were_not_said_are_refused(store: Connection, known: people.Contact) -> None:
    report = applied(store, known, "m1", answer("interest", "LA6571-9", quote="every single day"))
    assert [each.ordinal for each in report.refused] == [0]
    assert screening.read(store, known.patient_id) == ()


def test_neither_a_code_nor_a_reason_is_no_answer(store: Connection, known: people.Contact) -> None:
    report = applied(
        store, known, "m1", answer("interest"), answer("down", "LA6568-5", absent="asked-declined")
    )
    assert len(report.refused) == 2


def test_both_answers_make_a_score(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", answer("interest", "LA6570-1", quote=SAID))
    applied(store, known, "m2", answer("down", "LA6571-9", quote="every day"))
    (found,) = screening.read(store, known.patient_id)
    assert found.whole
    assert found.total is not None
    assert (found.total.points, found.total.positive) == (5, True)


def test_a_declined_item_leaves_no_score(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", answer("interest", "LA6570-1", quote=SAID))
    applied(store, known, "m2", answer("down", absent="asked-declined"))
    (found,) = screening.read(store, known.patient_id)
    assert found.total is None
    assert {each.item.id: each.absent for each in found.answers} == {
        "interest": None,
        "down": "asked-declined",
    }


def test_two_askings_stay_apart_the_newest_first(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", answer("interest", "LA6570-1", quote=SAID))
    later = {**answer("interest", "LA6568-5"), "round": "r2"}
    apply(
        store, patient_id=known.patient_id, message_id="m2", inbox_id="later", proposals=[later],
        at="2026-04-09T14:00:00.000000Z",
    )  # fmt: skip
    assert [each.round for each in screening.read(store, known.patient_id)] == ["r2", "r1"]


def test_delete_takes_the_answers_too(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", answer("interest", "LA6570-1", quote=SAID))
    applied(store, known, "m3", {"kind": "retract", "what": "all"})
    assert screening.read(store, known.patient_id) == ()
    assert [row.status for row in store.execute(select(screening_answer))] == ["retracted"]


def test_a_caregivers_answer_says_so(store: Connection, known: people.Contact) -> None:
    say(store, known, "m4", 4, "yes", author="caregiver")
    given = {**answer("rides", "LA33-6", quote="yes"), "screener": "ahc-hrsn"}
    applied(store, known, "m4", given)
    (found,) = screening.read(store, known.patient_id)
    assert found.answers[0].origin == "told-by-caregiver"
    assert found.needs == ("transportation-insecurity",)


def test_a_form_of_an_older_release_breaks_nothing(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", {**answer("x", "LA1-1"), "screener": "gone"}, answer("gone", "LA1-1"))
    assert screening.read(store, known.patient_id) == ()

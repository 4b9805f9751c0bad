"""A number given: asked after once, a few days on; the answer in their words; a failed one becomes a task."""

from typing import Any

import pytest
from sqlalchemy import Connection, insert, select, update

from record import people, referrals
from record.apply import apply
from record.ids import new_id
from record.tables import message, notice, referral, task
from record.view import load

AT = "2026-03-09T14:00:00.000000Z"
DUE = "2026-03-13T14:00:00.000000Z"


@pytest.fixture
def known(store: Connection) -> people.Contact:
    contact = people.ensure_contact(store, "sms", "+12025550123", AT)
    people.give_consent(store, contact.patient_id, "active", AT)
    say(store, contact, "m1", 1, "yes please")
    say(store, contact, "m2", 2, "no nobody picked up")
    return contact


def say(store: Connection, contact: people.Contact, name: str, seq: int, text: str, **more: Any) -> None:
    row = {
        "id": name, "patient_id": contact.patient_id, "conversation_id": contact.conversation_id, "seq": seq,
        "direction": "in", "channel": "sms", "author": "patient", "text": text, "at": AT, **more,
    }  # fmt: skip
    store.execute(insert(message).values(**row))


def given(resource: str = "pantry", need: str = "food-insecurity") -> dict[str, Any]:
    return {"kind": "referral", "resource": resource, "name": "The Pantry", "phone": "555-0142", "need": need}


def applied(store: Connection, known: people.Contact, name: str, *proposals: Any, at: str = AT) -> list[int]:
    report = apply(
        store, patient_id=known.patient_id, message_id=name, inbox_id=f"i-{name}", proposals=proposals, at=at
    )
    assert report.refused == []
    return report.applied


def rows(store: Connection, table: Any) -> list[Any]:
    return list(store.execute(select(table)))


def test_two_numbers_are_asked_after_once_and_days_later(store: Connection, known: people.Contact) -> None:
    assert applied(store, known, "m1", given(), given("211")) == [0, 1]
    assert applied(store, known, "m1", given(), given("211")) == []
    assert [(row.kind, row.status, row.not_before) for row in rows(store, notice)] == [
        ("resource-check", "waiting", DUE)
    ]
    assert {row.status for row in rows(store, referral)} == {"given"}


@pytest.mark.parametrize("need", ["intimate-partner-violence", "elder-abuse"])
def test_nothing_is_ever_texted_after_a_number_for_abuse(
    store: Connection, known: people.Contact, need: str
) -> None:
    applied(store, known, "m1", given(need=need))
    assert rows(store, notice) == []


OUTCOMES = [("reached", []), ("not-needed", []), ("not-reached", ["resource-not-reached"])]


@pytest.mark.parametrize(("status", "tasks"), OUTCOMES)
def test_the_answer_stands_in_their_words(
    store: Connection, known: people.Contact, status: str, tasks: list[str]
) -> None:
    applied(store, known, "m1", given())
    assert referrals.mark(store, known.patient_id, "asked", DUE) == 1
    told = {"kind": "referral_outcome", "status": status, "quote": "no nobody picked up"}
    assert applied(store, known, "m2", told, at=DUE) == [0]
    (row,) = rows(store, referral)
    assert (row.status, row.quote, row.answer_message_id) == (status, "no nobody picked up", "m2")
    opened = rows(store, task)
    assert [each.code for each in opened] == tasks
    assert all((each.priority, each.quote) == ("routine", "no nobody picked up") for each in opened)
    assert all("The Pantry (555-0142)" in each.description for each in opened)


def test_what_is_not_shared_makes_no_task(store: Connection, known: people.Contact) -> None:
    people.give_consent(store, known.patient_id, "rejected", DUE)
    applied(store, known, "m1", given())
    told = {"kind": "referral_outcome", "status": "not-reached", "quote": "no nobody picked up"}
    assert applied(store, known, "m2", told, at=DUE) == [0]
    assert rows(store, task) == []


def test_told_before_it_was_asked_nothing_more_is_asked(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", given())
    told = {"kind": "referral_outcome", "status": "reached", "quote": "no nobody picked up"}
    assert applied(store, known, "m2", told) == [0]
    assert [(row.status, row.reason) for row in rows(store, notice)] == [("not-sent", "answered")]


def test_an_answer_to_nothing_changes_nothing(store: Connection, known: people.Contact) -> None:
    told = {"kind": "referral_outcome", "status": "not-reached", "quote": "no nobody picked up"}
    assert applied(store, known, "m2", told) == []
    assert rows(store, task) == []


def test_an_answered_number_is_not_answered_again(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", given())
    say(store, known, "m3", 3, "yes")
    applied(store, known, "m3", {"kind": "referral_outcome", "status": "reached", "quote": "yes"})
    assert (
        applied(store, known, "m2", {"kind": "referral_outcome", "status": "not-reached", "quote": "no"})
        == []
    )
    assert [row.status for row in rows(store, referral)] == ["reached"]


def test_the_view_knows_whether_it_was_asked_last(store: Connection, known: people.Contact) -> None:
    applied(store, known, "m1", given())
    assert load(store, known.conversation_id, at=AT).reached_asked is False
    referrals.mark(store, known.patient_id, "asked", DUE)
    out = {"direction": "out", "author": "kith"}
    say(store, known, "o1", 4, "Did you reach them?", effect_key=f"{new_id()}:resource-check", **out)
    seen = load(store, known.conversation_id, at=DUE)
    assert seen.reached_asked is True
    assert [each.status for each in seen.referrals] == ["asked"]
    assert len(referrals.open_of(seen.referrals, "2026-03-20T13:00:00.000000Z")) == 1
    assert referrals.open_of(seen.referrals, "2026-03-20T15:00:00.000000Z") == ()
    say(store, known, "o2", 5, "Something else", effect_key=f"{new_id()}:0", **out)
    assert load(store, known.conversation_id, at=DUE).reached_asked is False


def test_a_released_result_does_not_hurry_the_question(store: Connection, known: people.Contact) -> None:
    """Both wait as notices; what brings one forward must leave the other."""
    from record import release

    applied(store, known, "m1", given())
    release.plan_text(store, known.patient_id, at=AT, not_before=AT, key="k")
    assert sorted(row.kind for row in rows(store, notice)) == ["new-result", "resource-check"]
    release._text_may_go(store, known.patient_id, AT)
    assert [row.not_before for row in rows(store, notice) if row.kind == "resource-check"] == [DUE]
    store.execute(update(notice).values(status="sent"))


def test_the_policy_has_its_sources() -> None:
    policy = referrals.policy()
    assert policy["check"]["source"]
    assert policy["never"]["source"].startswith("https://")
    assert 1 <= policy["check"]["days"] <= 7

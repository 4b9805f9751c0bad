"""Texts leave once each, in order, whatever Twilio does with the request."""

from collections.abc import Callable
from time import sleep
from typing import Any

import pytest
from sqlalchemy import update

from gateway import outbox as outbox_room
from gateway import twilio_api
from gateway.inbox import later
from record.ids import new_id
from record.people import verify_identity
from record.tables import contact_point, outbox, patient, task
from tests.gateway.conftest import OURS, PHONE, QUICK, Kit, until


def sids(kit: Kit) -> list[str]:
    """Every text the stand-in accepted from us, oldest first."""
    messages = kit.standin.get("/control/ledger").json()["messages"]
    return [each["sid"] for each in messages if each["direction"] == "outbound-api"]


def states(kit: Kit) -> list[str]:
    return [row.state for row in kit.rows(outbox)]


def test_a_text_carries_its_callback_and_validity(kit: Kit) -> None:
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    [row] = kit.rows(outbox)
    assert [row.provider_message_id] == sids(kit)
    made = kit.standin.get("/control/ledger").json()["messages"][-1]
    assert (made["from"], made["to"], made["validity_period"]) == (OURS, PHONE, 3600)


def test_by_messaging_service(make_kit) -> None:
    service = "MG" + "0" * 31 + "9"
    kit = make_kit(standin={"messaging_service_sid": service}, messaging_service_sid=service)
    kit.phone("hello")
    until(lambda: kit.on_phone() == ["About hello"])
    assert kit.standin.get("/control/ledger").json()["messages"][-1]["messaging_service_sid"] == service


@pytest.mark.parametrize("kind", ["429", "500", "reset", "accept-then-reset", "accept-then-hang", "hang"])
def test_each_failure_ends_with_one_text(kit: Kit, kind: str) -> None:
    kit.fault(kind, times=2, seconds=1.0)
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    assert len(sids(kit)) == 1
    assert kit.rows(outbox)[0].provider_message_id == sids(kit)[0]
    assert kit.on_phone() == ["About hello"]


def test_the_lost_answer_is_found_even_when_no_callback_comes(kit: Kit) -> None:
    kit.fault("silent")
    kit.fault("accept-then-reset")
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    assert len(sids(kit)) == 1


def test_what_a_killed_gateway_was_sending_is_looked_for_soon(
    make_kit: Callable[..., Kit], sqlite_url: str
) -> None:
    kit = make_kit(sqlite_url)
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    with kit.engine.begin() as connection:  # as if it had died before it heard Twilio's yes
        between = {"state": "sending", "provider_message_id": None, "next_attempt_at": later(50)}
        connection.execute(update(outbox).values(**between))
    again = make_kit(sqlite_url)
    until(lambda: again.rows(outbox)[0].provider_message_id is not None)


def test_a_callback_that_comes_while_a_text_is_looked_for_is_no_reason_to_send_it_again(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, called_back = outbox_room.known_sids, []

    def known_sids(connection: Any, *more: Any) -> Any:
        [row] = kit.rows(outbox)
        status = {"MessageSid": sids(kit)[0], "MessageStatus": "delivered"}
        called_back.append(kit.post(status, path=f"/twilio/status?outbox={row.id}").status_code)
        return whole(connection, *more)

    monkeypatch.setattr(outbox_room, "known_sids", known_sids)
    kit.fault("silent")
    kit.fault("accept-then-reset")
    kit.phone("hello")
    until(lambda: called_back == [204])
    sleep(QUICK.look_after + 0.5)
    assert states(kit) == ["delivered"]
    assert kit.on_phone() == ["About hello"]
    assert len(sids(kit)) == 1


def test_two_equal_texts_are_two_texts(kit: Kit) -> None:
    kit.dialogue.replies = [{"text": "Same"}, {"text": "Same"}]
    kit.fault("accept-then-reset")
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered", "delivered"])
    assert len(sids(kit)) == 2
    assert {row.provider_message_id for row in kit.rows(outbox)} == set(sids(kit))


def test_the_next_text_waits_until_the_last_is_sent(make_kit) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    kit.fault("500", times=3)
    kit.dialogue.replies = [{"text": f"Part {n}"} for n in range(5)]
    kit.phone("hello")
    until(lambda: len(kit.on_phone()) == 5)
    assert kit.on_phone() == [f"Part {n}" for n in range(5)]


def test_a_text_of_which_nothing_is_heard_holds_up_the_next_only_for_a_while(kit: Kit) -> None:
    kit.fault("silent", times=1)
    kit.dialogue.replies = [{"text": "One"}, {"text": "Two"}]
    kit.phone("hello")
    until(lambda: kit.on_phone() == ["One", "Two"])
    until(lambda: states(kit) == ["delivered", "delivered"])


def test_callbacks_in_any_order_only_move_forward(kit: Kit) -> None:
    kit.fault("callbacks-reversed")
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    kit.phone("again")
    until(lambda: states(kit) == ["delivered", "delivered"])


@pytest.mark.parametrize(
    ("statuses", "end"),
    [
        (["sent", "queued"], "sent"),
        (["delivered", "sent", "queued"], "delivered"),
        (["sent", "delivered", "undelivered"], "delivered"),
        (["undelivered", "delivered"], "undelivered"),
        (["read", "sent"], "delivered"),
        (["nonsense"], "sending"),
    ],
)
def test_statuses_move_forward_only(kit: Kit, statuses, end) -> None:
    kit.fault("silent")
    kit.phone("hello")
    row = until(lambda: [row for row in kit.rows(outbox) if row.provider_message_id])[0]
    for status in statuses:
        form = {"MessageSid": row.provider_message_id, "MessageStatus": status, "ErrorCode": ""}
        assert kit.post(form, path=f"/twilio/status?outbox={row.id}").status_code == 204
        if status == statuses[0] and end not in ("sending",):
            assert kit.rows(outbox)[0].state != "sending"
    assert kit.rows(outbox)[0].state == end


def test_a_status_must_be_signed_for_its_very_address(kit: Kit) -> None:
    kit.phone("hello")
    row = until(lambda: kit.rows(outbox))[0]
    form = {"MessageSid": "SM1", "MessageStatus": "failed"}
    signed = kit.post(form, path="/twilio/status?outbox=other").request.headers["X-Twilio-Signature"]
    answer = kit.client.post(
        f"/twilio/status?outbox={row.id}", data=form, headers={"X-Twilio-Signature": signed}
    )
    assert answer.status_code == 403
    until(lambda: states(kit) == ["delivered"])


def test_a_status_of_something_unknown_changes_nothing(kit: Kit) -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "delivered"}
    assert kit.post(form, path=f"/twilio/status?outbox={new_id()}").status_code == 204


@pytest.mark.parametrize("code", [21211, 21617])
def test_a_text_twilio_will_never_take_is_a_task(kit: Kit, code: int) -> None:
    kit.fault("error", code=code)
    kit.phone("hello")
    until(lambda: states(kit) == ["failed"])
    assert kit.rows(outbox)[0].error_code == str(code)
    assert [(row.code, row.priority) for row in kit.rows(task)] == [("undelivered", "routine")]
    kit.phone("again")
    until(lambda: states(kit) == ["failed", "delivered"])


def test_a_result_that_does_not_arrive_is_urgent(kit: Kit) -> None:
    kit.dialogue.replies = [{"text": "Your potassium is high", "about": ["2823-3"]}]
    kit.fault("undelivered", code=30006)
    kit.phone("hello")
    until(lambda: kit.rows(task))
    assert [(row.code, row.priority) for row in kit.rows(task)] == [("undelivered", "urgent")]


def test_a_number_with_a_new_owner_must_be_checked_again(kit: Kit) -> None:
    kit.phone("hello")
    until(lambda: states(kit) == ["delivered"])
    with kit.engine.begin() as connection:
        verify_identity(connection, kit.rows(patient)[0].id, "2026-01-01T00:00:00.000000Z")
    kit.fault("undelivered", code=30005)
    kit.phone("again")
    until(lambda: kit.rows(task, code="check-identity"))
    assert kit.rows(patient)[0].identity_verified_at is None


def test_wrong_credentials_keep_every_text(make_kit) -> None:
    kit = make_kit(auth_tokens=("wrong", "the-auth-token"))
    kit.phone("hello")
    until(lambda: kit.rows(outbox) and kit.rows(outbox)[0].attempts > 1)
    assert states(kit)[0] in ("queued", "sending")
    assert kit.rows(task) == []


def test_a_text_written_before_a_stop_is_not_sent_after_it(make_kit) -> None:
    kit = make_kit(standin={"opt_out": "off"})
    kit.fault("429", times=5)
    kit.phone("hello")
    until(lambda: kit.rows(outbox))
    with kit.engine.begin() as connection:
        connection.execute(contact_point.update().values(opted_out_at="2026-01-01T00:00:00.000000Z"))
    until(lambda: states(kit) == ["cancelled"])
    assert kit.on_phone() == []


def test_a_text_that_waited_too_long_is_not_sent_any_more(make_kit) -> None:
    from dataclasses import replace

    kit = make_kit(timing=replace(QUICK, send_give_up=0.5))
    kit.fault("429", times=50)
    kit.phone("hello")
    until(lambda: states(kit) == ["failed"])
    assert kit.rows(outbox)[0].error_code == "30036"
    assert kit.rows(task)[0].code == "undelivered"


def test_a_message_no_webhook_brought_is_found(kit: Kit) -> None:
    kit.fault("drop-webhook")
    kit.phone("did you get this?")
    until(lambda: kit.on_phone() == ["About did you get this?"])
    assert kit.parts.metrics.reconciled._value.get() == 1


def test_what_was_missed_is_found_on_every_page_of_the_list(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(twilio_api, "LARGEST_PAGE", 2)
    kit.fault("drop-webhook", times=7)
    for number in range(7):
        kit.phone(f"message {number}", f"+1202555{number:04d}")
    until(lambda: len(kit.dialogue.heard) == 7)
    assert sorted(kit.dialogue.texts()) == [f"message {number}" for number in range(7)]


def test_a_text_twilio_no_longer_knows_keeps_nothing_from_being_found(
    make_kit: Callable[..., Kit], sqlite_url: str
) -> None:
    """Its status can never be fetched; what comes in later without a webhook is found all the same."""
    first = make_kit(sqlite_url)
    first.phone("hello")
    until(lambda: states(first) == ["delivered"])
    with first.engine.begin() as connection:
        unknown = {"state": "sending", "provider_message_id": "SM" + "f" * 32, "updated_at": later(-60)}
        connection.execute(update(outbox).values(**unknown))
    kit = make_kit(sqlite_url)
    sleep(3 * kit.config.timing.reconcile)  # asked after, in vain
    kit.fault("drop-webhook")
    kit.phone("did you get this?", "+12025550199")
    until(lambda: "About did you get this?" in kit.said())  # whichever of the two sends it


def test_what_came_by_webhook_is_not_taken_in_again(kit: Kit) -> None:
    """Whichever of the two is first on a slow machine: it is one message, with one answer."""
    from record.tables import inbox

    kit.phone("hello")
    until(lambda: kit.on_phone())
    sleep(kit.config.timing.reconcile_grace + 3 * kit.config.timing.reconcile)  # looked for, several times
    assert len(kit.rows(inbox)) == 1
    assert kit.on_phone() == ["About hello"]


def test_an_emergency_no_webhook_brought_is_an_emergency(kit: Kit) -> None:
    kit.fault("drop-webhook")
    kit.phone("chest pain")
    until(lambda: "Call 911 now. (emergency)" in kit.on_phone())
    assert kit.rows(task)[0].priority == "stat"


@pytest.mark.parametrize("kind", ["500", "reset", "429"])
def test_a_list_that_fails_is_asked_for_again(kit: Kit, kind: str) -> None:
    kit.fault(kind, where="list", times=2)
    kit.fault("drop-webhook")
    kit.phone("hello")
    until(lambda: kit.on_phone() == ["About hello"])


def test_messages_to_other_numbers_of_the_account_are_not_ours(make_kit) -> None:
    other = "+15005550999"
    kit = make_kit(standin={"numbers": (OURS, other)})
    kit.fault("drop-webhook", times=2)
    kit.standin.post("/phone/messages", json={"from": PHONE, "to": other, "body": "pizza please"})
    kit.phone("hello")
    until(lambda: kit.on_phone() == ["About hello"])
    assert kit.dialogue.texts() == ["hello"]


def test_messages_found_late_keep_the_order_they_were_sent_in(kit: Kit) -> None:
    kit.fault("drop-webhook", times=5)
    for n in range(5):
        kit.phone(f"message {n}")
    until(lambda: len(kit.on_phone()) == 5)
    assert kit.dialogue.texts() == [f"message {n}" for n in range(5)]

"""Webhooks come signed, in order, through a message's whole life."""

import httpx
from twilio.request_validator import RequestValidator

from tests.twilio_standin.test_rest import GOOD, MESSAGES, OUR_NUMBER, PHONE
from twilio_standin.config import ACCOUNT_SID


def test_inbound_webhook_is_signed_with_its_blank_fields(standin, application, until) -> None:
    standin.post("/phone/messages", json={"from": PHONE, "body": "my potassium is 5.9"})
    until(lambda: application.heard)
    path, signature, form = application.heard[0]
    assert form["Body"] == "my potassium is 5.9"
    assert form["ToCity"] == ""
    assert form["AccountSid"] == ACCOUNT_SID
    assert form["SmsMessageSid"] == form["MessageSid"]
    assert RequestValidator("a-token-for-tests").validate(application.url + path, form, signature)
    assert not RequestValidator("another").validate(application.url + path, form, signature)


def test_texts_of_one_phone_arrive_in_order(standin, application, until) -> None:
    for n in range(8):
        standin.post("/phone/messages", json={"from": PHONE, "body": str(n)})
    until(lambda: len(application.heard) == 8)
    assert application.texts() == [str(n) for n in range(8)]


def test_outgoing_message_lives_through_its_statuses(standin, application, until) -> None:
    callback = f"{application.url}/status?outbox=7"
    standin.post(f"{MESSAGES}.json", data={**GOOD, "StatusCallback": callback})
    until(lambda: len(application.heard) == 3)
    assert application.statuses() == ["queued", "sent", "delivered"]
    path, signature, form = application.heard[0]
    assert path == "/status?outbox=7"
    assert RequestValidator("a-token-for-tests").validate(callback, form, signature)
    on_phone = standin.get("/phone/messages", params={"number": PHONE}).json()["messages"]
    assert [(m["direction"], m["body"]) for m in on_phone] == [("received", "Hello")]


def test_phone_history_continues_after_a_message(standin: httpx.Client) -> None:
    sids = [
        standin.post("/phone/messages", json={"from": PHONE, "body": str(n)}).json()["sid"] for n in "abc"
    ]
    rest = standin.get("/phone/messages", params={"number": PHONE, "after": sids[0]}).json()["messages"]
    assert [m["sid"] for m in rest] == sids[1:]


def test_phone_events_stream_what_arrives(standin: httpx.Client) -> None:
    with standin.stream("GET", "/phone/events", params={"number": PHONE}) as events:
        standin.post(f"{MESSAGES}.json", data=GOOD)
        lines = events.iter_lines()
        data = next(line for line in lines if line.startswith("data: "))
    assert '"body": "Hello"' in data


def test_a_failing_webhook_is_noted_and_not_repeated(make_standin, until) -> None:
    client = make_standin()
    client.post(f"{MESSAGES}.json", data={**GOOD, "StatusCallback": "http://127.0.0.1:9/status"})
    until(lambda: len(client.get("/control/ledger").json()["webhook_failures"]) == 3)
    assert {each["code"] for each in client.get("/control/ledger").json()["webhook_failures"]} == {11200}


def test_stop_blocks_and_start_brings_back(standin, application, until) -> None:
    standin.post("/phone/messages", json={"from": PHONE, "body": " Stop "})
    until(lambda: application.heard)
    assert "OptOutType" not in application.heard[0][2]
    assert standin.post(f"{MESSAGES}.json", data=GOOD).json()["code"] == 21610
    standin.post("/phone/messages", json={"from": PHONE, "body": "START"})
    assert standin.post(f"{MESSAGES}.json", data=GOOD).status_code == 201
    shown = standin.get("/phone/messages", params={"number": PHONE}).json()["messages"]
    assert [m["direction"] for m in shown][:4] == ["sent", "received", "sent", "received"]


def test_advanced_opt_out_says_its_type(make_standin, application, until) -> None:
    make_standin(opt_out="advanced").post("/phone/messages", json={"from": PHONE, "body": "STOP"})
    until(lambda: application.heard)
    assert application.heard[0][2]["OptOutType"] == "STOP"


def test_without_opt_out_handling_stop_is_a_word(make_standin) -> None:
    client = make_standin(opt_out="off")
    client.post("/phone/messages", json={"from": PHONE, "body": "STOP"})
    assert client.post(f"{MESSAGES}.json", data=GOOD).status_code == 201


def test_yes_means_nothing_before_a_stop(standin, application, until) -> None:
    standin.post("/phone/messages", json={"from": PHONE, "body": "yes"})
    until(lambda: application.heard)
    shown = standin.get("/phone/messages", params={"number": PHONE}).json()["messages"]
    assert [m["direction"] for m in shown] == ["sent"]


def test_a_picture_comes_with_its_address(standin, application, until) -> None:
    standin.post("/phone/messages", json={"from": PHONE, "media_urls": ["https://example.org/a.jpg"]})
    until(lambda: application.heard)
    form = application.heard[0][2]
    assert (form["NumMedia"], form["Body"], form["MediaUrl0"]) == ("1", "", "https://example.org/a.jpg")
    assert form["MessageSid"].startswith("MM")
    assert form["To"] == OUR_NUMBER

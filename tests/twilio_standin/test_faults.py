"""Each fault does what it says, as often as asked, and then all is well again."""

import httpx
import pytest

from tests.twilio_standin.test_rest import GOOD, MESSAGES, PHONE


def fault(standin: httpx.Client, kind: str, **more: object) -> None:
    standin.post("/control/faults", json={"kind": kind, **more}).raise_for_status()


def accepted(standin: httpx.Client) -> int:
    return len(standin.get("/control/ledger").json()["messages"])


@pytest.mark.parametrize(
    ("kind", "more", "status", "code"),
    [("429", {}, 429, 20429), ("500", {}, 500, 20500), ("error", {"code": 21611}, 429, 21611)],
)
def test_refusals_accept_nothing(standin: httpx.Client, kind, more, status, code) -> None:
    fault(standin, kind, times=2, **more)
    for _ in range(2):
        answer = standin.post(f"{MESSAGES}.json", data=GOOD)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert accepted(standin) == 0
    assert standin.post(f"{MESSAGES}.json", data=GOOD).status_code == 201


@pytest.mark.parametrize(("kind", "count"), [("reset", 0), ("accept-then-reset", 1)])
def test_a_reset_hides_whether_it_was_accepted(standin: httpx.Client, kind: str, count: int) -> None:
    fault(standin, kind)
    with pytest.raises(httpx.TransportError):
        standin.post(f"{MESSAGES}.json", data=GOOD)
    assert accepted(standin) == count
    assert standin.post(f"{MESSAGES}.json", data=GOOD).status_code == 201


def test_a_hang_after_acceptance_outlasts_the_caller(standin: httpx.Client) -> None:
    fault(standin, "accept-then-hang", seconds=1)
    with pytest.raises(httpx.ReadTimeout):
        standin.post(f"{MESSAGES}.json", data=GOOD, timeout=0.2)
    assert accepted(standin) == 1


def test_faults_may_mean_one_phone_only(standin: httpx.Client) -> None:
    fault(standin, "500", number="+12025550777")
    assert standin.post(f"{MESSAGES}.json", data=GOOD).status_code == 201
    assert standin.post(f"{MESSAGES}.json", data={**GOOD, "To": "+12025550777"}).status_code == 500


@pytest.mark.parametrize("ending", ["undelivered", "failed"])
def test_a_message_can_end_badly(standin, application, until, ending: str) -> None:
    fault(standin, ending, code=30005)
    standin.post(f"{MESSAGES}.json", data={**GOOD, "StatusCallback": f"{application.url}/status"})
    until(lambda: ending in application.statuses())
    assert application.heard[-1][2]["ErrorCode"] == "30005"
    assert standin.get("/phone/messages", params={"number": PHONE}).json()["messages"] == []


def test_callbacks_can_come_backwards_or_never(standin, application, until) -> None:
    fault(standin, "callbacks-reversed")
    standin.post(f"{MESSAGES}.json", data={**GOOD, "StatusCallback": f"{application.url}/status"})
    until(lambda: len(application.heard) == 3)
    assert application.statuses() == ["delivered", "sent", "queued"]
    fault(standin, "silent")
    sid = standin.post(
        f"{MESSAGES}.json", data={**GOOD, "StatusCallback": f"{application.url}/status"}
    ).json()["sid"]
    until(lambda: standin.get(f"{MESSAGES}/{sid}.json").json()["status"] == "delivered")
    assert len(application.heard) == 3


def test_a_webhook_can_come_many_times_never_or_late(standin, application, until) -> None:
    fault(standin, "duplicate-webhook", copies=5)
    standin.post("/phone/messages", json={"from": PHONE, "body": "a"})
    until(lambda: len(application.heard) == 5)
    assert len({form["MessageSid"] for _, _, form in application.heard}) == 1
    fault(standin, "drop-webhook")
    standin.post("/phone/messages", json={"from": PHONE, "body": "lost"})
    fault(standin, "reorder-webhooks")
    for body in ("first", "second"):
        standin.post("/phone/messages", json={"from": PHONE, "body": body})
    until(lambda: len(application.heard) == 7)
    assert application.texts()[5:] == ["second", "first"]
    listed = standin.get(f"{MESSAGES}.json", params={"From": PHONE}).json()["messages"]
    assert "lost" in [m["body"] for m in listed]


@pytest.mark.parametrize("wrong", [{"kind": "nonsense"}, {"kind": "500", "times": 0}])
def test_an_unknown_fault_is_refused(standin: httpx.Client, wrong) -> None:
    assert standin.post("/control/faults", json=wrong).status_code == 422


def test_faults_are_listed_and_cleared(standin: httpx.Client) -> None:
    fault(standin, "500", times=9)
    assert standin.get("/control/faults").json()["waiting"][0]["times"] == 9
    standin.delete("/control/faults")
    assert standin.post(f"{MESSAGES}.json", data=GOOD).status_code == 201

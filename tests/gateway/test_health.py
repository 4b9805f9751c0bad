"""Health says the truth about each part; metrics are for this machine; no answer helps an attacker."""

import pytest

from tests.gateway.conftest import Kit, until


def test_ready_names_its_parts(shared: Kit) -> None:
    answer = shared.client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ready", "parts": {"database": "ok", "rasa": "ok"}}


def test_without_the_dialogue_it_still_takes_messages(kit: Kit) -> None:
    kit.dialogue.mode = "down"
    answer = kit.client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["parts"] == {"database": "ok", "rasa": "not answering"}
    assert kit.client.get("/health/accepting").status_code == 200
    assert kit.client.get("/health/live").status_code == 200


def test_without_the_database_it_takes_none(kit: Kit) -> None:
    kit.parts.store._writer.close()
    assert kit.client.get("/health/accepting").status_code == 503
    assert kit.client.get("/health/ready").json()["parts"]["database"] == "not answering"
    assert kit.client.get("/health/live").status_code == 200


@pytest.mark.parametrize("broken", [False, True])
def test_other_parts_count_too(make_kit, broken: bool) -> None:
    async def check() -> bool:
        return not broken

    answer = make_kit(checks={"index": check}).client.get("/health/ready")
    assert answer.status_code == (503 if broken else 200)
    assert answer.json()["parts"]["index"] == ("not answering" if broken else "ok")


def test_metrics_count_without_naming_anyone(kit: Kit) -> None:
    kit.text("my canary-word potassium is 5.9")
    kit.text("chest pain")
    kit.client.post("/twilio/inbound", data={"Body": "forged"})
    until(lambda: len(kit.said()) == 3)
    text = kit.client.get("/metrics").text
    assert 'kith_messages_accepted_total{channel="sms",outcome="stored"} 2.0' in text
    assert 'kith_screened_total{level="emergency"} 1.0' in text
    assert 'kith_requests_refused_total{reason="signature",where="twilio"} 1.0' in text
    assert 'kith_open_tasks{priority="stat"} 1.0' in text
    assert "kith_inbox_waiting 0.0" in text
    for secret in ("canary", "potassium", "12025550123"):
        assert secret not in text


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"X-Forwarded-For": "203.0.113.9"}, 403),
        ({"Forwarded": "for=203.0.113.9"}, 403),
        ({"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer figures"}, 200),
        ({"X-Forwarded-For": "203.0.113.9", "Authorization": "Bearer wrong"}, 403),
    ],
)
def test_metrics_are_not_for_the_world(make_kit, headers, status) -> None:
    kit = make_kit(metrics_token="figures")
    assert kit.client.get("/metrics", headers=headers).status_code == status


@pytest.mark.parametrize(
    "path", ["/health/live", "/widget/config", "/nowhere", "/demo", "/widget/static/nothing.js"]
)
def test_every_answer_carries_the_headers(shared: Kit, path: str) -> None:
    headers = shared.client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "server" not in headers or "uvicorn" in headers["server"]


def test_https_is_remembered_only_where_it_is_used(make_kit) -> None:
    assert "strict-transport-security" in make_kit(secure=True).client.get("/health/live").headers
    assert "strict-transport-security" not in make_kit().client.get("/health/live").headers


@pytest.mark.parametrize(
    "path", ["/docs", "/openapi.json", "/redoc", "/nowhere", "/widget/static/..%2Fpages.py"]
)
def test_what_is_not_there_is_said_in_json(shared: Kit, path: str) -> None:
    answer = shared.client.get(path)
    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "not-found"


def test_a_failure_inside_shows_no_trace(kit: Kit) -> None:
    kit.parts.store._readers.shutdown()
    answer = kit.client.get("/widget/messages", headers={"Authorization": "Bearer x"})
    assert answer.status_code == 500
    assert answer.json() == {
        "error": {"code": "failed", "message": "Something on our side failed. Please try again."}
    }


def test_wrong_method(shared: Kit) -> None:
    assert shared.client.get("/twilio/inbound").json()["error"]["code"] == "method-not-allowed"

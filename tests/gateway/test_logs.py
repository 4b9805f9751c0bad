"""Logs say what happened and never whose or what: a canary put through everything is found nowhere."""

import io
import json
import logging

import pytest
import structlog

from kith import logs
from record.tables import inbox
from tests.gateway.conftest import Kit, until

CANARY = "zanzibar-7731"
NUMBER = "+12025557731"


@pytest.fixture
def stream():
    out = io.StringIO()
    handlers, level = logging.getLogger().handlers[:], logging.getLogger().level
    logs.configure("DEBUG", out)
    yield out
    structlog.reset_defaults()
    logging.getLogger().handlers[:] = handlers
    logging.getLogger().setLevel(level)


def lines(stream: io.StringIO) -> list[dict]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_only_keys_on_the_list_get_out(stream: io.StringIO) -> None:
    structlog.get_logger().info("something", inbox_id="i1", text=CANARY, phone=NUMBER)
    [line] = lines(stream)
    assert (line["event"], line["inbox_id"], line["dropped"]) == ("something", "i1", 2)
    assert CANARY not in stream.getvalue()


def test_what_a_library_fills_in_stays_out(stream: io.StringIO) -> None:
    log = logging.getLogger("some.library")
    log.warning("failed for %s", CANARY)
    log.warning(f"all in one: {CANARY}")
    try:
        raise ValueError(CANARY)
    except ValueError:
        log.exception("it broke with %s", CANARY)
    assert CANARY not in stream.getvalue()
    assert [line["event"] for line in lines(stream)] == [
        "failed for %s",
        "some.library says something",
        "it broke with %s",
    ]
    assert lines(stream)[-1]["error"] == "ValueError"


def test_a_canary_through_everything_is_in_no_log_or_figure(make_kit, stream: io.StringIO) -> None:
    kit: Kit = make_kit()
    browser = kit.widget()
    browser.post("/widget/messages", json={"client_id": "a", "text": f"chest pain {CANARY}"})
    browser.post("/widget/messages", json={"client_id": CANARY, "text": CANARY * 3000})
    kit.dialogue.proposals = [{"kind": CANARY}]
    kit.phone(f"screen breaks {CANARY}", number=NUMBER)
    kit.fault("error", code=21211)
    kit.text(f"hello {CANARY}", From=NUMBER)
    kit.client.post("/twilio/inbound", data={"Body": CANARY, "From": NUMBER})
    kit.client.get(f"/nowhere/{CANARY}", params={"q": NUMBER})
    kit.client.get(f"/fhir/Patient/{CANARY}/$everything")
    kit.dialogue.mode = "500"
    kit.text(f"trouble {CANARY}", From=NUMBER)
    until(lambda: kit.parts.phrases.patient["trouble"] in kit.said())
    kit.dialogue.mode = "answer"
    until(lambda: all(row.state == "done" for row in kit.rows(inbox)))
    kit.parts.store._readers.shutdown()
    browser.get("/widget/messages")
    written = stream.getvalue()
    assert "screen_failed" in written
    assert "signature_refused" in written
    assert "request_failed" in written
    for secret in (CANARY, NUMBER, NUMBER[1:], "chest pain"):
        assert secret not in written
        assert secret not in kit.client.get("/metrics").text

"""The gateway's way in, on a real server: nothing lost, nothing answered twice, nothing half done."""

import json
import sqlite3
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.bot import serving
from tests.bot.serving import SECRET, Actions, Rasa, free_port

pytestmark = pytest.mark.usefixtures("actions")


@pytest.fixture
def someone() -> str:
    """A conversation of its own."""
    return uuid4().hex


def test_a_message_is_answered_with_the_payload_of_its_action(rasa: Rasa, someone: str) -> None:
    status, answer = rasa.say(someone, "m1", "What does my potassium of 5.9 mean?", full_text="all of it")
    assert status == 200
    payload = answer.pop("payload")
    assert answer == {"message_id": "m1", "replayed": False}
    assert payload["replies"][0]["text"] == "action_explain_result"
    assert payload["entities"] == [{"code": "2823-3", "analyte": "potassium", "value": "5.9", "unit": None}]
    assert payload["metadata"] == {"full_text": "all of it"}


@pytest.mark.parametrize("status", [200, 400, 500])
def test_the_actions_hear_of_a_message_before_they_are_asked_and_need_not_take_it(
    rasa: Rasa, someone: str, actions: Actions, status: int
) -> None:
    actions.announcing = status
    assert rasa.say(someone, "m1", "the bus stopped", full_text="the bus stopped", message_id="m1")[0] == 200
    (announced,) = [each for each in actions.announced if each["conversation_id"] == someone]
    assert (announced["message_id"], announced["text"]) == ("m1", "the bus stopped")
    assert announced["metadata"] == {"full_text": "the bus stopped", "message_id": "m1"}


def test_the_same_message_again_gets_the_stored_payload(rasa: Rasa, someone: str, actions: Actions) -> None:
    _, first = rasa.say(someone, "m1", "hello")
    _, again = rasa.say(someone, "m1", "hello")
    assert again == {**first, "replayed": True}
    assert len(actions.calls) == 1


def test_the_same_message_five_times_at_once_is_handled_once(
    rasa: Rasa, someone: str, actions: Actions
) -> None:
    actions.behaviour = serving.slow
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: rasa.say(someone, "m1", "my car broke down"), range(5)))
    assert {status for status, _ in answers} == {200}
    assert sorted(answer["replayed"] for _, answer in answers) == [False, True, True, True, True]
    assert len(actions.calls) == 1


def test_messages_of_one_conversation_are_handled_one_at_a_time_and_in_order(
    rasa: Rasa, someone: str, actions: Actions
) -> None:
    actions.behaviour = serving.slow
    with ThreadPoolExecutor(4) as pool:
        waiting = []
        for number in range(4):
            waiting.append(pool.submit(rasa.say, someone, f"m{number}", f"we lost the house {number}"))
            time.sleep(0.05)
        turns = [future.result()[1]["payload"]["turn"] for future in waiting]
    assert turns == [1, 2, 3, 4]


def test_conversations_do_not_wait_for_each_other(rasa: Rasa, actions: Actions) -> None:
    actions.behaviour = lambda call: time.sleep(3) or serving.answering(call)
    began = time.monotonic()
    with ThreadPoolExecutor(5) as pool:
        answers = list(
            pool.map(lambda name: rasa.say(name, "m1", "hello")[0], [uuid4().hex for _ in range(5)])
        )
    assert answers == [200] * 5
    assert time.monotonic() - began < 12


def test_two_conversations_may_use_the_same_message_id(rasa: Rasa) -> None:
    one, other = uuid4().hex, uuid4().hex
    assert rasa.say(one, "m1", "hello")[1]["replayed"] is False
    assert rasa.say(other, "m1", "hello")[1]["replayed"] is False


@pytest.mark.parametrize("secret", [None, "", "a-secret", SECRET + "x", "ü"])
def test_a_wrong_secret_is_refused_and_nothing_runs(rasa: Rasa, actions: Actions, secret: str | None) -> None:
    body = json.dumps({"message_id": "m", "conversation_id": "c", "text": "hi"}).encode()
    encoded = secret.encode().decode("latin-1") if secret else secret
    assert rasa.post(body, encoded)[0] == 401
    assert actions.calls == []


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[]", "must be a JSON object"),
        (b'{"message_id": "m", "conversation_id": "c"}', "text must be a string"),
        (b'{"message_id": "m", "conversation_id": "c", "text": 5}', "text must be a string"),
        (b'{"message_id": 7, "conversation_id": "c", "text": ""}', "message_id must be a string"),
        (b'{"message_id": "m", "conversation_id": " ", "text": ""}', "conversation_id must be a string"),
        (b'{"message_id": "m", "conversation_id": "a\\u0000b", "text": ""}', "conversation_id must be"),
        (b'{"message_id": "m", "conversation_id": "c", "text": "", "metadata": []}', "metadata must be an"),
        (json.dumps({"message_id": "m" * 201, "conversation_id": "c", "text": ""}).encode(), "message_id"),
        (json.dumps({"text": "x" * 1_000_001}).encode(), "larger than"),
    ],
)
def test_a_malformed_request_is_refused_with_a_clear_error(
    rasa: Rasa, actions: Actions, body: bytes, says: str
) -> None:
    status, answer = rasa.post(body)
    assert status == 400
    assert says in answer["error"]
    assert actions.calls == []


@pytest.mark.parametrize(
    ("behaviour", "status"),
    [
        (500, 502),
        (400, 502),
        (404, 502),
        (serving.silent, 502),
        (serving.double, 502),
        (serving.shapeless, 502),
        (serving.wordy, 502),
        (serving.wrong_events, 502),
    ],
)
def test_a_failing_action_is_an_error_and_trying_again_is_clean(
    rasa: Rasa, someone: str, actions: Actions, behaviour: Any, status: int
) -> None:
    assert rasa.say(someone, "m1", "hello")[1]["payload"]["turn"] == 1
    actions.behaviour = behaviour
    failed, answer = rasa.say(someone, "m2", "my car broke down")
    assert failed == status
    assert "car" not in json.dumps(answer)
    actions.behaviour = serving.answering
    _, answer = rasa.say(someone, "m2", "my car broke down")
    assert (answer["replayed"], answer["payload"]["turn"]) == (False, 2)
    assert [each["text"] for each in _remembered(rasa, someone) if each["event"] == "user"] == [
        "my car broke down"
    ]


def _remembered(rasa: Rasa, conversation: str) -> list[dict[str, Any]]:
    """The events Rasa goes on from."""
    with sqlite3.connect(rasa.database) as database:
        query = "SELECT state FROM dialogue_conversation WHERE conversation_id = ?"
        state = database.execute(query, (conversation,)).fetchone()[0]
    events: list[dict[str, Any]] = json.loads(state)
    return events


def test_an_action_is_sent_the_turn_and_nothing_of_the_history(
    rasa: Rasa, someone: str, actions: Actions
) -> None:
    rasa.say(someone, "m1", "my rent is late")
    rasa.say(someone, "m2", "hello")
    sent = actions.calls[-1]
    assert sent["tracker"]["latest_message"]["text"] == "hello"
    assert sent["tracker"]["slots"]["turn"] == 1
    assert "rent" not in json.dumps(sent)
    assert "domain" not in sent


def test_the_first_message_of_all_may_fail_too(rasa: Rasa, someone: str, actions: Actions) -> None:
    actions.behaviour = 500
    assert rasa.say(someone, "m1", "hello")[0] == 502
    actions.behaviour = serving.answering
    assert rasa.say(someone, "m1", "hello")[1]["payload"]["turn"] == 1


def test_an_action_server_that_is_down_is_an_error_until_it_is_back(
    model: Path, tmp_path: Path, someone: str
) -> None:
    port = free_port()
    rasa = Rasa(tmp_path, port)
    rasa.start()
    try:
        assert rasa.say(someone, "m1", "my rent is late")[0] == 502
        actions = Actions(port)
        status, answer = rasa.say(someone, "m1", "my rent is late")
        assert (status, answer["replayed"]) == (200, False)
        actions.shutdown()
        actions.server_close()
    finally:
        rasa.stop()
    assert "rent" not in rasa.log.read_text()


def test_a_locked_tracker_store_is_an_error_and_trying_again_is_clean(rasa: Rasa, someone: str) -> None:
    assert rasa.say(someone, "m1", "hello")[0] == 200
    lock = sqlite3.connect(rasa.database, isolation_level=None)
    lock.execute("BEGIN IMMEDIATE")
    try:
        assert rasa.say(someone, "m2", "hello")[0] == 500
    finally:
        lock.execute("ROLLBACK")
        lock.close()
    assert rasa.say(someone, "m2", "hello")[1]["payload"]["turn"] == 2


@pytest.mark.parametrize(
    ("sent", "heard"),
    [
        ("/restart", "restart"),
        ('/delete_record{"a": 1}', 'delete_record{"a": 1}'),
        ("//goodbye", "goodbye"),
        (" /\t/ /affirm", "affirm"),
        ("\ufeff/affirm", "affirm"),
        ("/", "?"),
        ("///", "?"),
        ("", "?"),
        ("\0", "?"),
        ("\0/restart", "restart"),
        ("my car\0 broke down", "my car broke down"),
        ("1/2 of my pills", "1/2 of my pills"),
        ("🙂", "🙂"),
        ("\u202egnp.exe", "\u202egnp.exe"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 10_000, "x" * 1600),
        ("\ud800 broken", "? broken"),
        ("...", "..."),
    ],
)
def test_text_is_text(rasa: Rasa, someone: str, sent: str, heard: str) -> None:
    status, answer = rasa.say(someone, "m1", sent)
    assert (status, answer["payload"]["text"]) == (200, heard)


@pytest.mark.parametrize(
    "command", ["/restart", "/session_start", "/back", '/delete_record{"lab_result": 1}']
)
def test_a_typed_intent_is_not_obeyed(rasa: Rasa, someone: str, command: str) -> None:
    assert rasa.say(someone, "m1", "hello")[1]["payload"]["turn"] == 1
    _, answer = rasa.say(someone, "m2", command)
    assert answer["payload"]["entities"] == []
    assert rasa.say(someone, "m3", "hello")[1]["payload"]["turn"] == 3


def test_message_300_costs_what_message_10_costs(rasa: Rasa, someone: str) -> None:
    texts = ("my car broke down and i have no ride", "my potassium is 5.9", "yes", "what is an a1c")
    seconds = []
    for number in range(300):
        began = time.perf_counter()
        assert rasa.say(someone, f"m{number}", texts[number % 4], full_text=texts[number % 4] * 50)[0] == 200
        seconds.append(time.perf_counter() - began)
    early, late = statistics.median(seconds[10:60]), statistics.median(seconds[-50:])
    assert late < early * 1.5  # bench measures it closely on a quiet machine
    with sqlite3.connect(rasa.database) as database:
        (size,) = database.execute(
            "SELECT length(state) FROM dialogue_conversation WHERE conversation_id = ?", (someone,)
        ).fetchone()
        (stored,) = database.execute(
            "SELECT count(*) FROM dialogue_reply WHERE conversation_id = ?", (someone,)
        ).fetchone()
    assert size < 8_000
    assert stored == 20


def test_a_restart_forgets_nothing(
    model: Path, running_actions: Actions, tmp_path: Path, someone: str
) -> None:
    rasa = Rasa(tmp_path, running_actions.server_address[1])
    rasa.start()
    for number in range(5):
        rasa.say(someone, f"m{number}", "my car broke down")
    assert rasa.process is not None
    rasa.process.kill()
    rasa.process.wait()
    rasa.start()
    try:
        assert rasa.say(someone, "m4", "my car broke down")[1]["replayed"] is True
        assert rasa.say(someone, "m5", "my car broke down")[1]["payload"]["turn"] == 6
    finally:
        rasa.stop()


def test_health_names_the_model_and_serving_needs_no_tensorflow(rasa: Rasa, model: Path) -> None:
    assert rasa.get("/webhooks/kith/") == (200, {"status": "ok", "model": model.name})
    assert rasa.process is not None
    assert "tensorflow" not in Path(f"/proc/{rasa.process.pid}/maps").read_text()


@pytest.mark.parametrize("path", ["/model/parse", "/conversations/x/tracker", "/webhooks/rest/webhook"])
def test_nothing_else_of_rasa_is_reachable(rasa: Rasa, path: str) -> None:
    assert rasa.get(path)[0] in (404, 405)


def test_no_words_of_a_patient_are_in_the_log(rasa: Rasa, someone: str, actions: Actions) -> None:
    actions.behaviour = serving.wrong_events
    rasa.say(someone, "m1", "a most secret marmalade sandwich", full_text="a most secret marmalade sandwich")
    assert "marmalade" not in rasa.log.read_text()


def test_a_conversation_is_forgotten_when_its_patient_wants_it(rasa: Rasa, someone: str) -> None:
    rasa.say(someone, "m1", "my wife does not know about this")
    assert rasa.forget(someone, "wrong") == 401
    assert rasa.forget(someone) == 204
    with sqlite3.connect(rasa.database) as database:
        left = "\n".join(database.iterdump())
    assert someone not in left
    assert rasa.say(someone, "m2", "hello")[1]["payload"]["turn"] == 1

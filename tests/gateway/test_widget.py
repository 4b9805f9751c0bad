"""The widget's API: a session, messages sent once, history, and a stream that goes on where it was left."""

import hashlib
import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from gateway.answers import Problem
from gateway.limits import RateLimit
from record.tables import contact_point, flag, inbox, message, patient, task
from tests.gateway.conftest import Kit, until

TOKENS = ("", "Bearer", "Bearer wrong", "Basic abc", "Bearer " + "x" * 5000, "Bearer ä")
ORIGINS = (("https://evil.example", 403), ("null", 403), (None, 201), ("own", 201))


def send(browser: httpx.Client, text: str, client_id: str = "one") -> httpx.Response:
    return browser.post("/widget/messages", json={"client_id": client_id, "text": text})


def texts(browser: httpx.Client) -> list[str]:
    return [each["text"] for each in browser.get("/widget/messages").json()["messages"]]


def test_a_session_is_a_secret_kept_as_its_digest(kit: Kit) -> None:
    answer = kit.client.post("/widget/session")
    assert answer.status_code == 201
    token = answer.json()["token"]
    assert len(token) >= 43
    assert [row.value for row in kit.rows(contact_point)] == [hashlib.sha256(token.encode()).hexdigest()]
    assert answer.headers["cache-control"] == "no-store"


def test_a_message_is_answered_in_the_conversation(kit: Kit) -> None:
    browser = kit.widget()
    answer = send(browser, "what is potassium?")
    assert answer.status_code == 202
    assert answer.json()["seq"] == 1
    until(lambda: texts(browser) == ["what is potassium?", "About what is potassium?"])
    first, second = browser.get("/widget/messages").json()["messages"]
    assert (first["direction"], first["author"], first["id"]) == ("in", "patient", answer.json()["id"])
    assert (second["direction"], second["author"], second["seq"]) == ("out", "kith", 2)
    after = browser.get("/widget/messages", params={"after": 1}).json()
    assert [each["seq"] for each in after["messages"]] == [2]


def test_the_same_message_five_times_at_once_is_one(kit: Kit) -> None:
    browser = kit.widget()
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: send(browser, "hello").json(), range(5)))
    assert len({each["id"] for each in answers}) == 1
    until(lambda: texts(browser) == ["hello", "About hello"])
    assert len(kit.rows(inbox)) == 1


def test_one_browser_sees_nothing_of_another(kit: Kit) -> None:
    one, other = kit.widget(), kit.widget()
    send(one, "my secret")
    send(other, "hello", "one")
    until(lambda: len(texts(other)) == 2)
    assert "my secret" not in "".join(texts(other))
    assert len(kit.rows(patient)) == 2


@pytest.mark.parametrize("token", TOKENS)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/widget/messages"),
        ("GET", "/widget/messages"),
        ("GET", "/widget/events"),
        ("GET", "/widget/page"),
    ],
)
def test_without_the_token_nothing_is_said(shared: Kit, token: str, method: str, path: str) -> None:
    headers = {"Authorization": token.encode()} if token else {}
    body = {"client_id": "a", "text": "not to be stored"} if method == "POST" else None
    answer = shared.client.request(method, path, headers=headers, json=body)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "no-session"
    assert not [row for row in shared.rows(message) if row.text == "not to be stored"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"client_id": "a", "text": "x" * 20_001}, 413, "too-long"),
        ({"client_id": "a", "text": ""}, 422, "empty"),
        ({"client_id": "a", "text": " \u202e\x00 "}, 422, "empty"),
        ({"client_id": "", "text": "x"}, 422, "bad-client-id"),
        ({"client_id": "a" * 65, "text": "x"}, 422, "bad-client-id"),
        ({"client_id": "a b", "text": "x"}, 422, "bad-client-id"),
        ({"text": "x"}, 422, "invalid"),
        ({"client_id": "a", "text": {"a": 1}}, 422, "invalid"),
        (["no"], 422, "invalid"),
    ],
)
def test_what_cannot_be_used_is_said_plainly(shared: Kit, body, status, code) -> None:
    answer = shared.widget().post("/widget/messages", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert "Traceback" not in answer.text
    assert not [row for row in shared.rows(inbox) if row.provider_message_id in ("a", "a b", "a" * 65)]


def test_a_body_that_is_no_json(shared: Kit) -> None:
    answer = shared.widget().post(
        "/widget/messages", content=b"{", headers={"Content-Type": "application/json"}
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "invalid")


def test_twenty_thousand_characters_are_taken(kit: Kit) -> None:
    browser = kit.widget()
    long = ("word " * 4000).strip()
    assert send(browser, long).status_code == 202
    assert kit.rows(message, direction="in")[0].text == long
    assert len(until(lambda: kit.dialogue.heard)[0]["text"]) == 1600


def test_half_a_character_is_stored_as_a_sign_of_it(kit: Kit) -> None:
    browser = kit.widget()
    body = b'{"client_id": "a", "text": "sad \\ud83d face"}'
    headers = {"Content-Type": "application/json"}
    assert browser.post("/widget/messages", content=body, headers=headers).status_code == 202
    until(lambda: texts(browser)[1:] == ["About sad � face"])


def test_stop_is_a_word_here_and_the_dialogue_answers_it(kit: Kit) -> None:
    browser = kit.widget()
    send(browser, "STOP")
    until(lambda: texts(browser) == ["STOP", "About STOP"])


def test_danger_in_the_widget_is_answered_at_once(kit: Kit) -> None:
    kit.dialogue.mode = "500"
    browser = kit.widget()
    send(browser, "I have chest pain")
    assert texts(browser) == ["I have chest pain", "Call 911 now. (emergency)"]
    assert [row.level for row in kit.rows(flag)] == ["emergency"]
    assert [row.priority for row in kit.rows(task)] == ["stat"]


def test_trouble_is_said_in_the_widget_too(kit: Kit) -> None:
    kit.dialogue.mode = "500"
    browser = kit.widget()
    send(browser, "hello")
    until(lambda: texts(browser) == ["hello", kit.parts.phrases.patient["trouble"]])
    kit.dialogue.mode = "answer"
    until(lambda: texts(browser)[2:] == ["About hello"])


def test_what_cannot_be_stored_is_said(kit: Kit) -> None:
    browser = kit.widget()
    kit.parts.store._writer.close()
    answer = send(browser, "hello")
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "not-stored")


def read_events(lines, count: int) -> list[dict]:
    """The next `count` messages of a stream."""
    found = []
    for line in lines:
        if line.startswith("data: "):
            found.append(json.loads(line[6:]))
            if len(found) == count:
                break
    return found


def test_the_stream_tells_each_line_once_and_goes_on_where_it_was(kit: Kit) -> None:
    browser = kit.widget()
    with browser.stream("GET", "/widget/events") as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        send(browser, "first")
        got = read_events(stream.iter_lines(), 2)
    assert [(each["seq"], each["text"]) for each in got] == [(1, "first"), (2, "About first")]
    send(browser, "second", "two")
    with browser.stream("GET", "/widget/events", headers={"Last-Event-ID": "2"}) as stream:
        got = read_events(stream.iter_lines(), 2)
    assert [each["text"] for each in got] == ["second", "About second"]


def test_the_stream_is_alive_while_nothing_happens(shared: Kit) -> None:
    with shared.widget().stream("GET", "/widget/events") as stream:
        assert next(line for line in stream.iter_lines() if line.startswith(":")) == ": still here"


def test_a_stream_that_ends_is_forgotten(kit: Kit) -> None:
    with kit.widget().stream("GET", "/widget/events") as stream:
        lines = stream.iter_lines()  # held on to: letting go of it would close the stream
        next(lines)
        until(lambda: kit.parts.bells.watching() == 1)
    until(lambda: kit.parts.bells.watching() == 0)


@pytest.mark.parametrize("last", ["x", "-5", "9" * 40, ""])
def test_a_strange_place_to_go_on_from_is_the_beginning(shared: Kit, last: str) -> None:
    browser = shared.widget()
    send(browser, "hello", "place")
    with browser.stream("GET", "/widget/events", headers={"Last-Event-ID": last}) as stream:
        assert read_events(stream.iter_lines(), 1)[0]["seq"] == 1


@pytest.mark.parametrize(
    ("origin", "status"), [("https://evil.example", 403), ("null", 403), (None, 201), ("own", 201)]
)
def test_other_pages_do_not_speak_for_the_widget(shared: Kit, origin, status) -> None:
    headers = {} if origin is None else {"Origin": shared.url if origin == "own" else origin}
    answer = shared.client.post("/widget/session", headers=headers)
    assert answer.status_code == status
    assert "access-control-allow-origin" not in answer.headers


def test_too_fast_is_said_with_the_time_to_wait(kit: Kit) -> None:
    browser = kit.widget()
    answers = [send(browser, "hello", f"m{n}") for n in range(20)]
    refused = [each for each in answers if each.status_code == 429]
    assert refused
    assert refused[0].json()["error"]["code"] == "too-many"
    assert int(refused[0].headers["retry-after"]) >= 1
    assert len(kit.rows(inbox)) == 20 - len(refused)


def test_a_bucket_refills_and_forgets() -> None:
    limit = RateLimit(per_minute=60_000, burst=1, keys=2)
    limit.check("a")
    time.sleep(0.01)
    limit.check("a")
    slow = RateLimit(per_minute=1, burst=2, keys=2)
    slow.check("a")
    slow.check("a")
    with pytest.raises(Problem):
        slow.check("a")
    slow.check("b")
    slow.check("c")
    slow.check("a")  # forgotten, so it may again


def test_history_comes_in_pages(kit: Kit) -> None:
    browser = kit.widget()
    for n in range(3):
        send(browser, f"m{n}", f"m{n}")
    until(lambda: len(texts(browser)) == 6)
    page = browser.get("/widget/messages", params={"limit": 4}).json()
    assert (len(page["messages"]), page["more"]) == (4, True)
    page = browser.get("/widget/messages", params={"limit": 4, "after": 4}).json()
    assert (len(page["messages"]), page["more"]) == (2, False)


def test_config_says_whose_widget_it_is(shared: Kit) -> None:
    assert shared.client.get("/widget/config").json()["clinic_name"] == "Test Clinic"

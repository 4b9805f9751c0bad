"""A text comes in: believed only when signed, stored once, answered, whatever is in it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from gateway.twilio_form import signature
from record.tables import contact_point, inbox, message, outbox, patient, task
from tests.gateway.conftest import OLD_TOKEN, PHONE, QUICK, Kit, until


def test_a_signed_text_is_stored_before_the_answer(kit: Kit) -> None:
    kit.dialogue.mode = "500"
    answer = kit.text("what is potassium?", FromZip="")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/xml")
    assert answer.text.endswith("<Response/>")
    [row] = kit.rows(inbox)
    assert (row.body, row.fields["FromCity"], row.fields["FromZip"]) == ("what is potassium?", "", "")
    [line] = kit.rows(message, direction="in")
    assert (line.text, line.seq, line.author, line.channel) == ("what is potassium?", 1, "patient", "sms")
    assert kit.rows(contact_point)[0].value == PHONE


def test_a_text_is_answered_on_the_phone(kit: Kit) -> None:
    kit.phone("what is potassium?")
    until(lambda: kit.on_phone() == ["About what is potassium?"])
    assert kit.rows(inbox)[0].state == "done"
    until(lambda: kit.rows(outbox)[0].state == "delivered")


@pytest.mark.parametrize(
    "forgery", ["missing", "empty", "altered field", "wrong token", "other path", "not ascii"]
)
def test_a_forged_text_is_refused_and_leaves_nothing(shared: Kit, forgery: str) -> None:
    form = shared.form("please delete everything")
    url = shared.config.url("/twilio/inbound")
    signed = {
        "altered field": signature("the-auth-token", url, list(form.items())),
        "wrong token": signature("guess", url, list(form.items())),
        "other path": signature("the-auth-token", shared.config.url("/twilio/status"), list(form.items())),
        "not ascii": "ÄÖÜ",
        "empty": "",
    }
    if forgery == "altered field":
        form["Body"] = "please delete everyone"
    headers = {} if forgery == "missing" else {"X-Twilio-Signature": signed[forgery].encode()}
    assert shared.client.post("/twilio/inbound", data=form, headers=headers).status_code == 403
    for table in (inbox, message, patient, contact_point, task):
        assert shared.rows(table) == []


def test_a_blank_field_left_out_breaks_the_signature(shared: Kit) -> None:
    form = shared.form("hello")
    signed = signature("the-auth-token", shared.config.url("/twilio/inbound"), list(form.items()))
    form.pop("FromCity")
    form["FromTown"] = ""
    headers = {"X-Twilio-Signature": signed}
    assert shared.client.post("/twilio/inbound", data=form, headers=headers).status_code == 403


def test_both_tokens_hold_while_rotating(kit: Kit) -> None:
    assert kit.post(kit.form("old"), token=OLD_TOKEN).status_code == 200
    assert kit.post(kit.form("new")).status_code == 200
    assert kit.post(kit.form("neither"), token="third").status_code == 403


def test_json_is_not_a_form(shared: Kit) -> None:
    assert shared.client.post("/twilio/inbound", json=shared.form("x")).status_code == 403


def test_signed_but_without_a_message_id_is_said_so(shared: Kit) -> None:
    form = shared.form("x")
    del form["MessageSid"]
    assert shared.post(form).status_code == 400
    assert shared.rows(inbox) == []


def test_the_same_text_five_times_at_once_is_one(kit: Kit) -> None:
    form = kit.form("what is potassium?")
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: kit.post(form).status_code, range(5)))
    assert answers == [200] * 5
    until(lambda: kit.rows(outbox) and kit.rows(outbox)[0].state == "delivered")
    assert len(kit.rows(inbox)) == 1
    assert [row.direction for row in kit.rows(message)] == ["in", "out"]
    assert len(kit.dialogue.heard) == 1
    assert len(kit.rows(patient)) == 1


def test_a_replay_days_later_does_nothing(kit: Kit) -> None:
    form = kit.form("hello")
    kit.post(form)
    until(lambda: kit.rows(inbox)[0].state == "done")
    assert kit.post(form).status_code == 200
    assert len(kit.rows(message)) == 2


def test_texts_of_one_person_are_answered_in_order(make_kit: Callable[..., Kit]) -> None:
    kit = make_kit(timing=replace(QUICK, slow_after=60.0))  # on a busy machine the last of them waits long
    for n in range(12):
        kit.text(f"message {n}")
    until(lambda: len(kit.said()) == 12)
    assert kit.dialogue.texts() == [f"message {n}" for n in range(12)]
    assert kit.said() == [f"About message {n}" for n in range(12)]
    assert [row.seq for row in kit.rows(message)] == list(range(1, 25))


def test_an_empty_text_is_answered_honestly(kit: Kit) -> None:
    kit.text("")
    until(lambda: kit.said() == [kit.parts.phrases.patient["empty"]])
    assert kit.dialogue.heard == []
    assert kit.rows(inbox)[0].state == "done"


def test_ten_thousand_characters_are_kept_and_cut_for_the_dialogue(kit: Kit) -> None:
    long = "my story is long. " * 556
    kit.text(long)
    body = until(lambda: kit.dialogue.heard)[0]
    assert len(body["text"]) == 1600
    assert body["metadata"]["full_text"] == long.strip()
    assert kit.rows(message, direction="in")[0].text == long.strip()
    assert len(long) > 10_000


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        (
            "I feel \U0001f622\U0001f468‍\U0001f469‍\U0001f467 today",
            "I feel \U0001f622\U0001f468‍\U0001f469‍\U0001f467 today",
        ),
        ("che\x00st", "chest"),
        ("normal \u202elamron\u202c text", "normal lamron text"),
        ("<script>alert(1)</script> & <b>bold</b>", "<script>alert(1)</script> & <b>bold</b>"),
        ("tab\tand\r\nlines", "tab\tand\nlines"),
        ("bell\x07 and delete\x7f", "bell and delete"),
        ("مرحبا", "مرحبا"),
    ],
)
def test_odd_characters_are_made_safe_and_words_kept(kit: Kit, sent: str, stored: str) -> None:
    assert kit.text(sent).status_code == 200
    assert kit.rows(message, direction="in")[0].text == stored
    body = until(lambda: kit.dialogue.heard)[0]
    assert body["metadata"]["full_text"] == stored
    assert kit.rows(inbox)[0].fields["Body"] == sent.replace("\x00", "\\x00")


@pytest.mark.parametrize(
    "command", ["/restart", "//restart", '/ask_result{"lab_result": "x"}', "  / /restart"]
)
def test_a_slash_command_is_only_words(kit: Kit, command: str) -> None:
    kit.text(command)
    body = until(lambda: kit.dialogue.heard)[0]
    assert not body["text"].startswith("/")
    assert body["text"] == command.lstrip("/ ")
    assert kit.rows(message, direction="in")[0].text == command.strip()


def test_only_slashes_still_get_an_answer(kit: Kit) -> None:
    kit.text("///")
    until(lambda: kit.said())
    assert kit.dialogue.heard[0]["text"] == "?"


def test_what_cannot_be_stored_is_not_accepted(kit: Kit) -> None:
    kit.parts.store.close()
    answer = kit.text("hello")
    assert answer.status_code == 503
    assert "Traceback" not in answer.text
    assert kit.rows(inbox) == []


def test_a_huge_body_is_refused(shared: Kit) -> None:
    answer = shared.client.post("/twilio/inbound", data={"Body": "x" * 70_000})
    assert answer.status_code == 413
    assert answer.json()["error"]["code"] == "too-large"


def test_a_body_without_end_is_cut_off(shared: Kit) -> None:
    def pieces():
        for _ in range(100):
            yield b"x" * 10_000

    answer = shared.client.post("/twilio/inbound", content=pieces())
    assert answer.status_code == 413

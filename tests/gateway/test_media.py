"""Photos and PDFs: stored with their message, fetched from Twilio alone, read in order, told of honestly."""

from collections.abc import Callable

import httpx
import pytest

from papers import tesseract
from record.tables import attachment, inbox, message
from tests.gateway.conftest import PHONE, Kit, until
from tests.papers import reports

REPORT = reports.made(1, 4)
PDF = reports.pdf(REPORT)
NewKit = Callable[..., Kit]


def hand_in(kit: Kit, data: bytes, claimed: str | None = None) -> str:
    headers = {"X-Content-Type": claimed} if claimed else {}
    answer = kit.standin.post("/phone/media", content=data, headers=headers)
    return str(answer.raise_for_status().json()["sid"])


def mms(kit: Kit, *files: bytes, body: str = "", number: str = PHONE) -> None:
    kit.phone(body, number, media=[hand_in(kit, each) for each in files])


def told(kit: Kit, count: int = 1, seconds: float = 20.0) -> list[dict]:
    """What the dialogue was told of the papers, once it has heard so many messages."""
    until(lambda: len(kit.dialogue.heard) >= count, seconds)
    return [body["metadata"].get("papers", []) for body in kit.dialogue.heard]


def test_a_pdf_by_mms_is_read_before_the_dialogue_hears_of_it(kit: Kit) -> None:
    mms(kit, PDF)
    [[paper]] = told(kit)
    assert paper["problem"] is None
    assert (paper["kind"], paper["pages"], paper["pages_read"]) == ("pdf", 1, 1)
    assert REPORT.rows[0].value in paper["text"]
    [row] = kit.rows(attachment)
    assert (row.state, row.kind, row.content) == ("read", "pdf", PDF)


@pytest.mark.skipif(tesseract.program() is None, reason="tesseract is not installed")
def test_a_photo_is_kept_drawn_anew_without_its_place(kit: Kit) -> None:
    exif = reports.drawn(REPORT).getexif()
    exif[0x010F] = "SECRETCAM"
    sent = reports.jpeg(reports.drawn(REPORT), exif=exif.tobytes())
    assert b"SECRETCAM" in sent
    mms(kit, sent)
    [[paper]] = told(kit)
    assert REPORT.rows[0].value in paper["text"]
    [row] = kit.rows(attachment)
    assert row.kind == "jpeg"
    assert b"SECRETCAM" not in row.content


def test_the_message_is_stored_at_once_and_waits_in_its_place(kit: Kit) -> None:
    kit.fault("500", where="media", times=2)
    mms(kit, PDF)
    kit.phone("and what is sodium?")
    until(lambda: len(kit.rows(inbox)) == 2)
    until(lambda: len(kit.dialogue.heard) == 2)
    assert kit.dialogue.texts() == ["?", "and what is sodium?"]
    assert [row.direction for row in kit.rows(message)][:2] == ["in", "in"]


def test_anothers_plain_words_do_not_wait_behind_a_picture(kit: Kit) -> None:
    kit.fault("500", where="media", times=3)
    mms(kit, PDF)
    until(lambda: len(kit.rows(inbox)) == 1)
    kit.phone("hello", "+12025550199")
    until(lambda: kit.dialogue.heard)
    assert kit.dialogue.texts() == ["hello"]


def test_words_beside_a_picture_go_with_it(kit: Kit) -> None:
    mms(kit, PDF, body="is this bad?")
    told(kit)
    assert kit.dialogue.texts() == ["is this bad?"]


def test_danger_beside_a_picture_is_answered_before_it_is_read(kit: Kit) -> None:
    kit.fault("500", where="media", times=5)
    mms(kit, PDF, body="I have chest pain")
    until(lambda: kit.said() == ["Call 911 now. (emergency)"])
    assert kit.dialogue.heard == []


@pytest.mark.parametrize("fault", ["500", "reset"])
def test_a_fetch_that_fails_is_tried_again(kit: Kit, fault: str) -> None:
    kit.fault(fault, where="media", times=2)
    mms(kit, PDF)
    [[paper]] = told(kit)
    assert paper["problem"] is None


def test_what_cannot_be_had_is_told(kit: Kit) -> None:
    kit.fault("500", where="media", times=50)
    mms(kit, PDF)
    [[paper]] = told(kit)
    assert (paper["problem"], paper["text"]) == ("lost", "")
    assert [row.state for row in kit.rows(attachment)] == ["lost"]


def test_it_is_known_by_its_bytes_and_not_by_what_is_said_of_it(kit: Kit) -> None:
    sid = hand_in(kit, b"<html><script>alert(1)</script></html>", "application/pdf")
    kit.phone("", media=[sid])
    [[paper]] = told(kit)
    assert paper["problem"] == "unknown-kind"
    [row] = kit.rows(attachment)
    assert (row.state, row.content) == ("refused", None)


def test_only_so_many_of_one_message_are_read(kit: Kit) -> None:
    mms(kit, *[PDF] * 7)
    [papers] = told(kit, seconds=40)
    assert [paper["problem"] for paper in papers] == [None] * 5 + ["lost"] * 2


def test_five_webhooks_are_one_picture(kit: Kit) -> None:
    kit.fault("duplicate-webhook", copies=5)
    mms(kit, PDF)
    told(kit)
    assert len(kit.rows(attachment)) == 1


def test_a_picture_no_webhook_brought_is_found(kit: Kit) -> None:
    kit.fault("drop-webhook")
    mms(kit, PDF)
    [[paper]] = told(kit)
    assert paper["problem"] is None


def test_a_reader_that_was_killed_begins_again(make_kit: NewKit) -> None:
    kit = make_kit()
    kit.fault("500", where="media", times=1)
    mms(kit, PDF)
    until(lambda: [row.attempts for row in kit.rows(attachment)] != [0])
    [[paper]] = told(kit)
    assert paper["problem"] is None


def send_file(browser: httpx.Client, data: bytes, client_id: str = "file-1") -> httpx.Response:
    return browser.post("/widget/files", params={"client_id": client_id}, content=data)


def test_a_pdf_through_the_widget(kit: Kit) -> None:
    with kit.widget() as browser:
        answer = send_file(browser, PDF)
        assert answer.status_code == 202
        assert send_file(browser, PDF).json() == answer.json(), "sent again it is the same message"
        [[paper]] = told(kit)
        assert REPORT.rows[0].value in paper["text"]
        [line] = [
            each for each in browser.get("/widget/messages").json()["messages"] if each["direction"] == "in"
        ]
        assert line["card"] == {"media": ["application/pdf"]}
    assert len(kit.rows(attachment)) == 1


@pytest.mark.parametrize(
    ("data", "status", "code"),
    [
        (b"", 422, "empty"),
        (b"<html>", 415, "wrong-kind"),
        (b"MZ\x90\x00" + b"\0" * 100, 415, "wrong-kind"),
        (b"%PDF-1.7 " + b"x" * 10_000_000, 413, "too-large"),
    ],
)
def test_what_the_widget_does_not_take(shared: Kit, data: bytes, status: int, code: str) -> None:
    with shared.widget() as browser:
        answer = send_file(browser, data)
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)


def test_a_file_needs_the_conversations_token(shared: Kit) -> None:
    assert send_file(shared.client, PDF).status_code == 401


def test_another_page_may_not_send_a_file(shared: Kit) -> None:
    with shared.widget() as browser:
        answer = browser.post(
            "/widget/files?client_id=x", content=PDF, headers={"Origin": "https://evil.example"}
        )
    assert answer.status_code == 403


def test_a_client_id_is_checked(shared: Kit) -> None:
    with shared.widget() as browser:
        assert send_file(browser, PDF, "../x").status_code == 422


def test_files_are_limited_in_number(make_kit: NewKit) -> None:
    kit = make_kit()
    with kit.widget() as browser:
        seen = [send_file(browser, PDF, f"f{number}").status_code for number in range(8)]
    assert seen[:6] == [202] * 6
    assert 429 in seen[6:]


def test_on_postgresql_two_readers_let_the_message_go_once(make_kit: NewKit, postgres_url: str) -> None:
    kit = make_kit(postgres_url)
    mms(kit, PDF, PDF, PDF, body="three of them")
    [papers] = told(kit, seconds=30)
    assert [paper["problem"] for paper in papers] == [None] * 3
    until(lambda: kit.said() == ["About three of them"])
    assert [bytes(row.content) for row in kit.rows(attachment)] == [PDF] * 3


def test_a_picture_that_takes_long_is_no_trouble(kit: Kit) -> None:
    kit.fault("500", where="media", times=4)
    mms(kit, PDF)
    until(lambda: kit.said())
    assert kit.said() == ["About ?"]

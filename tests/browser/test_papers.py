"""A photo or a PDF from a browser, by keyboard and refused in plain words; and from the pretend phone."""

from pathlib import Path

from playwright.sync_api import Page, expect

from record.tables import attachment
from tests.browser.looking import check
from tests.browser.stand import Stand
from tests.browser.test_widget import open_chat
from tests.papers import reports

PDF = {"name": "labs.pdf", "mimeType": "application/pdf", "buffer": reports.pdf(reports.made(1))}


def rows(stand: Stand) -> list:
    with stand.engine.connect() as connection:
        return list(connection.execute(attachment.select()))


def test_a_pdf_is_sent_by_keyboard(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    button = chat.get_by_role("button", name="Send a photo or PDF")
    button.focus()
    with page.expect_file_chooser() as chooser:
        button.press("Enter")
    chooser.value.set_files(PDF)
    log = chat.get_by_role("log", name="Conversation")
    expect(log).to_contain_text("labs.pdf")
    expect(log.locator(".msg.in .state")).to_contain_text("sent")
    expect(log.locator(".msg.out")).to_have_count(1, timeout=20_000)
    expect(log.locator(".msg.in")).to_have_count(1)
    expect(chat.locator("#sending")).to_be_hidden()
    assert [row.state for row in rows(stand)] == ["read"]
    check(page)


def test_after_a_reload_it_is_still_said_that_a_file_was_sent(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    chat.locator("#file").set_input_files(PDF)
    log = chat.get_by_role("log", name="Conversation")
    expect(log.locator(".msg.in .state")).to_contain_text("sent")
    page.reload()
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    expect(chat.get_by_role("log")).to_contain_text("Photo or PDF")


def test_what_cannot_be_taken_is_said(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    web_page = {"name": "labs.pdf", "mimeType": "application/pdf", "buffer": b"<html>no report</html>"}
    chat.locator("#file").set_input_files(web_page)
    expect(chat.locator("#status")).to_contain_text("I can only read photos")
    expect(chat.locator(".msg.in.failed")).to_have_count(1)
    large = {"name": "big.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"\0" * 10_000_001}
    chat.locator("#file").set_input_files(large)
    expect(chat.locator("#status")).to_contain_text("larger than 10 MB")
    assert rows(stand) == []


def test_the_pretend_phone_sends_a_picture(page: Page, stand: Stand, tmp_path: Path) -> None:
    page.goto(f"{stand.phone_url}/phone")
    expect(page.locator("#line")).to_contain_text("to +1")
    page.get_by_label("Attach picture or PDF").set_input_files(PDF)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("1 picture or file")
    expect(page.locator(".sms.received")).to_have_count(1, timeout=20_000)
    assert [row.state for row in rows(stand)] == ["read"]

"""The phone simulator: a text goes out, the answer comes in, both counted as a phone company counts."""

import pytest
from playwright.sync_api import Page, expect

from record.tables import message
from tests.browser.looking import check
from tests.browser.stand import Stand


def test_a_text_is_answered(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.phone_url}/phone")
    expect(page.get_by_role("status")).to_contain_text("+12025550111 to +15005550006")
    page.get_by_label("Text message").fill("glucose 250")
    page.get_by_label("Text message").press("Enter")
    log = page.get_by_role("log", name="Conversation")
    expect(log).to_contain_text("Clinic: I heard: glucose 250")
    expect(log.locator(".sms")).to_have_count(2)
    expect(log.locator(".sms.sent .status")).to_have_text("✓ sent")
    expect(log.locator(".sms.received .status")).to_have_text("✓✓ delivered")
    assert [row.direction for row in stand.clinic.rows(message)] == ["in", "out"]


def test_another_phone_has_its_own_conversation(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.phone_url}/phone")
    page.get_by_label("Text message").fill("from the first")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log")).to_contain_text("I heard: from the first")
    page.get_by_label("This phone's number").select_option("+12025550112")
    expect(page.get_by_role("log")).not_to_contain_text("from the first")
    page.get_by_label("This phone's number").select_option("own")
    page.get_by_label("Another number").fill("+1 202 555 0177")
    page.get_by_label("Another number").press("Tab")
    expect(page.get_by_role("status")).to_contain_text("+12025550177 to")
    page.get_by_label("This phone's number").select_option("+12025550111")
    expect(page.get_by_role("log")).to_contain_text("I heard: from the first")


@pytest.mark.parametrize(
    ("words", "count"),
    [
        ("x" * 160, "1 segment, plain letters"),
        ("x" * 161, "2 segments, plain letters"),
        ("x" * 159 + "€", "2 segments, plain letters"),
        ("y" * 306, "2 segments, plain letters"),
        ("y" * 307, "3 segments, plain letters"),
        ("x" * 69 + "’", "1 segment, special characters"),
        ("x" * 70 + "’", "2 segments, special characters"),
        ("😀" * 35, "1 segment, special characters"),
        ("😀" * 36, "2 segments, special characters"),
    ],
)
def test_segments_are_counted_as_they_are_paid(page: Page, stand: Stand, words: str, count: str) -> None:
    page.goto(f"{stand.phone_url}/phone")
    page.get_by_label("Text message").fill(words)
    expect(page.locator("#segments")).to_contain_text(count)


def test_markup_is_shown_as_text(page: Page, stand: Stand) -> None:
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    page.goto(f"{stand.phone_url}/phone")
    nasty = "<img src=x onerror=alert(1)>"
    page.get_by_label("Text message").fill(nasty)
    page.get_by_label("Text message").press("Enter")
    expect(page.locator(".sms.sent .body")).to_have_text(nasty)
    expect(page.locator(".sms.received .body")).to_have_text(f"I heard: {nasty}")


def test_a_text_that_cannot_be_sent_is_kept(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.phone_url}/phone")
    page.route("**/phone/messages", lambda route: route.abort())
    page.get_by_label("Text message").fill("do not lose me")
    page.get_by_label("Text message").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("could not be sent")
    expect(page.get_by_label("Text message")).to_have_value("do not lose me")


def test_the_simulator_has_no_accessibility_violation(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.phone_url}/phone")
    page.get_by_label("Text message").fill("hello")
    page.get_by_label("Text message").press("Enter")
    expect(page.get_by_role("log")).to_contain_text("I heard: hello")
    check(page)

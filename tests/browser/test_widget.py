"""The widget on a clinic's page: a message in, an answer out, by mouse, by keyboard, on a bad network."""

import gzip
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FrameLocator, Page, Route, expect

from record.tables import message
from tests.browser.looking import check
from tests.browser.stand import Stand

FILES = Path(__file__).parents[2] / "gateway"
QUESTION = "What does my potassium of 5.9 mean? I'm scared"


def open_chat(page: Page, stand: Stand) -> FrameLocator:
    page.goto(f"{stand.url}/demo")
    page.get_by_role("button", name="Message us").click()
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    expect(chat.get_by_label("Your message")).to_be_focused()
    return chat


def write(chat: FrameLocator, words: str) -> None:
    chat.get_by_label("Your message").fill(words)
    chat.get_by_label("Your message").press("Enter")


def test_a_question_is_answered_with_its_card(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    expect(chat.get_by_text("It is not a nurse or a doctor")).to_be_visible()
    expect(chat.get_by_text("Nobody watches this chat around the clock")).to_be_visible()
    write(chat, QUESTION)
    log = chat.get_by_role("log", name="Conversation")
    expect(log).to_contain_text("Potassium 5.9 is high")
    card = log.get_by_role("region", name="Potassium result")
    expect(card).to_contain_text("high, usual range 3.5 to 5.1")
    expect(card).to_contain_text("Before: 4.4 on")
    expect(log.locator(".msg")).to_have_count(2)
    expect(log.locator(".msg.in .state")).to_contain_text("sent")


def test_my_page_opens_by_key_and_gives_the_chat_back(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    write(chat, QUESTION)
    expect(chat.get_by_role("log")).to_contain_text("Please call your care team today")
    mine = chat.get_by_role("button", name="My page")
    mine.press("Enter")
    section = chat.get_by_role("region", name="My page")
    expect(section).to_be_focused()
    expect(section.get_by_role("listitem")).to_have_text(["I have nothing written down for you yet."])
    expect(chat.get_by_role("log")).to_be_hidden()
    section.press("Escape")
    expect(mine).to_be_focused()
    expect(chat.get_by_role("log")).to_be_visible()


def test_what_is_written_while_my_page_is_open_is_seen_and_so_is_its_answer(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    chat.get_by_role("button", name="My page").click()
    expect(chat.get_by_role("region", name="My page")).to_be_visible()
    write(chat, "do you see this?")
    expect(chat.get_by_role("region", name="My page")).to_be_hidden()
    expect(chat.locator(".msg.in")).to_be_visible()
    expect(chat.get_by_label("Your message")).to_be_focused()
    expect(chat.locator(".msg.out")).to_be_visible()


def test_an_answer_that_comes_while_my_page_is_open_brings_the_chat_back(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    waiting: list[Route] = []
    page.route("**/widget/messages", lambda route: waiting.append(route))
    with page.expect_request("**/widget/messages"):
        write(chat, "what now?")
    chat.get_by_role("button", name="My page").click()
    expect(chat.get_by_role("region", name="My page")).to_be_focused()
    waiting[0].continue_()
    expect(chat.locator(".msg.out")).to_be_visible()
    expect(chat.get_by_role("button", name="My page")).to_be_focused()


def test_a_card_that_lacks_most_things_says_what_it_knows(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    write(chat, "something odd")
    card = chat.get_by_role("region", name="<b>Odd</b> result")
    expect(card).to_contain_text(">7")
    expect(card).to_contain_text("not judged, no usual range known")
    expect(card).to_contain_text("Before: 6.5 on")
    expect(card.get_by_role("link")).to_have_count(0)
    expect(card.locator(".bar")).to_have_count(0)


def test_the_chat_survives_a_reload(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    write(chat, QUESTION)
    expect(chat.get_by_role("log")).to_contain_text("Please call your care team today")
    page.reload()
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    expect(chat.locator(".msg")).to_have_count(2)
    write(chat, "and my sodium?")
    expect(chat.get_by_role("log")).to_contain_text("I heard: and my sodium?")


def test_words_written_offline_are_sent_when_the_network_is_back(
    page: Page, context: BrowserContext, stand: Stand
) -> None:
    chat = open_chat(page, stand)
    write(chat, "first")
    expect(chat.get_by_role("log")).to_contain_text("I heard: first")
    context.set_offline(True)
    write(chat, "second, without a network")
    expect(chat.locator(".msg.in").last).to_contain_text("waiting to be sent")
    expect(chat.get_by_role("status")).to_contain_text("You are offline")
    context.set_offline(False)
    expect(chat.get_by_role("log")).to_contain_text("I heard: second, without a network")
    expect(chat.get_by_role("status")).to_have_text("")


def test_a_message_that_could_not_be_sent_is_sent_after_a_reload(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    page.route("**/widget/messages", lambda route: route.abort())
    write(chat, "do not lose me")
    expect(chat.get_by_role("button", name="Try again")).to_be_visible()
    page.unroute("**/widget/messages")
    page.reload()
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    expect(chat.get_by_role("log")).to_contain_text("I heard: do not lose me")
    assert [row.text for row in stand.clinic.rows(message, direction="in")] == ["do not lose me"]


def test_an_answer_lost_on_the_way_does_not_send_twice(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    lost: list[str] = []

    def lose_the_first(route: Route) -> None:
        if route.request.method == "POST" and not lost:
            lost.append(route.request.post_data or "")
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/widget/messages", lose_the_first)
    write(chat, "only once")
    expect(chat.get_by_role("log")).to_contain_text("I heard: only once")
    expect(chat.locator(".msg.in")).to_have_count(1)
    expect(chat.locator(".msg.in .state")).to_have_text(" · sent")
    assert lost
    assert len(stand.clinic.rows(message, direction="in")) == 1


@pytest.mark.parametrize(
    "words",
    ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "{{ 7 * 7 }} &lt;b&gt;", "/restart"],
)
def test_markup_is_shown_as_text(page: Page, stand: Stand, words: str) -> None:
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    chat = open_chat(page, stand)
    write(chat, words)
    expect(chat.locator(".msg.in .words")).to_have_text(words)
    expect(chat.locator(".msg.out .words")).to_have_text(f"I heard: {words.lstrip('/')}")
    assert chat.locator("#log img, #log script").count() == 0


def test_by_keyboard_alone(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.url}/demo")
    launch = page.get_by_role("button", name="Message us")
    launch.focus()
    page.keyboard.press("Enter")
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    box = chat.get_by_label("Your message")
    expect(box).to_be_focused()
    page.keyboard.type("one")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("two")
    expect(box).to_have_value("one\ntwo")
    page.keyboard.press("Enter")
    expect(chat.get_by_role("log")).to_contain_text("I heard: one")
    page.keyboard.press("Escape")
    expect(launch).to_be_focused()
    expect(launch).to_have_attribute("aria-expanded", "false")
    expect(page.locator("iframe")).to_be_hidden()


def test_an_answer_while_the_chat_is_closed_is_counted_on_the_button(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    page.route("**/widget/messages", lambda route: route.abort())
    write(chat, "hello")
    expect(chat.get_by_role("button", name="Try again")).to_be_visible()
    page.keyboard.press("Escape")
    page.unroute("**/widget/messages")
    expect(page.get_by_role("button", name="Message us, 1 new message")).to_be_visible(timeout=45_000)
    page.get_by_role("button", name="Message us").click()
    expect(page.get_by_role("button", name="Message us", exact=True)).to_be_visible()


def test_clearing_takes_the_chat_off_this_device(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    write(chat, "private words")
    expect(chat.get_by_role("log")).to_contain_text("I heard: private words")
    chat.get_by_role("button", name="Clear chat").click()
    chat.get_by_role("button", name="Clear it").click()
    expect(chat.get_by_role("log")).not_to_contain_text("private words")
    expect(chat.locator(".msg")).to_have_count(0)
    write(chat, "someone else")
    expect(chat.get_by_role("log")).to_contain_text("I heard: someone else")
    expect(chat.locator(".msg")).to_have_count(2)


def test_a_chat_the_clinic_no_longer_knows_starts_anew(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    page.frames[-1].evaluate("localStorage.setItem('kith-chat', JSON.stringify({token: 'gone', queue: []}))")
    page.reload()
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    expect(chat.get_by_role("status")).to_contain_text("starts a new one")
    write(chat, "hello again")
    expect(chat.get_by_role("log")).to_contain_text("I heard: hello again")


def test_the_frame_is_quiet_about_the_past_and_announces_the_new(page: Page, stand: Stand) -> None:
    chat = open_chat(page, stand)
    log = chat.get_by_role("log")
    expect(log).to_have_attribute("aria-live", "polite")
    write(chat, "hello")
    expect(log).to_contain_text("Kith: I heard: hello")
    expect(log).not_to_have_attribute("aria-busy", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_frame_has_no_accessibility_violation(chromium: Browser, stand: Stand, scheme: str) -> None:
    with chromium.new_context(viewport={"width": 400, "height": 640}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{stand.url}/widget/frame")
        page.get_by_label("Your message").fill(QUESTION)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("log")).to_contain_text("Potassium 5.9 is high")
        check(page)


def test_the_clinic_page_has_no_accessibility_violation(page: Page, stand: Stand) -> None:
    page.goto(f"{stand.url}/demo")
    page.get_by_role("button", name="Message us").wait_for()
    check(page)


def test_at_double_zoom_nothing_is_out_of_reach(chromium: Browser, stand: Stand) -> None:
    with chromium.new_context(viewport={"width": 320, "height": 300}, device_scale_factor=2) as context:
        page = context.new_page()
        chat = open_chat(page, stand)
        write(chat, "hello")
        expect(chat.get_by_role("log")).to_contain_text("I heard: hello")
        frame = page.frames[-1]
        assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
        chat.get_by_role("button", name="Send", exact=True).scroll_into_view_if_needed()
        expect(chat.get_by_role("button", name="Send", exact=True)).to_be_in_viewport()
        expect(chat.get_by_role("button", name="Close chat")).to_be_visible()


def test_the_widget_is_small() -> None:
    parts = [*(FILES / "static" / "widget").glob("[!d]*.js"), FILES / "static" / "widget" / "frame.css"]
    sizes = [len(gzip.compress(path.read_bytes())) for path in (*parts, FILES / "templates" / "frame.html")]
    assert len(sizes) == 9
    assert sum(sizes) < 20_000

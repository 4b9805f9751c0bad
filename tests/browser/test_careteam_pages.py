"""The care-team pages in a real browser: every size and both schemes, by keyboard, and kept up to date."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import update

from record.tables import conversation, message, task
from tests.browser.looking import check
from tests.browser.stand import Stand
from tests.careteam.clinic import PASSWORD, fill, tell_all

SignIn = Callable[[Page], None]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_no_page_has_an_accessibility_violation(
    chromium: Browser, stand: Stand, sign_in: SignIn, width: int, scheme: str
) -> None:
    maria = fill(stand.clinic)
    with chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        page.goto(f"{stand.url}/care/")
        check(page)
        page.get_by_label("User name").fill("ana")
        page.get_by_label("Password").fill("wrong password 1")
        page.get_by_role("button", name="Sign in").click()
        check(page)
        sign_in(page)
        check(page)
        page.goto(f"{stand.url}/care/patients/{maria.id}")
        check(page)
        page.get_by_role("button", name="Take over").click()
        check(page)
        page.goto(f"{stand.url}/care/nowhere")
        check(page)


def test_at_four_times_zoom_nothing_is_out_of_reach(chromium: Browser, stand: Stand, sign_in: SignIn) -> None:
    maria = fill(stand.clinic)
    with chromium.new_context(viewport={"width": 320, "height": 256}) as context:
        page = context.new_page()
        sign_in(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.goto(f"{stand.url}/care/patients/{maria.id}")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_morning_by_keyboard_alone(page: Page, stand: Stand) -> None:
    stand.clinic.user()
    fill(stand.clinic)
    page.goto(f"{stand.url}/care/")
    expect(page.get_by_label("User name")).to_be_focused()
    page.keyboard.type("ana")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Conversations").wait_for()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    for _ in range(4):  # three filters, then the most dangerous conversation
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="James Okafor")).to_be_focused()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="James Okafor").wait_for()
    done = page.get_by_role("button", name="Done")
    for _ in range(20):
        page.keyboard.press("Tab")
        if done.evaluate("each => each === document.activeElement"):
            break
    expect(done).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text="Task marked done.")).to_be_visible()
    assert "completed" in [row.status for row in stand.clinic.rows(task)]


def test_new_words_come_to_the_list_by_themselves(page: Page, stand: Stand, sign_in: SignIn) -> None:
    maria = stand.clinic.patient("Maria", None)
    maria.says("first words")
    sign_in(page)
    expect(page.get_by_role("main")).to_contain_text("first words")
    row = page.get_by_role("link", name="Maria")
    row.focus()
    maria.says("second words")
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_role("main")).to_contain_text("second words")
    expect(page.get_by_role("link", name="Maria")).to_be_focused()
    expect(page.get_by_role("status")).to_contain_text("Changed at")


def look_again(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_server_that_fails_is_said_and_so_is_that_it_answers_again(
    page: Page, stand: Stand, sign_in: SignIn
) -> None:
    maria = stand.clinic.patient("Maria", None)
    maria.says("first words")
    sign_in(page)
    for address, fragment in (("", "**/lines?*"), (f"patients/{maria.id}", "**/messages")):
        page.goto(f"{stand.url}/care/{address}")
        said = page.locator("[data-fresh]")
        page.route(fragment, lambda route: route.fulfill(status=502, body="Bad gateway"))
        look_again(page)
        expect(said).to_have_text("The connection is lost. What you see may be old.")
        page.unroute(fragment)
        look_again(page)
        expect(said).to_contain_text("Read at")


def test_a_new_danger_on_an_open_page_is_said(page: Page, stand: Stand, sign_in: SignIn) -> None:
    maria = stand.clinic.patient("Maria", None, consent=None)
    seq = maria.says("my chest hurts")
    sign_in(page)
    page.goto(f"{stand.url}/care/patients/{maria.id}")
    maria.flagged("emergency", "emergency-chest-pain", "my chest hurts", seq)
    look_again(page)
    said = page.get_by_role("status").filter(has_text="Something changed on this page.")
    expect(said).to_be_visible()
    said.get_by_role("link", name="Reload").click()
    expect(page.get_by_text("my chest hurts")).to_be_visible()
    expect(said).to_have_count(0)


def test_a_page_left_open_goes_to_the_sign_in_page(page: Page, stand: Stand, sign_in: SignIn) -> None:
    stand.clinic.patient("Maria", None).says("secret words")
    sign_in(page)
    stand.clinic.clock.on(minutes=16)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(page.get_by_text("You were signed out")).to_be_visible()
    expect(page.get_by_role("main")).not_to_contain_text("secret words")


def test_a_draft_outlives_the_session_and_is_gone_once_it_is_sent(
    page: Page, stand: Stand, sign_in: SignIn
) -> None:
    maria = stand.clinic.patient("Maria", None, phone="+15555550123")
    address = f"{stand.url}/care/patients/{maria.id}"
    sign_in(page)
    page.goto(address)
    page.get_by_role("button", name="Take over").click()
    page.get_by_label("Write to").press_sequentially("Hi, this is Ana.")
    stand.clinic.clock.on(minutes=16)
    look_again(page)
    expect(page.get_by_text("What you were writing to a patient is kept in this tab.")).to_be_visible()
    sign_in(page)
    page.goto(address)
    expect(page.get_by_label("Write to")).to_have_value("Hi, this is Ana.")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Your message is on its way.")).to_be_visible()
    expect(page.get_by_label("Write to")).to_have_value("")
    page.get_by_label("Write to").press_sequentially("And one more")
    page.reload()
    expect(page.get_by_label("Write to")).to_have_value("And one more")


def test_a_reply_refused_is_kept_until_signing_out(page: Page, stand: Stand, sign_in: SignIn) -> None:
    maria = stand.clinic.patient("Maria", None)
    address = f"{stand.url}/care/patients/{maria.id}"
    sign_in(page)
    page.goto(address)
    page.get_by_role("button", name="Take over").click()
    page.get_by_label("Write to").press_sequentially("Can you hear me?")
    with stand.clinic.engine.begin() as connection:
        connection.execute(update(conversation).values(taken_over_by=None, taken_over_at=None))
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was sent")
    page.get_by_role("button", name="Take over").click()
    expect(page.get_by_label("Write to")).to_have_value("Can you hear me?")
    page.get_by_role("button", name="Sign out").click()
    sign_in(page)
    page.goto(address)
    expect(page.get_by_label("Write to")).to_have_value("")


def test_a_quote_leads_to_its_message(page: Page, stand: Stand, sign_in: SignIn) -> None:
    maria = fill(stand.clinic)
    sign_in(page)
    page.goto(f"{stand.url}/care/patients/{maria.id}")
    saying = page.locator(".saying", has_text="My sister Rosa calls every night")
    saying.get_by_role("link").click()
    target = page.locator(".bubble:target")
    expect(target).to_contain_text("My sister Rosa calls every night")
    expect(target).to_be_in_viewport()


def test_what_a_patient_wrote_runs_nothing(page: Page, stand: Stand, sign_in: SignIn) -> None:
    page.on("dialog", lambda dialog: pytest.fail("a script ran"))
    nasty = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    maria = stand.clinic.patient(nasty, None)
    seq = maria.says(nasty)
    maria.told("strength", nasty, seq)
    maria.task("human", "asap", nasty, seq)
    sign_in(page)
    expect(page.locator(".line-name")).to_have_text(nasty)
    page.goto(f"{stand.url}/care/patients/{maria.id}")
    expect(page.locator(".said")).to_have_text(nasty)
    expect(page.locator(".saying blockquote")).to_have_text(nasty)


def test_a_full_page_prints_on_one_side(page: Page, stand: Stand, sign_in: SignIn) -> None:
    maria = fill(stand.clinic)
    tell_all(stand.clinic, maria)
    sign_in(page)
    page.goto(f"{stand.url}/care/patients/{maria.id}")
    printed = page.pdf(prefer_css_page_size=True)
    assert printed.count(b"/Type /Page\n") == 1
    page.emulate_media(media="print")
    for words in ("My sister Rosa", "What needs discussing", "Patient and chart disagree", "Not asked yet"):
        expect(page.get_by_text(words).first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_full_page_has_no_violation_either(
    chromium: Browser, stand: Stand, sign_in: SignIn, width: int, scheme: str
) -> None:
    maria = fill(stand.clinic)
    tell_all(stand.clinic, maria)
    with chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme) as context:  # type: ignore[arg-type]
        page = context.new_page()
        sign_in(page)
        page.goto(f"{stand.url}/care/patients/{maria.id}")
        check(page)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        check(page)


def test_a_line_to_discuss_leads_to_its_result_and_to_the_words(
    page: Page, stand: Stand, sign_in: SignIn
) -> None:
    maria = fill(stand.clinic)
    sign_in(page)
    page.goto(f"{stand.url}/care/patients/{maria.id}")
    line = page.locator(".point", has_text="Potassium")
    line.locator(".fact").get_by_role("link").first.press("Enter")
    expect(page.locator("tr:target")).to_contain_text("Potassium")
    expect(page.locator("tr:target")).to_be_in_viewport()
    line.locator(".words").first.get_by_role("link").press("Enter")
    expect(page.locator(".bubble:target")).to_contain_text("bus")


def test_a_nurse_answers_and_the_patient_reads_it(
    chromium: Browser, page: Page, stand: Stand, sign_in: SignIn
) -> None:
    page.goto(f"{stand.url}/demo")
    page.get_by_role("button", name="Message us").click()
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    chat.get_by_label("Your message").fill("can a person read this?")
    chat.get_by_label("Your message").press("Enter")
    expect(chat.get_by_role("log")).to_contain_text("I heard: can a person read this?")
    with chromium.new_context() as desk:
        nurse = desk.new_page()
        sign_in(nurse)
        nurse.get_by_role("link", name="Name not known").click()
        nurse.get_by_role("button", name="Take over").click()
        nurse.get_by_label("Write to").fill("Yes. This is Ana.")
        nurse.get_by_role("button", name="Send").click()
        expect(nurse.get_by_text("Your message is on its way.")).to_be_visible()
        expect(chat.get_by_role("log")).to_contain_text("Ana Ruiz, care team: Yes. This is Ana.")
        chat.get_by_label("Your message").fill("thank you Ana")
        chat.get_by_label("Your message").press("Enter")
        expect(chat.locator(".msg.in").last).to_contain_text("sent")
        nurse.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(nurse.get_by_role("region", name="Messages")).to_contain_text("thank you Ana")
    assert stand.dialogue.heard == ["can a person read this?"], "Kith stays silent"
    assert [row.author for row in stand.clinic.rows(message)][-1] == "patient"

"""The whole way in a real browser: a patient chats, is answered, and the nurse reads their words."""

from playwright.sync_api import Browser, Page, expect
from sqlalchemy import Engine

from evaluation.runner import Runner
from kith.stack import Stack
from record import users
from record.database import connect
from record.ids import now

PASSWORD = "a long enough password"
WORDS = "The bus stopped running out here, so I can't get to the pharmacy"

HELP = "My cousin Marisol could drive me on Fridays"


def add_nurse(engine: Engine) -> None:
    with engine.begin() as connection:
        users.create(
            connection, username="nora", display_name="Nora Reyes", role="nurse", password=PASSWORD, at=now()
        )


def test_from_the_widget_to_the_nurses_page(stack: Stack, runner: Runner, chromium: Browser) -> None:
    add_nurse(connect(stack.settings.database_url))
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as context:
        chat_as_patient(context.new_page(), stack)
        read_as_nurse(context.new_page(), stack)


def chat_as_patient(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.settings.public_url}/demo")
    page.get_by_role("button", name="Message us").click()
    chat = page.frame_locator("iframe[title='Chat with Kith']")
    box, log = chat.get_by_label("Your message"), chat.get_by_role("log")
    box.fill("My potassium is 5.9 and I'm scared")
    box.press("Enter")
    expect(log).to_contain_text("Potassium 5.9 is")
    expect(log).to_contain_text("computer program")
    box.fill("yes")
    box.press("Enter")
    expect(log).to_contain_text("I will keep notes for you")
    box.fill(WORDS)
    box.press("Enter")
    expect(log).to_contain_text("care team")
    box.fill("yes")
    box.press("Enter")
    expect(log).to_contain_text("Your care team can read it now")
    box.fill(HELP)
    box.press("Enter")
    expect(log).to_contain_text(HELP)
    page.reload()
    expect(page.frame_locator("iframe[title='Chat with Kith']").get_by_role("log")).to_contain_text(WORDS)


def read_as_nurse(page: Page, stack: Stack) -> None:
    page.goto(f"{stack.settings.public_url}/care/")
    page.get_by_label("User name").fill("nora")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("link").filter(has_text="Marisol").first.click()
    main = page.get_by_role("main")
    expect(main).to_contain_text("The bus stopped running out here")
    expect(main).to_contain_text("5.9")

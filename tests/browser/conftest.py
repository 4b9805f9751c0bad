"""Debian's Chromium, driven by Playwright, in front of real pages."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.stand import Stand, standing
from tests.careteam.clinic import PASSWORD, Clock

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NEEDED = "Chromium is needed for these tests: run scripts/install-test-programs, or apt-get install chromium"


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    path = shutil.which("chromium")
    if path is None:
        pytest.fail(NEEDED)
    with sync_playwright() as playwright:
        expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield browser
        browser.close()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    with standing(tmp_path, Clock(datetime.now(UTC))) as running:
        yield running


@pytest.fixture
def context(chromium: Browser, stand: Stand) -> Iterator[BrowserContext]:
    """A fresh browser on a desk; it is closed before the clinic is, so that no open stream holds it up."""
    with chromium.new_context(viewport={"width": 1280, "height": 900}) as made:
        yield made


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """One page; what the browser complains about (a blocked script, a broken file) fails the test."""
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    assert complaints == []


@pytest.fixture
def sign_in(stand: Stand) -> Callable[[Page], None]:
    """Ana signs in the way a person does."""
    stand.clinic.user()

    def go(page: Page) -> None:
        page.goto(f"{stand.url}/care/")
        page.get_by_label("User name").fill("ana")
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("heading", name="Conversations").wait_for()

    return go

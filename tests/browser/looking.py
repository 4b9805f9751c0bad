"""What every page is held to: WCAG 2.2 A and AA and good practice, and nothing out of sight."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def check(page: Page) -> None:
    """No violation axe can find, and no sideways scrolling."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": list(TAGS)}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), "something lies out of sight"

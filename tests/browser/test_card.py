"""The card beside an explanation: readable without colour, without sight, in the dark, on a narrow phone."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.looking import check
from tests.browser.stand import CARD, Stand

LOW = CARD | {
    "name": "Hemoglobin",
    "value": "6.1",
    "unit": "g/dL",
    "low": "12.0",
    "high": "16.0",
    "interpretation": "LL",
}
ONE_SIDED = CARD | {
    "name": "LDL cholesterol",
    "value": "165",
    "unit": "mg/dL",
    "low": "",
    "high": "99",
    "trend": [],
}


@pytest.fixture(params=["light", "dark"])
def chat(request: pytest.FixtureRequest, chromium: Browser, stand: Stand) -> Iterator[Page]:
    """The frame itself on a narrow phone; a blocked style or script fails the test."""
    with chromium.new_context(
        viewport={"width": 320, "height": 640}, color_scheme=request.param, device_scale_factor=2
    ) as made:
        page = made.new_page()
        complaints: list[str] = []
        page.on(
            "console", lambda said: complaints.append(said.text) if "Content Security" in said.text else None
        )
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{stand.url}/widget/frame")
        yield page
        assert complaints == []


def asked(page: Page, stand: Stand, card: dict[str, object]) -> Locator:
    stand.dialogue.reply = lambda text: {"text": "Here it is.", "card": card}  # type: ignore[method-assign]
    page.get_by_label("Your message").fill("what does it mean")
    page.get_by_label("Your message").press("Enter")
    found = page.get_by_role("region", name=f"{card['name']} result")
    expect(found).to_be_visible()
    return found


def test_it_says_all_it_draws(chat: Page, stand: Stand) -> None:
    card = asked(chat, stand, CARD)
    expect(card).to_contain_text("5.9")
    expect(card).to_contain_text("mmol/L")
    expect(card).to_contain_text("high, usual range 3.5 to 5.1")
    expect(card).to_contain_text("Before: 4.4 on")
    expect(card).to_contain_text("Now: 5.9")
    assert card.locator("svg").count() == card.locator("svg[aria-hidden=true]").count() == 2
    check(chat)


def test_its_bar_and_trend_are_drawn_within_the_card(chat: Page, stand: Stand) -> None:
    card = asked(chat, stand, CARD)
    box = card.bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 320
    for part in card.locator("svg").all():
        drawn = part.bounding_box()
        assert drawn is not None
        assert drawn["width"] > 150
        assert drawn["x"] + drawn["width"] <= box["x"] + box["width"]
    # The mark stands right of the usual range for what is high: shape and place, not colour alone.
    mark = card.locator(".bar .mark-value").bounding_box()
    usual = card.locator(".bar .usual").bounding_box()
    assert mark is not None
    assert usual is not None
    assert mark["x"] > usual["x"] + usual["width"] - 8


def test_far_out_stays_on_the_bar(chat: Page, stand: Stand) -> None:
    card = asked(chat, stand, LOW)
    expect(card).to_contain_text("very low")
    mark, bar = card.locator(".bar .mark-value").bounding_box(), card.locator(".bar").bounding_box()
    assert mark is not None
    assert bar is not None
    assert mark["x"] >= bar["x"] - 6
    check(chat)


def test_a_limit_on_one_side(chat: Page, stand: Stand) -> None:
    card = asked(chat, stand, ONE_SIDED)
    expect(card).to_contain_text("high, usual up to 99")
    expect(card.locator(".trend")).to_have_count(0)
    expect(card.locator(".bar text")).to_have_text(["99"])


def test_sources_are_links_that_give_nothing_away(chat: Page, stand: Stand) -> None:
    link = asked(chat, stand, CARD).get_by_role("link")
    expect(link).to_have_attribute("href", "https://medlineplus.gov/lab-tests/potassium-blood-test/")
    expect(link).to_have_attribute("rel", "noopener noreferrer")
    expect(link).to_have_attribute("target", "_blank")


def test_nothing_is_styled_inline(chat: Page, stand: Stand) -> None:
    card = asked(chat, stand, CARD)
    assert card.locator("[style]").count() == 0
    policy = chat.request.get(f"{stand.url}/widget/frame").headers["content-security-policy"]
    assert "unsafe-inline" not in policy

"""A clinic in a fresh SQLite file, and the real application in front of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from careteam import CareTeamConfig, create_app
from record.database import connect, migrate
from tests.careteam.browser import Browser, Sent
from tests.careteam.clinic import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Iterator[Clinic]:
    engine = connect(f"sqlite:///{tmp_path}/kith.db")
    migrate(engine)
    yield Clinic(engine)
    engine.dispose()


@pytest.fixture
def sent() -> Sent:
    """Replies handed over to be sent."""
    return Sent()


@pytest.fixture
def browser(clinic: Clinic, sent: Sent) -> Iterator[Browser]:
    """Someone in front of the pages, not signed in."""
    config = CareTeamConfig(
        clinic.engine,
        "Riverbend Family Clinic",
        secure_cookies=False,
        clock=clinic.clock,
        timezone="America/New_York",
        send_reply=sent,
    )
    with TestClient(create_app(config), base_url="http://clinic.test") as client:
        yield Browser(client)


@pytest.fixture
def nurse(clinic: Clinic, browser: Browser) -> Browser:
    """Ana, a nurse, signed in."""
    clinic.user()
    browser.sign_in()
    return browser

"""A clinic in a fresh SQLite file, and the real application in front of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from careteam import CareTeamConfig, create_app
from record.database import connect, migrate
from tests.careteam.browser import Browser, Sent
from tests.careteam.clinic import Clinic


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: migrating for each test would take most of its time."""
    path = tmp_path_factory.mktemp("empty") / "kith.db"
    engine = connect(f"sqlite:///{path}")
    migrate(engine)
    engine.dispose()
    return path


@pytest.fixture
def clinic(tmp_path: Path, empty_database: Path) -> Iterator[Clinic]:
    shutil.copy(empty_database, tmp_path / "kith.db")
    engine = connect(f"sqlite:///{tmp_path}/kith.db")
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

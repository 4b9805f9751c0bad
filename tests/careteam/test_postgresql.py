"""The same pages on PostgreSQL, for real."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from careteam import CareTeamConfig, create_app
from record.database import connect, migrate
from tests.careteam.browser import Browser, Sent
from tests.careteam.clinic import Clinic, fill
from tests.support import postgres


@pytest.fixture
def clinic() -> Iterator[Clinic]:
    if postgres.binaries() is None:
        pytest.skip("PostgreSQL is not installed")
    with postgres.cluster() as cluster, postgres.database(cluster) as url:
        engine = connect(url)
        migrate(engine)
        yield Clinic(engine)
        engine.dispose()


def test_a_morning_on_postgresql(clinic: Clinic) -> None:
    clinic.user()
    maria, sent = fill(clinic), Sent()
    config = CareTeamConfig(
        clinic.engine, "Riverbend", secure_cookies=False, clock=clinic.clock, send_reply=sent
    )
    with TestClient(create_app(config), base_url="http://clinic.test") as client:
        browser = Browser(client)
        page = browser.sign_in().text
        assert page.index("James Okafor") < page.index("Maria Delgado") < page.index("Ruth Abramson")
        assert "Walter" not in browser.open("/?show=attention").text
        address = f"/patients/{maria.id}"
        assert "My sister Rosa calls every night" in browser.open(address).text
        browser.send(f"{address}/take-over", on=address)
        assert "Maria Delgado" in browser.open("/?show=mine").text
        assert "on its way" in browser.send(f"{address}/reply", on=address, text="hello").text
        assert [text for _, _, text in sent.replies] == ["hello"]

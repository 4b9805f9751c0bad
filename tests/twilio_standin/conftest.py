"""A running stand-in, and an application that notes every webhook it is sent."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from time import monotonic, sleep

import httpx
import pytest
from fastapi import FastAPI, Request

from tests.support.server import serving
from twilio_standin.app import create_app
from twilio_standin.config import StandinConfig

TOKEN = "a-token-for-tests"


@dataclass
class Application:
    """What the application under Twilio's webhooks has heard."""

    url: str = ""
    heard: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)  # path?query, signature, form
    answer: int = 200

    def texts(self) -> list[str]:
        return [form["Body"] for path, _, form in self.heard if path == "/in"]

    def statuses(self) -> list[str]:
        return [form["MessageStatus"] for path, _, form in self.heard if path.startswith("/status")]


@pytest.fixture
def application() -> Iterator[Application]:
    noted = Application()
    app = FastAPI()

    @app.post("/{path:path}")
    async def hear(path: str, request: Request) -> None:
        form = {name: str(value) for name, value in (await request.form()).items()}
        query = f"?{request.url.query}" if request.url.query else ""
        noted.heard.append((f"/{path}{query}", request.headers["x-twilio-signature"], form))

    with serving(app) as url:
        noted.url = url
        yield noted


@pytest.fixture
def make_standin(application: Application) -> Iterator[Callable[..., httpx.Client]]:
    with ExitStack() as stack:

        def make(**settings: object) -> httpx.Client:
            config = StandinConfig(
                token=TOKEN, webhook_url=f"{application.url}/in", step_seconds=0.01, **settings
            )
            url = stack.enter_context(serving(create_app(config)))
            return stack.enter_context(
                httpx.Client(base_url=url, auth=(config.account_sid, TOKEN), timeout=60, trust_env=False)
            )

        yield make


@pytest.fixture
def standin(make_standin: Callable[..., httpx.Client]) -> httpx.Client:
    return make_standin()


def wait_for(condition: Callable[[], object], seconds: float = 30.0) -> None:
    """Until something holds; fails the test when it does not in time."""
    deadline = monotonic() + seconds
    while not condition():
        if monotonic() > deadline:
            raise AssertionError("it did not happen in time")
        sleep(0.01)


@pytest.fixture
def until() -> Callable[..., None]:
    return wait_for

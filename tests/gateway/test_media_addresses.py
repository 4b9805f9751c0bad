"""Only this account's own media are ever asked for, and the password is told to Twilio's API alone."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import httpx
import pytest
from fastapi import FastAPI, Request
from starlette.responses import RedirectResponse, Response

from gateway.config import LOCAL_ACCOUNT_SID, GatewayConfig
from gateway.media import Media, Never, NotNow
from tests.support.server import serving

SID = "0123456789abcdef" * 2
PATH = f"/2010-04-01/Accounts/{LOCAL_ACCOUNT_SID}/Messages/MM{SID}/Media/ME{SID}"
OURS = f"https://api.twilio.com{PATH}"
CONFIG = GatewayConfig("http://127.0.0.1", LOCAL_ACCOUNT_SID, ("token",), "", "", "")


@dataclass
class Place:
    """A server that notes every request; `sends_to` makes it send every media request on."""

    asked: list[tuple[str, str]] = field(default_factory=list)
    sends_to: str = ""
    answer: Response = field(default_factory=lambda: Response(b"bytes"))
    url: str = ""

    def app(self) -> FastAPI:
        app = FastAPI()

        @app.get("/{path:path}")
        async def any_path(path: str, request: Request) -> Response:
            self.asked.append((path, request.headers.get("authorization", "")))
            media = path.startswith("2010-04-01")
            return RedirectResponse(self.sends_to, 307) if media and self.sends_to else self.answer

        return app


@pytest.fixture
def twilio() -> Iterator[Place]:
    place = Place()
    with serving(place.app()) as place.url:
        yield place


@pytest.fixture
def other() -> Iterator[Place]:
    place = Place()
    with serving(place.app()) as place.url:
        yield place


def fetch(base: str | None, url: str = OURS, most: int = 1000) -> bytes:
    async def run() -> bytes:
        async with httpx.AsyncClient(timeout=3, trust_env=False) as client:
            return await Media(replace(CONFIG, twilio_api_base=base), client, most).fetch(url)

    return asyncio.run(run())


def test_the_accounts_own_media_are_fetched_with_its_password(twilio: Place) -> None:
    assert fetch(twilio.url) == b"bytes"
    [(path, authorization)] = twilio.asked
    assert f"/{path}" == PATH
    assert authorization.startswith("Basic ")


@pytest.mark.parametrize(
    "url",
    [
        "{other}/a.jpg",
        "{other}" + PATH,
        f"https://api.twilio.com@evil.example{PATH}",
        OURS.replace("https", "http"),
        OURS.replace(LOCAL_ACCOUNT_SID, "AC" + "f" * 32),
        OURS + "/../../../x",
        OURS + "?to=http://evil.example",
        OURS + "#x",
        OURS + "\n",
        OURS[:-1],
        OURS.replace("/Media/", "/media/"),
        "file:///etc/passwd",
        "",
    ],
)
def test_no_other_address_is_asked(twilio: Place, other: Place, url: str) -> None:
    with pytest.raises(Never):
        fetch(twilio.url, url.format(other=other.url))
    assert (twilio.asked, other.asked) == ([], [])


def test_sent_on_within_twilio_the_password_stays_behind(twilio: Place) -> None:
    twilio.sends_to = f"{twilio.url}/cdn/short-lived"
    assert fetch(twilio.url) == b"bytes"
    assert twilio.asked[1] == ("cdn/short-lived", "")


def test_sent_on_to_anywhere_else_it_is_not_followed(twilio: Place, other: Place) -> None:
    twilio.sends_to = f"{other.url}/secret"
    with pytest.raises(Never):
        fetch(twilio.url)
    assert other.asked == []


def test_sent_round_and_round_it_ends(twilio: Place) -> None:
    twilio.sends_to = f"{twilio.url}{PATH}"
    with pytest.raises(NotNow):
        fetch(twilio.url)
    assert len(twilio.asked) <= 3


@pytest.mark.parametrize(
    ("where", "may"),
    [
        ("https://mms.twiliocdn.com/AC1/x?Expires=1", True),
        ("https://media.twiliocdn.com/AC1/x", True),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/AC1/x", True),
        ("http://mms.twiliocdn.com/AC1/x", False),
        ("https://mms.twiliocdn.com:8443/x", False),
        ("https://mms.twiliocdn.com.evil.example/x", False),
        ("https://evil.example/mms.twiliocdn.com", False),
        ("https://127.0.0.1/x", False),
    ],
)
def test_where_the_real_twilio_may_send_us_on(where: str, may: bool) -> None:
    assert Media(CONFIG, httpx.AsyncClient(), 1)._may_follow(where) is may


def test_more_than_is_taken_is_cut_off(twilio: Place) -> None:
    twilio.answer = Response(b"x" * 1001)
    with pytest.raises(Never):
        fetch(twilio.url)
    twilio.answer = Response(b"x" * 1000)
    assert len(fetch(twilio.url)) == 1000


@pytest.mark.parametrize("status", [401, 403, 404, 429, 500, 503])
def test_a_refusal_may_pass(twilio: Place, status: int) -> None:
    twilio.answer = Response(b"no", status)
    with pytest.raises(NotNow):
        fetch(twilio.url)


def test_nobody_there_may_pass() -> None:
    with pytest.raises(NotNow):
        fetch("http://127.0.0.1:9")

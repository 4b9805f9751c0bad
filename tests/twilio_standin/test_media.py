"""Media as Twilio keeps them: an address of the account, behind its password, then a short-lived one."""

import httpx
import pytest
from twilio.rest import Client

from tests.twilio_standin.test_rest import PHONE, Redirected
from twilio_standin.config import ACCOUNT_SID

PICTURE = b"\xff\xd8\xff a picture"


def send(standin: httpx.Client, application, until, data: bytes = PICTURE, **headers: str) -> dict[str, str]:
    """A phone sends a picture; the webhook's form."""
    sid = standin.post("/phone/media", content=data, headers=headers).json()["sid"]
    standin.post("/phone/messages", json={"from": PHONE, "body": "look", "media": [sid]}).raise_for_status()
    until(lambda: application.heard)
    return application.heard[0][2]


def path_of(form: dict[str, str]) -> str:
    address = form["MediaUrl0"]
    assert address.startswith(f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/MM")
    return address.removeprefix("https://api.twilio.com")


def test_the_webhook_says_where_it_is(standin, application, until) -> None:
    form = send(standin, application, until)
    assert (form["NumMedia"], form["MediaContentType0"]) == ("1", "image/jpeg")
    assert path_of(form).split("/")[-1].startswith("ME")


def test_it_is_fetched_through_a_short_lived_address(standin, application, until) -> None:
    answer = standin.get(path_of(send(standin, application, until)), follow_redirects=False)
    assert answer.status_code == 307
    with httpx.Client(trust_env=False) as anyone:
        found = anyone.get(answer.headers["location"])
        assert (found.content, found.headers["content-type"]) == (PICTURE, "image/jpeg")
        assert anyone.get(answer.headers["location"] + "x").status_code == 403


def test_without_the_password_it_is_not_given(standin, application, until) -> None:
    path = path_of(send(standin, application, until))
    with httpx.Client(base_url=standin.base_url, trust_env=False) as anyone:
        assert anyone.get(path).status_code == 401
    assert standin.get(path, auth=(ACCOUNT_SID, "another token")).status_code == 401


def test_another_messages_media_are_not_found(standin, application, until) -> None:
    path = path_of(send(standin, application, until))
    other = path[:-1] + ("0" if path[-1] != "0" else "1")
    assert standin.get(other).status_code == 404
    assert standin.get(path.replace("/MM", "/MMx")).status_code == 404


def test_twilios_own_library_lists_them(standin, application, until) -> None:
    form = send(standin, application, until)
    client = Client(
        ACCOUNT_SID, "a-token-for-tests", http_client=Redirected(str(standin.base_url).rstrip("/"))
    )
    [media] = client.messages(form["MessageSid"]).media.list()
    assert (media.content_type, f"https://api.twilio.com{media.uri}") == (
        "image/jpeg", f"{form['MediaUrl0']}.json",
    )  # fmt: skip


def test_what_is_claimed_of_it_may_be_wrong(standin, application, until) -> None:
    form = send(standin, application, until, b"<html>", **{"X-Content-Type": "image/png"})
    assert form["MediaContentType0"] == "image/png"


@pytest.mark.parametrize(("size", "status"), [(0, 400), (5 * 1024 * 1024, 201), (5 * 1024 * 1024 + 1, 413)])
def test_a_message_carries_five_megabytes(standin, size: int, status: int) -> None:
    assert standin.post("/phone/media", content=b"x" * size).status_code == status


def test_a_fault_in_fetching(standin, application, until) -> None:
    path = path_of(send(standin, application, until))
    standin.post("/control/faults", json={"kind": "500", "where": "media"})
    assert standin.get(path).status_code == 500
    assert standin.get(path).status_code == 307

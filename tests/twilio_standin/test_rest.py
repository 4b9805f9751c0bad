"""The Messages resource answers as Twilio's specification says, seen through Twilio's own library."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.http.http_client import TwilioHttpClient
from twilio.rest import Client

from twilio_standin.config import ACCOUNT_SID, OUR_NUMBER

MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT_SID}/Messages"
PHONE = "+12025550123"
FIELDS = {
    *("account_sid", "api_version", "body", "date_created", "date_sent", "date_updated", "direction"),
    *("error_code", "error_message", "from", "messaging_service_sid", "num_media", "num_segments", "price"),
    *("price_unit", "sid", "status", "subresource_uris", "to", "uri"),
}


class Redirected(TwilioHttpClient):
    """Twilio's own HTTP client, with another host."""

    def __init__(self, base: str) -> None:
        super().__init__(timeout=5)
        self.base = base

    def request(self, method, url, *args, **kwargs):
        return super().request(method, url.replace("https://api.twilio.com", self.base), *args, **kwargs)


@pytest.fixture
def library(standin: httpx.Client) -> Client:
    return Client(ACCOUNT_SID, "a-token-for-tests", http_client=Redirected(str(standin.base_url).rstrip("/")))


def test_create_answers_with_the_whole_resource(standin: httpx.Client) -> None:
    answer = standin.post(f"{MESSAGES}.json", data={"To": PHONE, "From": OUR_NUMBER, "Body": "Hello"})
    assert answer.status_code == 201
    resource = answer.json()
    assert resource["sid"][:2] == "SM"
    assert len(resource["sid"]) == 34
    assert {name: resource[name] for name in ("status", "direction", "body", "to", "num_segments")} == {
        "status": "queued",
        "direction": "outbound-api",
        "body": "Hello",
        "to": PHONE,
        "num_segments": "1",
    }
    assert set(resource) == FIELDS


def test_messaging_service_is_accepted_before_it_is_queued(make_standin) -> None:
    service = "MG" + "0" * 31 + "1"
    client = make_standin(messaging_service_sid=service)
    resource = client.post(
        f"{MESSAGES}.json", data={"To": PHONE, "MessagingServiceSid": service, "Body": "x"}
    ).json()
    assert (resource["status"], resource["from"], resource["num_segments"]) == ("accepted", None, "0")


GOOD = {"To": PHONE, "From": OUR_NUMBER, "Body": "Hello"}


@pytest.mark.parametrize(
    ("change", "code", "status"),
    [
        ({"To": ""}, 21604, 400),
        ({"To": "12025550123"}, 21211, 400),
        ({"From": ""}, 21603, 400),
        ({"From": "+12025550199"}, 21606, 400),
        ({"Body": ""}, 21602, 400),
        ({"Body": "x" * 1601}, 21617, 400),
        ({"ValidityPeriod": "0"}, 21624, 400),
        ({"ValidityPeriod": "36001"}, 21624, 400),
        ({"ValidityPeriod": "soon"}, 21624, 400),
    ],
)
def test_create_refuses_as_twilio_does(standin: httpx.Client, change, code, status) -> None:
    answer = standin.post(f"{MESSAGES}.json", data={**GOOD, **change})
    assert answer.status_code == status
    assert answer.json()["code"] == code
    assert answer.json()["status"] == status
    assert str(code) in answer.json()["more_info"]
    assert answer.json()["message"]


@pytest.mark.parametrize(
    "change", [{"Body": "x" * 1600}, {"ValidityPeriod": "36000"}, {"ValidityPeriod": "1"}]
)
def test_create_accepts_at_the_limit(standin: httpx.Client, change) -> None:
    assert standin.post(f"{MESSAGES}.json", data={**GOOD, **change}).status_code == 201


def test_wrong_token_is_refused(standin: httpx.Client) -> None:
    answer = standin.post(f"{MESSAGES}.json", data=GOOD, auth=(ACCOUNT_SID, "wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)
    assert standin.get("/control/ledger").json()["messages"] == []


def test_library_creates_fetches_and_lists_page_by_page(library: Client) -> None:
    made = [
        library.messages.create(to=PHONE, from_=OUR_NUMBER, body=f"number {n}", validity_period=600)
        for n in range(5)
    ]
    assert library.messages(made[0].sid).fetch().body == "number 0"
    assert [m.body for m in library.messages.list(to=PHONE, page_size=2)] == [
        f"number {n}" for n in (4, 3, 2, 1, 0)
    ]
    assert library.messages.list(to="+12025550124") == []


@pytest.mark.parametrize(("hours", "found"), [(-1, 1), (1, 0)])
def test_list_by_time_sent(library: Client, hours: int, found: int) -> None:
    library.messages.create(to=PHONE, from_=OUR_NUMBER, body="x")
    after = datetime.now(UTC) + timedelta(hours=hours)
    assert len(library.messages.list(date_sent_after=after)) == found
    assert len(library.messages.list(date_sent_before=after)) == 1 - found


def test_unknown_sid_is_not_found(library: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        library.messages("SM" + "0" * 32).fetch()
    assert (refused.value.status, refused.value.code) == (404, 20404)


@pytest.mark.parametrize(
    ("body", "count"),
    [
        ("x" * 160, "1"),
        ("x" * 161, "2"),
        ("x" * 306, "2"),
        ("x" * 307, "3"),
        ("’" * 70, "1"),
        ("’" * 71, "2"),
        ("\U0001f600" * 35, "1"),
        ("\U0001f600" * 36, "2"),
        ("[" * 80, "1"),
        ("[" * 81, "2"),
    ],
)
def test_segments_are_counted(standin: httpx.Client, body: str, count: str) -> None:
    assert standin.post(f"{MESSAGES}.json", data={**GOOD, "Body": body}).json()["num_segments"] == count

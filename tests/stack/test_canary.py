"""Canaries put through the whole of Kith are in its record, and in no log, figure, address or page."""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

from kith.logs import ALLOWED
from kith.stack import Stack, throwaway_stack
from record import users
from record.database import connect
from record.ids import now
from record.tables import inbox, message, observation, oncall_send, outbox, patient
from tests.faults.ledger import until
from tests.paging.conftest import Mailbox, mail_server

GIVEN, FAMILY, BORN = "Zanzibarina", "Quixworth", "1951-07-31"
PHONE, ANA = "+13035557731", "+13035550181"
WORD, VALUE = "marmalade-seahorse", "7.7731"
PASSWORD = "green lantern 42 rivers"
CANARIES = (GIVEN, FAMILY, BORN, PHONE[1:], PHONE[2:], WORD, VALUE, "marmalade", "chest pain")
LIST = f'[[person]]\nkey = "ana"\nname = "Ana"\nsms = "{ANA}"\nemail = "ana@clinic.example"\n'


@dataclass
class Put:
    """A stack every canary was put through, and what went to the clinic's people meanwhile."""

    stack: Stack
    mailbox: Mailbox
    page_texts: list[str]


def text(stack: Stack, words: str, number: str = PHONE) -> None:
    sent = httpx.post(
        f"{stack.settings.standin_url}/phone/messages", json={"from": number, "body": words}, timeout=60
    )
    sent.raise_for_status()


def quiet(stack: Stack) -> bool:
    """Whether everything that came in is answered and everything said is delivered."""
    with connect(stack.settings.database_url, read_only=True).connect() as connection:
        waiting = connection.scalars(select(inbox.c.state).where(inbox.c.state != "done")).all()
        states = set(connection.scalars(select(outbox.c.state)))
        paged = set(connection.scalars(select(oncall_send.c.state)))
    return not waiting and states <= {"delivered", "cancelled"} and bool(paged) and "queued" not in paged


def bundle(broken: bool = False) -> dict[str, object]:
    """A chart with canaries in every place one can stand; broken, it is refused."""
    who = {"resourceType": "Patient", "id": "p1", "name": [{"given": [GIVEN], "family": FAMILY}],
           "birthDate": WORD if broken else BORN}  # fmt: skip
    result = {
        "resourceType": "Observation", "id": "o1", "status": "final", "subject": {"reference": "Patient/p1"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "2823-3"}], "text": "Potassium"},
        "effectiveDateTime": now()[:10], "note": [{"text": WORD}],
        "valueQuantity": {"value": float(VALUE), "unit": "mmol/L", "system": "http://unitsofmeasure.org",
                          "code": "mmol/L"},
    }  # fmt: skip
    return {"resourceType": "Bundle", "type": "collection",
            "entry": [{"resource": who}, {"resource": result}]}  # fmt: skip


@pytest.fixture(scope="module")
def put(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Put]:
    path: Path = tmp_path_factory.mktemp("oncall") / "oncall.toml"
    path.write_text(LIST)
    with mail_server() as box:
        extra = {
            "KITH_ONCALL_FILE": str(path), "KITH_SMTP_HOST": "127.0.0.1", "KITH_SMTP_PORT": str(box.port),
            "KITH_SMTP_TLS": "off", "KITH_SMTP_FROM": "kith@clinic.example", "KITH_LOG_LEVEL": "DEBUG",
        }  # fmt: skip
        with throwaway_stack(extra) as stack:
            _put_through(stack)
            assert until(lambda: quiet(stack), 120), stack.logs()
            shown = httpx.get(f"{stack.settings.standin_url}/phone/messages", params={"number": ANA}).json()
            yield Put(stack, box, [each["body"] for each in shown["messages"]])


def _put_through(stack: Stack) -> None:
    settings = stack.settings
    admin = httpx.Client(
        base_url=settings.gateway_url,
        headers={"Authorization": f"Bearer {settings.admin_token.value}"},
        timeout=60,
    )
    who = {"given": GIVEN, "family": FAMILY, "birthDate": BORN, "consent": True, "identityVerified": True,
           "contact": {"system": "sms", "value": PHONE}}  # fmt: skip
    made = admin.post("/admin/patients", json=who).raise_for_status().json()["patient_id"]
    admin.post(f"/fhir?patient={made}", json=bundle()).raise_for_status()
    assert admin.post(f"/fhir?patient={made}", json=bundle(broken=True)).status_code >= 400
    for words in (
        f"my {WORD} bus stopped running out here", f"my potassium is {VALUE} and I am scared",
        f"/intent{{{WORD}}}",
        f"my mother {GIVEN} died", f"{WORD} " * 400, f"I have crushing chest pain, {WORD}", "why",
    ):  # fmt: skip
        text(stack, words)
    anyone = httpx.Client(base_url=settings.gateway_url, timeout=60)
    anyone.post("/twilio/inbound", data={"Body": WORD, "From": PHONE})
    anyone.get(f"/nowhere/{WORD}", params={"name": FAMILY})
    anyone.get(f"/fhir/Patient/{WORD}/$everything")
    token = anyone.post("/widget/session").json()["token"]
    bearer = {"Authorization": f"Bearer {token}"}
    anyone.post(
        "/widget/messages", json={"client_id": "a", "text": f"{WORD} my number is {PHONE}"}, headers=bearer
    )
    anyone.post("/widget/messages", json={"client_id": f"{WORD} {PHONE}!", "text": WORD}, headers=bearer)
    anyone.post("/widget/files?client_id=b", content=f"%PDF-1.4 {WORD}".encode(), headers=bearer)
    _as_a_nurse(stack, anyone, made)


def _as_a_nurse(stack: Stack, browser: httpx.Client, patient_id: str) -> None:
    engine = connect(stack.settings.database_url)
    with engine.begin() as connection:
        users.create(
            connection, username="ana", display_name="Ana", role="nurse", password=PASSWORD, at=now()
        )
    engine.dispose()
    browser.follow_redirects = True

    def send(path: str, on: str, **fields: str) -> httpx.Response:
        token = re.search(r'name="csrf" value="([^"]+)"', browser.get(on).text)
        assert token
        return browser.post(path, data={"csrf": token[1], **fields})

    send("/care/sign-in", "/care/sign-in", username=FAMILY, password=WORD)
    send("/care/sign-in", "/care/sign-in", username="ana", password=PASSWORD)
    page = f"/care/patients/{patient_id}"
    assert GIVEN in browser.get(page).text
    send(f"{page}/take-over", page)
    send(f"{page}/reply", page, text=f"Dear {GIVEN}, {WORD}")
    send(f"{page}/hand-back", page)


def hits(content: str) -> list[str]:
    return [each for each in CANARIES if each.casefold() in content.casefold()]


def test_the_canaries_went_through(put: Put) -> None:
    """What was nowhere could be found nowhere."""
    with connect(put.stack.settings.database_url, read_only=True).connect() as connection:
        kept = " ".join(
            str(row) for table in (patient, message, observation) for row in connection.execute(select(table))
        )
    assert [each for each in CANARIES if each.casefold() not in kept.casefold()] in (
        [],
        [PHONE[1:], PHONE[2:]],
    )
    assert put.page_texts
    assert put.mailbox.taken


def test_no_log_of_any_process_holds_one(put: Put) -> None:
    logs = {
        path.name: path.read_text(errors="replace") for path in (put.stack.settings.var_dir / "log").glob("*")
    }
    assert {"gateway.log", "actions.log", "rasa.log"} <= logs.keys()
    # The stand-in is no part of Kith: it is the telephone network, and absent where a real account is set.
    assert {
        name: hits(content) for name, content in logs.items() if hits(content) and "standin" not in name
    } == {}
    assert "signature_refused" in logs["gateway.log"], "the log was written to"


@pytest.mark.parametrize("name", ["gateway.log", "actions.log"])
def test_each_line_is_json_with_keys_of_the_list(put: Put, name: str) -> None:
    lines = (put.stack.settings.var_dir / "log" / name).read_text().splitlines()
    keys = {key for line in lines for key in json.loads(line)}
    assert keys <= ALLOWED | {"dropped"}


def test_no_figure_holds_one(put: Put) -> None:
    figures = httpx.get(f"{put.stack.settings.gateway_url}/metrics").text
    assert "kith_pages_unacknowledged" in figures
    assert hits(figures) == []


def test_no_process_list_and_no_page_holds_one(put: Put) -> None:
    pids = ",".join(str(pid) for pid in put.stack.pids())
    listed = subprocess.run(["ps", "-o", "args=", "-p", pids], capture_output=True, text=True, check=True)
    assert hits(listed.stdout) == []
    mails = [mail.as_string() for mail in put.mailbox.taken]
    assert [found for each in (*put.page_texts, *mails) if (found := hits(each))] == []

"""Pages on the care-team pages: shown to everyone, taken by a press, never by a look."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, update
from starlette.testclient import TestClient

from careteam import CareTeamConfig, Clinician, create_app
from record.ids import new_id, stamp
from record.tables import audit_event, oncall_page, oncall_send
from tests.careteam.browser import Browser, Sent
from tests.careteam.clinic import Clinic, PatientFile


def page_about(who: PatientFile, **more: Any) -> str:
    """A page that is open, with one text to Ben."""
    now = who.clock()
    page_id = who.put(
        oncall_page, risk="emergency", code="4821", status="open", step=1,
        due_at=stamp(now + timedelta(minutes=5)), **more,
    )  # fmt: skip
    row = {
        "id": new_id(), "page_id": page_id, "kind": "page", "step": 1, "person": "ben", "name": "Ben Ode",
        "channel": "sms", "address": "+12025550182", "text": "x", "state": "delivered",
        "next_attempt_at": stamp(now), "effect_key": new_id(),
        "created_at": stamp(now), "sent_at": stamp(now),
    }  # fmt: skip
    with who.engine.begin() as connection:
        connection.execute(oncall_send.insert().values(**row))
    return page_id


@pytest.fixture
def rosa(clinic: Clinic) -> PatientFile:
    found = clinic.patient("Rosa", "Delgado", consent=None)
    found.says("my chest hurts")
    return found


def test_who_was_paged_when_and_by_which_way(nurse: Browser, rosa: PatientFile) -> None:
    page_about(rosa)
    shown = nurse.open(f"/patients/{rosa.id}").text
    assert "Waiting for an answer" in shown
    assert "<bdi>Ben Ode</bdi>, by text, today 12:00: delivered" in shown
    assert "I have it</button>" in shown
    listed = nurse.open("/").text
    assert "paged <bdi>Ben Ode</bdi>, today 12:00" in listed


def test_nobody_has_answered_is_said(clinic: Clinic, nurse: Browser, rosa: PatientFile) -> None:
    page_about(rosa, exhausted_at=stamp(clinic.clock()))
    assert "Nobody has answered." in nurse.open(f"/patients/{rosa.id}").text
    assert "paged, nobody has answered" in nurse.open("/").text


def test_the_link_leads_to_the_patient_and_takes_nothing(
    clinic: Clinic, nurse: Browser, rosa: PatientFile
) -> None:
    page_id = page_about(rosa)
    answer = nurse.open(f"/oncall/{page_id}")
    assert answer.url.path == f"/patients/{rosa.id}"
    assert clinic.rows(oncall_page)[0].status == "open"
    assert nurse.open(f"/oncall/{new_id()}").status_code == 404


def test_i_have_it(clinic: Clinic, nurse: Browser, rosa: PatientFile) -> None:
    page_id = page_about(rosa)
    answer = nurse.send(f"/patients/{rosa.id}/have-it", on=f"/patients/{rosa.id}", page=page_id)
    assert "You have it. Nobody else is paged." in answer.text
    assert "<bdi>Ana Ruiz</bdi> has it" in answer.text
    [page] = clinic.rows(oncall_page)
    assert (page.status, page.acknowledged_by, page.acknowledged_role) == (
        "acknowledged",
        "Ana Ruiz",
        "nurse",
    )
    assert "U:page-page" in [row.action for row in clinic.rows(audit_event)]
    assert "<bdi>Ana Ruiz</bdi> has it" in nurse.open("/").text
    again = nurse.send(f"/patients/{rosa.id}/have-it", on=f"/patients/{rosa.id}", page=page_id)
    assert "Someone else was faster" in again.text


def test_a_page_about_someone_else_is_not_taken_here(
    clinic: Clinic, nurse: Browser, rosa: PatientFile
) -> None:
    page_id, other = page_about(rosa), clinic.patient("James", None)
    answer = nurse.send(f"/patients/{other.id}/have-it", on=f"/patients/{rosa.id}", page=page_id)
    assert answer.status_code == 404
    assert clinic.rows(oncall_page)[0].status == "open"


def test_without_our_token_nothing_is_taken(clinic: Clinic, nurse: Browser, rosa: PatientFile) -> None:
    page_id = page_about(rosa)
    assert nurse.client.post(f"/patients/{rosa.id}/have-it", data={"page": page_id}).status_code == 403
    assert clinic.rows(oncall_page)[0].status == "open"


def test_the_link_survives_signing_in(clinic: Clinic, browser: Browser, rosa: PatientFile) -> None:
    clinic.user()
    page_id = page_about(rosa)
    asked = browser.open(f"/oncall/{page_id}")
    assert asked.url.path == "/sign-in"
    assert f'name="to" value="/oncall/{page_id}"' in asked.text
    wrong = browser.sign_in(password="wrong", to=f"/oncall/{page_id}")
    assert f'name="to" value="/oncall/{page_id}"' in wrong.text
    assert browser.sign_in(to=f"/oncall/{page_id}").url.path == f"/patients/{rosa.id}"


@pytest.mark.parametrize(
    "to",
    ["//evil.example", "https://evil.example/", "/patients/x", "/oncall/../sign-out", "/oncall/x", "\\evil"],
)
def test_signing_in_leads_nowhere_else(clinic: Clinic, browser: Browser, to: str) -> None:
    clinic.user()
    assert browser.sign_in(to=to).url.path == "/"
    assert to not in browser.client.get("/sign-in", params={"to": to}).text


def test_an_engineer_takes_no_pages(clinic: Clinic, browser: Browser, rosa: PatientFile) -> None:
    clinic.user("eve", "engineer", "Eve")
    browser.sign_in("eve")
    assert browser.open(f"/oncall/{page_about(rosa)}").status_code == 403


@pytest.fixture
def heard() -> list[tuple[str, str, str]]:
    return []


@pytest.fixture
def speaking(clinic: Clinic, sent: Sent, heard: list[tuple[str, str, str]]) -> Any:
    """The pages with a gateway's voice behind them."""

    def announce(connection: Connection, thread: str, by: Clinician, what: str, at: str) -> None:
        heard.append((thread, by.display_name, what))

    config = CareTeamConfig(
        clinic.engine,
        "Riverbend",
        secure_cookies=False,
        clock=clinic.clock,
        send_reply=sent,
        announce=announce,
    )
    clinic.user()
    with TestClient(create_app(config), base_url="http://clinic.test") as client:
        browser = Browser(client)
        browser.sign_in()
        yield browser


def test_taking_over_has_the_page_and_is_said_once(
    clinic: Clinic, speaking: Browser, heard: list[tuple[str, str, str]], rosa: PatientFile
) -> None:
    page_about(rosa)
    at = f"/patients/{rosa.id}"
    speaking.send(f"{at}/take-over", on=at)
    speaking.send(f"{at}/take-over", on=at)
    assert heard == [(rosa.thread, "Ana Ruiz", "taken-over")]
    assert clinic.rows(oncall_page)[0].acknowledged_how == "taken-over"
    speaking.send(f"{at}/hand-back", on=at)
    speaking.send(f"{at}/hand-back", on=at)
    assert [what for _, _, what in heard] == ["taken-over", "back"]


def test_yesterdays_pages_are_history(clinic: Clinic, nurse: Browser, rosa: PatientFile) -> None:
    page_id = page_about(rosa)
    nurse.send(f"/patients/{rosa.id}/have-it", on=f"/patients/{rosa.id}", page=page_id)
    with clinic.engine.begin() as connection:
        connection.execute(
            update(oncall_page).values(acknowledged_at=stamp(clinic.clock() - timedelta(hours=25)))
        )
    assert 'id="paged"' not in nurse.open(f"/patients/{rosa.id}").text

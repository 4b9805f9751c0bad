"""What a nurse does with a result its patient has not heard of yet, from the page to the record."""

import pytest

from record.ids import stamp
from record.tables import audit_event, kept_result, notice, observation
from tests.careteam.browser import Browser
from tests.careteam.clinic import Clinic, PatientFile


@pytest.fixture
def maria(clinic: Clinic) -> PatientFile:
    return clinic.patient("Maria", "Delgado", phone="+15005550101")


def keep(maria: PatientFile, policy: str = "after_review", status: str = "waiting") -> str:
    about = maria.result("HIV 1+2 Ag/Ab", "Reactive", interpretation="A", released_at=None)
    return maria.put(
        kept_result, observation_id=about, policy=policy, rule="hiv", status=status,
        created_at=stamp(maria.clock()),
    )  # fmt: skip


def page_of(patient: PatientFile) -> str:
    return f"/patients/{patient.id}"


def settle(nurse: Browser, maria: PatientFile, kept: str, decision: str) -> str:
    page = page_of(maria)
    return nurse.send(f"{page}/releases/{kept}", on=page, decision=decision).text


def test_the_page_says_what_waits(nurse: Browser, maria: PatientFile) -> None:
    keep(maria)
    seen = nurse.open(page_of(maria)).text
    assert "Not told to the patient yet" in seen
    assert "Waits for your look" in seen
    assert 'value="release"' in seen
    assert 'value="hold"' in seen


def test_nothing_waits(nurse: Browser, maria: PatientFile) -> None:
    assert "Not told to the patient yet" not in nurse.open(page_of(maria)).text


def test_release(clinic: Clinic, nurse: Browser, maria: PatientFile) -> None:
    kept = keep(maria)
    seen = settle(nurse, maria, kept, "release")
    assert "The patient gets one text" in seen
    assert "Not told to the patient yet" not in seen
    now = stamp(clinic.clock())
    assert [row.released_at for row in clinic.rows(observation)] == [now]
    assert [(row.status, row.not_before) for row in clinic.rows(notice)] == [("waiting", now)]
    [ana] = {each.agent for each in clinic.rows(audit_event, action="E:sign-in:ok")}
    assert [row.decided_by for row in clinic.rows(kept_result)] == [ana]
    [line] = clinic.rows(audit_event, action="U:result-release")
    assert (line.entity, line.outcome) == (f"Release/{kept}", "success")


def test_hold_then_release(clinic: Clinic, nurse: Browser, maria: PatientFile) -> None:
    kept = keep(maria)
    seen = settle(nurse, maria, kept, "hold")
    assert "Held. Kith does not tell it" in seen
    assert 'value="hold"' not in seen
    assert clinic.rows(notice) == []
    assert "The patient gets one text" in settle(nurse, maria, kept, "release")


def test_what_kith_never_tells_can_only_be_told_in_person(
    clinic: Clinic, nurse: Browser, maria: PatientFile
) -> None:
    kept = keep(maria, policy="never_by_bot")
    assert 'value="release"' not in nurse.open(page_of(maria)).text
    assert "already done" in settle(nurse, maria, kept, "release")
    assert [row.released_at for row in clinic.rows(observation)] == [None]
    assert [row.outcome for row in clinic.rows(audit_event, action="U:result-release")] == ["failure"]
    assert "told in person" in settle(nurse, maria, kept, "told")


def test_a_colleague_was_faster(nurse: Browser, maria: PatientFile) -> None:
    kept = keep(maria)
    page = page_of(maria)
    token = nurse.token(page)
    nurse.client.post(f"{page}/releases/{kept}", data={"csrf": token, "decision": "release"})
    again = nurse.client.post(f"{page}/releases/{kept}", data={"csrf": token, "decision": "release"})
    assert "Someone else was faster" in again.text


@pytest.mark.parametrize("decision", ["", "release'--", "destroy"])
def test_no_other_decision_is_taken(
    clinic: Clinic, nurse: Browser, maria: PatientFile, decision: str
) -> None:
    kept = keep(maria)
    page = page_of(maria)
    assert nurse.send(f"{page}/releases/{kept}", on=page, decision=decision).status_code == 422
    assert [row.status for row in clinic.rows(kept_result)] == ["waiting"]


def test_a_form_without_its_token_changes_nothing(clinic: Clinic, nurse: Browser, maria: PatientFile) -> None:
    kept = keep(maria)
    answer = nurse.client.post(f"{page_of(maria)}/releases/{kept}", data={"decision": "release"})
    assert answer.status_code == 403
    assert [row.status for row in clinic.rows(kept_result)] == ["waiting"]


def test_nothing_is_released_through_another_patients_page(
    clinic: Clinic, nurse: Browser, maria: PatientFile
) -> None:
    kept = keep(maria)
    other = clinic.patient("James", None)
    answer = nurse.send(f"{page_of(other)}/releases/{kept}", on=page_of(maria), decision="release")
    assert answer.status_code == 404
    assert [row.status for row in clinic.rows(kept_result)] == ["waiting"]


def test_a_social_worker_reads_and_releases_nothing(
    clinic: Clinic, browser: Browser, maria: PatientFile
) -> None:
    kept = keep(maria)
    clinic.user("sam", "social-worker", "Sam Lee")
    browser.sign_in("sam")
    page = page_of(maria)
    assert 'value="release"' not in browser.open(page).text
    answer = browser.send(f"{page}/releases/{kept}", on="/", decision="release")
    assert answer.status_code == 403
    assert [row.status for row in clinic.rows(kept_result)] == ["waiting"]


def test_what_was_said_back_stands_on_the_page(nurse: Browser, maria: PatientFile) -> None:
    seq = maria.says("so it is too high and I call them this week")
    maria.told("teach_back", "so it is too high and I call them this week", seq, code="understood")
    maria.told("question", "Could the blood draw have made my result wrong?", seq, origin="agreed")
    seen = nurse.open(page_of(maria)).text
    assert "Said it back as meant" in seen
    assert "proposed by Kith, they said yes" in seen
    assert "Could the blood draw have made my result wrong?" in seen

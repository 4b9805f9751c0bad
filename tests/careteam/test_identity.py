"""Whose number it is now: a nurse who has found out says so on the page, and Kith knows the person again."""

from record.ids import stamp
from record.tables import audit_event, patient, task
from tests.careteam.browser import Browser
from tests.careteam.clinic import Clinic


def test_who_found_out_says_so_and_what_waited_for_it_is_done(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", "Delgado")
    seq = maria.says("hello")
    asked = maria.task("check-identity", "urgent", "Find out whose number it is", seq)
    other = maria.task("call-patient", "urgent", "Call Maria", seq)
    page = f"/patients/{maria.id}"
    assert "Identity checked" in nurse.open(page).text
    clinic.clock.on(minutes=5)
    seen = nurse.send(f"{page}/identity", on=page).text
    assert "Noted: they are this patient." in seen
    assert "identity not checked yet" not in seen
    assert "Identity checked" not in seen
    now = stamp(clinic.clock())
    assert [row.identity_verified_at for row in clinic.rows(patient)] == [now]
    [ana] = {each.agent for each in clinic.rows(audit_event, action="E:sign-in:ok")}
    [done] = clinic.rows(task, id=asked)
    assert (done.status, done.completed_by, done.completed_at) == ("completed", ana, now)
    assert [row.status for row in clinic.rows(task, id=other)] == ["requested"]
    [line] = clinic.rows(audit_event, action="U:identity-checked")
    assert (line.agent, line.entity, line.outcome) == (ana, f"Patient/{maria.id}", "success")


def test_a_known_person_is_not_asked_about_and_not_noted_again(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", None, phone="+15005550101")
    page = f"/patients/{maria.id}"
    since = clinic.rows(patient)[0].identity_verified_at
    assert "Identity checked" not in nurse.open(page).text
    clinic.clock.on(minutes=5)
    assert "Someone else was faster" in nurse.send(f"{page}/identity", on="/").text
    assert clinic.rows(patient)[0].identity_verified_at == since
    assert [row.outcome for row in clinic.rows(audit_event, action="U:identity-checked")] == ["failure"]


def test_a_social_worker_leaves_it_to_those_who_release_results(clinic: Clinic, browser: Browser) -> None:
    maria = clinic.patient("Maria", None)
    clinic.user("sam", "social-worker", "Sam Lee")
    browser.sign_in("sam")
    page = f"/patients/{maria.id}"
    assert "Identity checked" not in browser.open(page).text
    assert browser.send(f"{page}/identity", on="/").status_code == 403
    assert clinic.rows(patient)[0].identity_verified_at is None


def test_nobody_is_known_who_is_not_there(clinic: Clinic, nurse: Browser) -> None:
    assert nurse.send("/patients/nobody/identity", on="/").status_code == 404

"""What stands between a page and whoever would misuse it."""

import pytest
from markupsafe import escape
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from careteam import CareTeamConfig, create_app
from record.tables import audit_event, conversation, flag, patient, task
from tests.careteam.browser import Browser, Sent
from tests.careteam.clinic import Clinic, PatientFile

NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "{{ 7 * 7 }}{% raw %}",
    "&lt;b&gt; & 'quotes' \"double\"",
    "\u202egnp.exe\u202c",
]


def ready(clinic: Clinic) -> tuple[PatientFile, dict[str, str]]:
    """A patient, and every form there is about them."""
    patient = clinic.patient("Maria", "Delgado")
    seq = patient.says("my chest hurts")
    flag_id = patient.flagged("emergency", "chest-pain", "my chest hurts", seq)
    task_id = patient.task("call-patient", "stat", "Call Maria", seq)
    base = f"/patients/{patient.id}"
    return patient, {
        "task": f"{base}/tasks/{task_id}/done",
        "flag": f"{base}/flags/{flag_id}/close",
        "take-over": f"{base}/take-over",
        "hand-back": f"{base}/hand-back",
        "reply": f"{base}/reply",
        "identity": f"{base}/identity",
        "sign-out": "/sign-out",
    }


@pytest.mark.parametrize("form", ["task", "flag", "take-over", "hand-back", "reply", "identity", "sign-out"])
@pytest.mark.parametrize("token", ["", "wrong", "é"])
def test_a_form_without_our_token_changes_nothing(
    clinic: Clinic, nurse: Browser, sent: Sent, form: str, token: str
) -> None:
    _, forms = ready(clinic)
    answer = nurse.client.post(forms[form], data={"csrf": token, "text": "hello"} if token else {})
    assert answer.status_code == 403
    assert "This form is out of date" in answer.text
    assert clinic.rows(task)[0].status == "requested"
    assert clinic.rows(flag)[0].status == "active"
    assert clinic.rows(conversation)[0].taken_over_by is None
    assert clinic.rows(patient)[0].identity_verified_at is None
    assert sent.replies == []
    assert nurse.open("/").url.path == "/"


def test_another_sessions_token_is_not_ours(clinic: Clinic, nurse: Browser, browser: Browser) -> None:
    _, forms = ready(clinic)
    stolen = nurse.token()
    nurse.send("/sign-out")
    nurse.sign_in()
    assert nurse.client.post(forms["task"], data={"csrf": stolen}).status_code == 403


@pytest.mark.parametrize("words", NASTY)
def test_what_a_patient_wrote_is_text_everywhere(clinic: Clinic, nurse: Browser, words: str) -> None:
    patient = clinic.patient(words, words)
    seq = patient.says(words, author="caregiver", author_name=words)
    patient.told("worry", words, seq, code=words[:60])
    patient.told("strength", words, seq, origin="told-by-caregiver")
    patient.flagged("soon", words[:60], words, seq)
    patient.task(words[:60], "asap", words, seq, quote=words)
    patient.result(words, words, unit=words, range_text=words, low=None, high=None)
    patient.says(words, direction="out", author="kith", why=[{"says": words, "rule": words, "source": words}])
    for path in ("/", f"/patients/{patient.id}"):
        page = nurse.open(path).text
        assert str(escape(words)) in page
        if "<" in words:
            assert words not in page


def test_every_answer_carries_the_headers(clinic: Clinic, nurse: Browser) -> None:
    patient, _ = ready(clinic)
    for path in ("/", f"/patients/{patient.id}", "/sign-in", "/static/care.css", "/nowhere", "/lines"):
        headers = nurse.open(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-frame-options"] == "DENY"
        assert headers["cache-control"] == "no-store"


def test_no_page_holds_a_script_or_style_of_its_own(clinic: Clinic, nurse: Browser) -> None:
    patient, _ = ready(clinic)
    for path in ("/", f"/patients/{patient.id}", "/sign-in"):
        page = nurse.open(path).text
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page
        assert page.count("<script") == page.count("<script src=") == 1


def test_over_https_the_cookie_is_secure_and_https_is_kept(clinic: Clinic) -> None:
    config = CareTeamConfig(clinic.engine, "Riverbend", secure_cookies=True, clock=clinic.clock)
    with TestClient(create_app(config), base_url="https://clinic.test") as client:
        clinic.user()
        browser = Browser(client)
        assert "max-age" in browser.open("/sign-in").headers["strict-transport-security"]
        assert browser.sign_in().url.path == "/"
        assert list(client.cookies.keys()) == ["__Secure-kith-care"]


def test_mounted_under_a_path_every_address_stays_under_it(clinic: Clinic) -> None:
    patient, _ = ready(clinic)
    clinic.user()
    config = CareTeamConfig(clinic.engine, "Riverbend", secure_cookies=False, clock=clinic.clock)
    with TestClient(Starlette(routes=[Mount("/care", create_app(config))])) as client:
        browser = Browser(client)
        token = browser.token("/care/sign-in")
        answer = browser.send(
            "/care/sign-in", on="/care/sign-in", username="ana", password="green lantern 42 rivers"
        )
        assert answer.url.path == "/care/"
        assert f'href="/care/patients/{patient.id}"' in answer.text
        assert 'href="/care/static/care.css"' in answer.text
        assert browser.open(f"/care/patients/{patient.id}").status_code == 200
        assert browser.open("/care/static/care.css").status_code == 200
        assert token


def test_the_engineer_keeps_it_running_and_reads_nobodys_story(
    clinic: Clinic, browser: Browser, sent: Sent
) -> None:
    patient, forms = ready(clinic)
    clinic.user("eli", "engineer", "Eli Berg")
    page = browser.sign_in("eli")
    assert page.status_code == 200
    assert "Your role keeps Kith running" in page.text
    assert "Maria" not in page.text
    for path in (f"/patients/{patient.id}", f"/patients/{patient.id}/messages", "/lines"):
        answer = browser.open(path)
        assert answer.status_code == 403
        assert "Maria" not in answer.text
        assert "chest" not in answer.text
    for name in ("task", "flag", "take-over", "hand-back", "reply"):
        assert browser.send(forms[name], text="hello").status_code == 403
    assert clinic.rows(task)[0].status == "requested"
    assert sent.replies == []
    assert [row for row in clinic.rows(audit_event) if row.action.startswith("R")] == []


@pytest.mark.parametrize("role", ["nurse", "physician", "social-worker"])
def test_the_care_team_reads(clinic: Clinic, browser: Browser, role: str) -> None:
    patient, _ = ready(clinic)
    clinic.user("kim", role, "Kim Lee")
    browser.sign_in("kim")
    assert "Maria" in browser.open(f"/patients/{patient.id}").text


def test_an_address_that_leads_nowhere_says_so(nurse: Browser) -> None:
    for path in ("/nowhere", "/patients/not-a-patient", "/patients/not-a-patient/messages"):
        answer = nurse.open(path)
        assert answer.status_code == 404
        assert "Not found" in answer.text
        assert "Traceback" not in answer.text


def test_a_request_that_cannot_be_used_says_so(nurse: Browser) -> None:
    for path in ("/?show=everything", "/?page=-1", "/?page=x"):
        answer = nurse.open(path)
        assert answer.status_code == 422
        assert "That could not be used" in answer.text


def test_a_failure_of_ours_shows_no_trace(clinic: Clinic, browser: Browser) -> None:
    clinic.user()
    browser.sign_in()
    config = CareTeamConfig(
        clinic.engine, "Riverbend", secure_cookies=False, clock=clinic.clock, timezone="Nowhere/At_All"
    )
    with TestClient(create_app(config), raise_server_exceptions=False) as client:
        client.cookies.set("kith-care", browser.client.cookies["kith-care"])
        answer = client.get("/nowhere")
        assert answer.status_code == 500
        assert "Traceback" not in answer.text

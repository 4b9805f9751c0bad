"""Photos and PDFs on the page: a link beside the message, a file for those who may read it; nothing runs."""

import pytest

from careteam import labels
from papers.types import Problem
from record.tables import attachment, audit_event
from tests.careteam.browser import Browser
from tests.careteam.clinic import Clinic, PatientFile, fill
from tests.careteam.test_patient_page import text_of

PDF = b"%PDF-1.4 a report"


def sent(maria: PatientFile, **values: object) -> str:
    """A message with a file; the attachment's id."""
    seq = maria.says("", card={"media": ["application/pdf"]})
    row = {
        "message_id": maria.messages[seq], "ordinal": 0, "state": "read", "kind": "pdf", "content": PDF,
        "size": 2048, "reading": {"problem": None}, "next_attempt_at": "2026",
    }  # fmt: skip
    return maria.put(attachment, **(row | values))


def test_a_file_stands_beside_its_message(clinic: Clinic, nurse: Browser) -> None:
    maria = fill(clinic)
    file = sent(maria)
    page = nurse.open(f"/patients/{maria.id}").text
    assert f'href="/patients/{maria.id}/files/{file}"' in page
    assert "PDF file , 2 KB. Kith has read it." in text_of(page)


def test_it_is_handed_out_as_a_file_that_runs_nothing(clinic: Clinic, nurse: Browser) -> None:
    maria = fill(clinic)
    answer = nurse.open(f"/patients/{maria.id}/files/{sent(maria)}")
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"


def test_the_look_is_written_down(clinic: Clinic, nurse: Browser) -> None:
    maria = fill(clinic)
    nurse.open(f"/patients/{maria.id}/files/{sent(maria)}")
    assert [row.entity for row in clinic.rows(audit_event, action="R:file")] == [f"Patient/{maria.id}"]


def test_nobody_signed_in_gets_it(clinic: Clinic, browser: Browser) -> None:
    maria = fill(clinic)
    browser.client.follow_redirects = False
    assert browser.open(f"/patients/{maria.id}/files/{sent(maria)}").status_code == 303


def test_an_engineer_does_not_get_it(clinic: Clinic, browser: Browser) -> None:
    maria = fill(clinic)
    clinic.user("eve", role="engineer")
    browser.sign_in("eve")
    assert browser.open(f"/patients/{maria.id}/files/{sent(maria)}").status_code == 403


def test_not_under_another_patients_name(clinic: Clinic, nurse: Browser) -> None:
    file = sent(fill(clinic))
    other = clinic.patient("Lena", "Brandt")
    assert nurse.open(f"/patients/{other.id}/files/{file}").status_code == 404


def test_not_where_sharing_was_not_agreed_to(clinic: Clinic, nurse: Browser) -> None:
    maria = clinic.patient("Maria", "Delgado", consent=None)
    assert nurse.open(f"/patients/{maria.id}/files/{sent(maria)}").status_code == 404


@pytest.mark.parametrize("values", [{"state": "refused", "content": None, "size": None}, {"kind": "html"}])
def test_what_could_not_be_opened_is_not_handed_out(clinic: Clinic, nurse: Browser, values: dict) -> None:
    maria = fill(clinic)
    assert nurse.open(f"/patients/{maria.id}/files/{sent(maria, **values)}").status_code == 404
    assert nurse.open(f"/patients/{maria.id}").status_code == 200


def test_every_state_and_problem_has_its_words() -> None:
    words = labels.table()["file-state"]
    assert {"wanted", "kept", "read", "lost", *Problem.__args__} <= set(words)

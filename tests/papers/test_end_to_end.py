"""A photo by MMS through the whole of Kith: phone, Twilio, gateway, reader, dialogue, record and page."""

import time

import httpx
import pytest
from sqlalchemy import select

from evaluation.case import Case
from evaluation.outcome import of_type
from evaluation.runner import Runner
from papers import tesseract
from record.tables import attachment, observation
from tests.papers import reports
from tests.papers.reports import Report, Row

REPORT = Report(
    (
        Row("Sodium", "sodium", "140", "mmol/L", "135-145", ""),
        Row("Potassium", "potassium", "5.8", "mmol/L", "3.5-5.1", "H"),
        Row("Glucose", "glucose", "92", "mg/dL", "70-99", ""),
    )
)


def sends(runner: Runner, made: dict, *files: bytes, text: str = "") -> str:
    """A message with these files from the patient's phone; all that Kith answers."""
    media = [runner.phone.post("/phone/media", content=each).json()["sid"] for each in files]
    seen = runner.last_seq(made["conversation_id"])
    body = {"from": made["contact"]["value"], "body": text, "media": media}
    runner.phone.post("/phone/messages", json=body).raise_for_status()
    runner.settle(made["conversation_id"])
    return " ".join(runner.replies(made["conversation_id"], seen))


def says(runner: Runner, made: dict, text: str) -> str:
    return " ".join(runner.exchange(text, made)[0])


def results(runner: Runner, made: dict) -> dict[str, tuple[str, str | None]]:
    rows = select(observation).where(observation.c.patient_id == made["patient_id"])
    with runner.engine.connect() as connection:
        return {row.analyte: (row.value, row.source_system) for row in connection.execute(rows)}


@pytest.mark.skipif(tesseract.program() is None, reason="tesseract is not installed")
def test_a_photo_by_mms_is_read_back_confirmed_and_explained(runner: Runner) -> None:
    made = runner.new_patient(Case("paper", patient={"sex": "female", "birthDate": "1961-04-12"}))
    said = sends(runner, made, reports.jpeg(reports.photographed(reports.drawn(REPORT), 2)))
    assert "I read your picture: Potassium 5.8 mmol/L, Sodium 140 mmol/L, Glucose 92 mg/dL." in said
    assert "Did I read that right?" in said
    assert results(runner, made) == {}

    said = says(runner, made, "What is sodium?")
    assert said.index("odium") < said.index("Back to your paper")

    said = says(runner, made, "YES")
    assert "Potassium 5.8 is high" in said
    source = "from a photo, confirmed by the patient"
    assert results(runner, made) == {
        "potassium": ("5.8", source), "sodium": ("140", source), "glucose": ("92", source),
    }  # fmt: skip
    found = of_type(runner.bundle(made["patient_id"]), "Observation")
    assert len(found) == 3

    rows = select(attachment).where(attachment.c.patient_id == made["patient_id"])
    with runner.engine.connect() as connection:
        [kept] = connection.execute(rows).all()
    assert (kept.state, kept.kind) == ("read", "jpeg")


def test_a_pdf_by_mms_is_corrected(runner: Runner) -> None:
    made = runner.new_patient(Case("paper-corrected"))
    said = sends(runner, made, reports.pdf(REPORT), text="what does this mean")
    assert "I read your file: Potassium 5.8" in said
    said = says(runner, made, "no, potassium is 4.8")
    assert "5.8" not in said
    assert results(runner, made) == {"potassium": ("4.8", None)}
    says(runner, made, "yes")
    assert set(results(runner, made)) == {"potassium", "sodium", "glucose"}


def test_a_pdf_through_the_widget(runner: Runner) -> None:
    base = runner.settings.gateway_url
    with httpx.Client(base_url=base, timeout=30) as browser:
        token = browser.post("/widget/session").json()["token"]
        browser.headers["Authorization"] = f"Bearer {token}"
        browser.post("/widget/files?client_id=one", content=reports.pdf(REPORT)).raise_for_status()
        shown = _until_said(browser, "Reply YES or NO")
        assert "5.8" not in shown, "consent is asked before anything is read back"
        browser.post("/widget/messages", json={"client_id": "two", "text": "yes"}).raise_for_status()
        assert "The name on it is Rosa Lopez." in _until_said(browser, "Did I read that right?")


def _until_said(browser: httpx.Client, words: str) -> str:
    for _ in range(900):
        lines = browser.get("/widget/messages").json()["messages"]
        said = " ".join(each["text"] for each in lines if each["direction"] == "out")
        if words in said:
            return said
        time.sleep(0.1)
    raise AssertionError(f"{words!r} was not said, but {said!r}")

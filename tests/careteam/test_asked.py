"""Published questions and numbers given stand on the page of someone who shares, and of nobody else."""

import pytest

from record.ids import stamp
from record.tables import referral, screening_answer
from tests.careteam.browser import Browser
from tests.careteam.clinic import Clinic, PatientFile
from tests.careteam.test_patient_page import text_of

ANSWERS = [("interest", "LA6570-1", None, "most days"), ("down", "LA6571-9", None, "every day")]


def put(clinic: Clinic, consent: str | None = "active") -> PatientFile:
    """Someone who answered both mood questions and did not reach the pantry."""
    maria = clinic.patient("Maria", None, consent=consent)
    said = maria.messages[maria.says("most days")]
    for item, codes, absent, words in ANSWERS:
        maria.put(
            screening_answer, message_id=said, screener="phq-2", round="r", item=item, codes=codes,
            absent=absent, quote=words, origin="told", status="active",
        )  # fmt: skip
    maria.put(
        referral, message_id=said, resource="p", name="The Pantry", phone="555-0142", need="food-insecurity",
        status="not-reached", quote="nobody picked up", answered_at=stamp(clinic.clock()),
    )  # fmt: skip
    return maria


def test_answers_score_and_what_came_of_a_number(clinic: Clinic, nurse: Browser) -> None:
    reads = text_of(nurse.open(f"/patients/{put(clinic).id}").text)
    for words in (
        "Patient Health Questionnaire 2 item (PHQ-2)",
        "Score 5 of 6",
        "at or above the published cut of 3",
        "Little interest or pleasure in doing things",
        "More than half the days",
        "most days",
        "The Pantry , 555-0142",
        "not reached",
        "nobody picked up",
    ):
        assert words in reads, words


@pytest.mark.parametrize("consent", [None, "rejected"])
def test_nothing_of_it_before_a_yes(clinic: Clinic, nurse: Browser, consent: str | None) -> None:
    reads = text_of(nurse.open(f"/patients/{put(clinic, consent).id}").text)
    for words in ("PHQ-2", "Score", "The Pantry", "nobody picked up"):
        assert words not in reads


def test_no_section_where_nothing_was_asked(clinic: Clinic, nurse: Browser) -> None:
    page = nurse.open(f"/patients/{clinic.patient('Maria', None).id}").text
    assert 'id="asked-h"' not in page

"""Days after a number was given: one text, the answer in the record, a task where it did not help."""

import time
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, select, update

from evaluation.case import Case
from evaluation.outcome import of_type
from evaluation.runner import Runner
from kith.stack import Stack
from record.tables import message, notice, patient

QUESTION = "Did you reach them?"
PATIENCE = 90  # seconds; the gateway looks every five


@pytest.fixture(scope="module")
def writer(stack: Stack) -> Engine:
    return create_engine(stack.settings.database_url, connect_args={"timeout": 20})


def days_later(writer: Engine, patient_id: str) -> None:
    """The days are over, and it is about noon where they live."""
    east = (12 - datetime.now(UTC).hour + 12) % 24 - 12
    with writer.begin() as connection:
        mine = patient.c.id == patient_id
        connection.execute(update(patient).where(mine).values(timezone=f"Etc/GMT{-east:+d}"))
        waits = notice.c.patient_id == patient_id
        connection.execute(update(notice).where(waits).values(not_before="2026-01-01T00:00:00.000000Z"))


def texted(writer: Engine, conversation_id: str) -> bool:
    deadline = time.monotonic() + PATIENCE
    said = select(message.c.text).where(
        message.c.conversation_id == conversation_id, message.c.direction == "out"
    )
    while time.monotonic() < deadline:
        with writer.connect() as connection:
            if any(QUESTION in text for text in connection.scalars(said)):
                return True
        time.sleep(0.5)
    return False


ANSWERS = [
    ("yes, they brought a box on Friday", "reached", ["glad", "Good that"], False),
    ("I called twice and nobody picked up", "not-reached", ["sorry"], True),
    ("don't need it anymore", "not-needed", ["noted"], False),
]


@pytest.mark.parametrize(("answer", "status", "hears", "asks_someone"), ANSWERS)
def test_asked_after_and_kept_in_their_words(
    runner: Runner, writer: Engine, answer: str, status: str, hears: list[str], asks_someone: bool
) -> None:
    made: dict[str, Any] = runner.new_patient(Case("reach"))
    replies, _ = runner.exchange("where can I get some food for the kids?", made)
    assert "555-0142" in " ".join(replies)
    days_later(writer, made["patient_id"])
    assert texted(writer, made["conversation_id"])
    replies, _ = runner.exchange(answer, made)
    assert any(each in " ".join(replies) for each in hears), replies
    tasks = of_type(runner.bundle(made["patient_id"]), "Task")
    given = [one for one in tasks if one["code"]["coding"][0]["code"] == "resource"]
    assert given
    assert {one["businessStatus"]["text"] for one in given} == {status}
    assert all(one["extension"][0]["valueString"] == answer for one in given)
    codes = [one["code"]["coding"][0]["code"] for one in tasks]
    assert ("resource-not-reached" in codes) is asks_someone

"""What a clinician does from a page: once, on the right patient, and written down."""

import pytest

from record import audit
from record.tables import audit_event, conversation, flag, task
from tests.careteam.browser import Browser, Sent
from tests.careteam.clinic import Clinic, PatientFile


@pytest.fixture
def maria(clinic: Clinic) -> PatientFile:
    patient = clinic.patient("Maria", "Delgado", phone="+15005550101")
    patient.says("I want to talk to someone")
    return patient


def page_of(patient: PatientFile) -> str:
    return f"/patients/{patient.id}"


def test_a_task_is_marked_done_by_whom_and_when(clinic: Clinic, nurse: Browser, maria: PatientFile) -> None:
    task_id = maria.task("human", "asap", "Call Maria", 1)
    answer = nurse.send(f"{page_of(maria)}/tasks/{task_id}/done", on=page_of(maria))
    assert "Task marked done." in answer.text
    assert "Nothing is waiting." in answer.text
    [row] = clinic.rows(task)
    [ana] = {each.agent for each in clinic.rows(audit_event, action="E:sign-in:ok")}
    assert (row.status, row.completed_by) == ("completed", ana)
    assert row.completed_at == "2026-03-09T16:00:00.000000Z"
    assert [each.entity for each in clinic.rows(audit_event, action="U:task-done")] == [f"Task/{task_id}"]


def test_a_task_done_by_a_colleague_meanwhile_stays_theirs(
    clinic: Clinic, nurse: Browser, maria: PatientFile
) -> None:
    task_id = maria.task("human", "asap", "Call Maria", 1)
    token = nurse.token(page_of(maria))
    address = f"{page_of(maria)}/tasks/{task_id}/done"
    nurse.client.post(address, data={"csrf": token})
    [first] = clinic.rows(task)
    clinic.clock.on(minutes=1)
    answer = nurse.client.post(address, data={"csrf": token})
    assert "Someone else was faster" in answer.text
    assert clinic.rows(task) == [first]


@pytest.mark.parametrize(
    ("status", "words"), [("inactive", "Flag closed."), ("entered-in-error", "Flag closed as a false alarm.")]
)
def test_a_flag_is_closed(
    clinic: Clinic, nurse: Browser, maria: PatientFile, status: str, words: str
) -> None:
    flag_id = maria.flagged("emergency", "chest-pain", "my chest hurts", 1)
    answer = nurse.send(f"{page_of(maria)}/flags/{flag_id}/close", on=page_of(maria), status=status)
    assert words in answer.text
    assert "Chest pain" not in answer.text
    assert clinic.rows(flag)[0].status == status
    assert len(clinic.rows(audit_event, action=f"U:flag-{status}")) == 1


def test_a_flag_takes_no_other_status(clinic: Clinic, nurse: Browser, maria: PatientFile) -> None:
    flag_id = maria.flagged("emergency", "chest-pain", "my chest hurts", 1)
    answer = nurse.send(f"{page_of(maria)}/flags/{flag_id}/close", on=page_of(maria), status="active'--")
    assert answer.status_code == 422
    assert clinic.rows(flag)[0].status == "active"


def test_nothing_is_changed_through_another_patients_page(
    clinic: Clinic, nurse: Browser, maria: PatientFile
) -> None:
    task_id = maria.task("human", "asap", "Call Maria", 1)
    flag_id = maria.flagged("emergency", "chest-pain", "my chest hurts", 1)
    other = clinic.patient("James", None)
    for address in (f"tasks/{task_id}/done", f"flags/{flag_id}/close", "tasks/none/done"):
        assert nurse.send(f"{page_of(other)}/{address}", on=page_of(maria)).status_code == 404
    assert clinic.rows(task)[0].status == "requested"
    assert clinic.rows(flag)[0].status == "active"


def test_take_over_reply_hand_back(clinic: Clinic, nurse: Browser, sent: Sent, maria: PatientFile) -> None:
    page = page_of(maria)
    assert "Send</button>" not in nurse.open(page).text
    taken = nurse.send(f"{page}/take-over", on=page)
    assert "You have this conversation" in taken.text
    answer = nurse.send(f"{page}/reply", on=page, text="  Hi Maria, this is Ana.\r\nHow are you?  ")
    assert "Your message is on its way." in answer.text
    assert sent.replies == [(maria.thread, "ana", "Hi Maria, this is Ana.\nHow are you?")]
    back = nurse.send(f"{page}/hand-back", on=page)
    assert "Kith is answering by itself." in back.text
    assert clinic.rows(conversation)[0].taken_over_by is None
    actions = [row.action for row in clinic.rows(audit_event) if row.action[0] in "UC"]
    assert actions == ["U:take-over", "C:reply", "U:hand-back"]


def test_a_reply_needs_the_conversation_in_hand(
    clinic: Clinic, nurse: Browser, sent: Sent, maria: PatientFile
) -> None:
    answer = nurse.send(f"{page_of(maria)}/reply", on=page_of(maria), text="hello")
    assert "Nothing was sent: you no longer have this conversation." in answer.text
    assert sent.replies == []


def test_a_colleague_may_take_a_conversation_over(
    clinic: Clinic, nurse: Browser, sent: Sent, maria: PatientFile
) -> None:
    page = page_of(maria)
    nurse.send(f"{page}/take-over", on=page)
    nurse.send("/sign-out")
    clinic.user("ben", "physician", "Ben Ortiz")
    nurse.sign_in("ben")
    seen = nurse.open(page).text
    assert "<bdi>Ana Ruiz</bdi> has this conversation" in seen
    assert "Take over from" in seen
    nurse.send(f"{page}/reply", on=page, text="talking over Ana")
    assert sent.replies == []
    assert "You have this conversation" in nurse.send(f"{page}/take-over", on=page).text


@pytest.mark.parametrize("text", ["", "   ", "\r\n"])
def test_an_empty_reply_is_not_sent(nurse: Browser, sent: Sent, maria: PatientFile, text: str) -> None:
    nurse.send(f"{page_of(maria)}/take-over", on=page_of(maria))
    answer = nurse.send(f"{page_of(maria)}/reply", on=page_of(maria), text=text)
    assert "There was nothing to send." in answer.text
    assert sent.replies == []


def test_a_reply_too_long_is_refused_in_words(nurse: Browser, sent: Sent, maria: PatientFile) -> None:
    nurse.send(f"{page_of(maria)}/take-over", on=page_of(maria))
    answer = nurse.send(f"{page_of(maria)}/reply", on=page_of(maria), text="x" * 1601)
    assert answer.status_code == 422
    assert "too long" in answer.text
    assert sent.replies == []


@pytest.mark.parametrize(("letters", "status"), [(1580, 200), (1581, 422)])
def test_a_line_break_counts_as_one_character_as_it_does_in_the_browser(
    nurse: Browser, maria: PatientFile, letters: int, status: int
) -> None:
    nurse.send(f"{page_of(maria)}/take-over", on=page_of(maria))
    text = "x\r\n" * 20 + "x" * (letters - 20)
    assert nurse.send(f"{page_of(maria)}/reply", on=page_of(maria), text=text).status_code == status


def test_someone_who_cannot_be_reached_is_said_so(
    nurse: Browser, sent: Sent, maria: PatientFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unreachable(*_: object) -> None:
        raise LookupError("no way")

    monkeypatch.setattr(Sent, "__call__", unreachable)
    nurse.send(f"{page_of(maria)}/take-over", on=page_of(maria))
    answer = nurse.send(f"{page_of(maria)}/reply", on=page_of(maria), text="hello")
    assert "Nothing was sent: no phone number" in answer.text
    assert '<p class="alert" role="alert">' in answer.text


def test_the_log_stays_whole(clinic: Clinic, nurse: Browser, maria: PatientFile) -> None:
    task_id = maria.task("human", "asap", "Call Maria", 1)
    nurse.send(f"{page_of(maria)}/tasks/{task_id}/done", on=page_of(maria))
    nurse.send(f"{page_of(maria)}/take-over", on=page_of(maria))
    with clinic.engine.connect() as connection:
        verdict = audit.verify(connection)
    assert verdict.whole
    assert verdict.lines >= 5

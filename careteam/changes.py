"""What a clinician does to the record from a page: each change and its audit line in one transaction."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from sqlalchemy import Connection, Table, and_, select, update
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from careteam.access import Gate, writer
from careteam.config import CareTeamConfig, Clinician
from careteam.pages import base
from careteam.releases import may_release
from record import audit, oncall, people
from record.ids import stamp
from record.tables import conversation, flag, patient, task

LONGEST_REPLY = 1600
TOO_LONG = f"A message has at most {LONGEST_REPLY} characters: this one is too long. Go back and shorten it."
By = Annotated[Clinician, Depends(writer)]


def may_check_identity(clinician: Clinician) -> bool:
    """After it Kith tells results to whoever writes: for those who may release them."""
    return may_release(clinician)


def routes(gate: Gate) -> APIRouter:
    """Every POST about a patient."""
    router = APIRouter(prefix="/patients/{patient_id}")
    config = gate.config

    def back(request: Request, patient_id: str, did: str, anchor: str = "") -> Response:
        return RedirectResponse(f"{base(request)}/patients/{patient_id}?did={did}{anchor}", status_code=303)

    @router.post("/tasks/{task_id}/done")
    def complete(request: Request, patient_id: str, task_id: str, by: By) -> Response:
        now = stamp(config.clock())
        values = {"status": "completed", "completed_by": by.id, "completed_at": now}
        with config.engine.begin() as connection:
            done = _close(connection, task, task_id, patient_id, "requested", values)
            _note(connection, by, "U:task-done", f"Task/{task_id}", now, done)
        return back(request, patient_id, "task" if done else "late")

    @router.post("/flags/{flag_id}/close")
    def close(
        request: Request,
        patient_id: str,
        flag_id: str,
        by: By,
        status: Annotated[str, Form()] = "inactive",
        also: Annotated[list[str] | None, Form(max_length=4)] = None,
    ) -> Response:
        if status not in ("inactive", "entered-in-error"):
            raise HTTPException(422, "A flag is closed as seen to, or as a false alarm.")
        now = stamp(config.clock())
        with config.engine.begin() as connection:
            done = False
            for each in (flag_id, *(also or ())):  # one strip may stand for two flags of the same number
                closed = _close(connection, flag, each, patient_id, "active", {"status": status})
                _note(connection, by, f"U:flag-{status}", f"Flag/{each}", now, closed)
                done = done or closed
        return back(request, patient_id, ("flag" if status == "inactive" else "false") if done else "late")

    @router.post("/identity")
    def identity(request: Request, patient_id: str, by: By) -> Response:
        if not may_check_identity(by):
            raise HTTPException(403, "Your role does not check who someone is. Ask a nurse or a physician.")
        now = stamp(config.clock())
        with config.engine.begin() as connection:
            done = _known_again(connection, patient_id, by, now)
            _note(connection, by, "U:identity-checked", f"Patient/{patient_id}", now, done)
        return back(request, patient_id, "known" if done else "late")

    @router.post("/take-over")
    def take_over(request: Request, patient_id: str, by: By) -> Response:
        if config.send_reply is None:
            raise HTTPException(404, "This clinic does not answer from these pages.")
        now = stamp(config.clock())
        with config.engine.begin() as connection:
            thread = _thread(connection, patient_id)
            if _holder(connection, thread) != by.id:
                _hold(connection, thread, {"taken_over_by": by.id, "taken_over_at": now})
                _announce(config, connection, thread, by, "taken-over", now)
            _note(connection, by, "U:take-over", f"Conversation/{thread}", now)
            _have_pages(connection, patient_id, by, now)
        return back(request, patient_id, "taken", "#write")

    @router.post("/hand-back")
    def hand_back(request: Request, patient_id: str, by: By) -> Response:
        now = stamp(config.clock())
        with config.engine.begin() as connection:
            thread = _thread(connection, patient_id)
            if _holder(connection, thread) is not None:
                _announce(config, connection, thread, by, "back", now)
                _hold(connection, thread, {"taken_over_by": None, "taken_over_at": None})
            _note(connection, by, "U:hand-back", f"Conversation/{thread}", now)
        return back(request, patient_id, "back", "#conversation")

    @router.post("/reply")
    def reply(
        request: Request,
        patient_id: str,
        by: By,
        text: Annotated[
            str, Form(max_length=2 * LONGEST_REPLY)
        ] = "",  # a line break is sent as two characters
    ) -> Response:
        if config.send_reply is None:
            raise HTTPException(404, "This clinic does not answer from these pages.")
        words, now = text.replace("\r\n", "\n").strip(), stamp(config.clock())
        if len(words) > LONGEST_REPLY:
            raise HTTPException(422, TOO_LONG)
        if not words:
            return back(request, patient_id, "empty", "#write")
        with config.engine.begin() as connection:
            thread = _thread(connection, patient_id)
            mine = _holder(connection, thread) == by.id
            _note(connection, by, "C:reply", f"Conversation/{thread}", now, mine)
        if not mine:  # Kith, or a colleague, would talk over them
            return back(request, patient_id, "not-yours", "#conversation")
        try:
            config.send_reply(thread, by, words)
        except LookupError:
            return back(request, patient_id, "unreachable", "#conversation")
        return back(request, patient_id, "sent", "#write")

    return router


def _close(
    connection: Connection, table: Table, row_id: str, patient_id: str, was: str, values: dict[str, Any]
) -> bool:
    """Close a row that is still open; False when someone was faster. 404 where it is not this patient's."""
    own = and_(table.c.id == row_id, table.c.patient_id == patient_id)
    if connection.scalar(select(table.c.id).where(own)) is None:
        raise HTTPException(404, "There is nothing of this kind on this page any more.")
    changed = connection.execute(update(table).where(own, table.c.status == was).values(**values))
    return changed.rowcount == 1


def _known_again(connection: Connection, patient_id: str, by: Clinician, now: str) -> bool:
    """Note that they are this patient; the tasks that asked for it are done. False: it was noted before."""
    this = and_(patient.c.id == patient_id, patient.c.deleted_at.is_(None))
    if connection.scalar(select(patient.c.id).where(this)) is None:
        raise HTTPException(404, "There is no such patient any more.")
    if connection.scalar(select(patient.c.identity_verified_at).where(this)) is not None:
        return False
    people.verify_identity(connection, patient_id, now)
    asked = (task.c.patient_id == patient_id, task.c.code == people.CHECK_IDENTITY)
    connection.execute(
        update(task)
        .where(*asked, task.c.status == "requested")
        .values(status="completed", completed_by=by.id, completed_at=now)
    )
    return True


def _thread(connection: Connection, patient_id: str) -> str:
    found: str | None = connection.scalar(
        select(conversation.c.id)
        .join(patient, patient.c.id == conversation.c.patient_id)
        .where(conversation.c.patient_id == patient_id, patient.c.deleted_at.is_(None))
        .order_by(conversation.c.created_at)
        .limit(1)
    )
    if found is None:
        raise HTTPException(404, "There is no conversation with this person yet.")
    return found


def _holder(connection: Connection, thread: str) -> str | None:
    found: str | None = connection.scalar(
        select(conversation.c.taken_over_by).where(conversation.c.id == thread)
    )
    return found


def _hold(connection: Connection, thread: str, values: dict[str, Any]) -> None:
    connection.execute(update(conversation).where(conversation.c.id == thread).values(**values))


def _announce(
    config: CareTeamConfig, connection: Connection, thread: str, by: Clinician, what: str, now: str
) -> None:
    """Both sides see who speaks: the patient reads it in the same moment."""
    if config.announce is not None:
        config.announce(connection, thread, by, what, now)


def _have_pages(connection: Connection, patient_id: str, by: Clinician, now: str) -> None:
    """Who writes to the patient has what was paged about them."""
    for page in oncall.open_pages(connection, patient_id):
        oncall.acknowledge(
            connection, page, name=by.display_name, role=by.role, how="taken-over", at=now, agent=by.id
        )


def _note(
    connection: Connection, by: Clinician, action: str, entity: str, at: str, done: bool = True
) -> None:
    outcome = "success" if done else "failure"
    audit.append(connection, at=at, agent=by.id, action=action, entity=entity, outcome=outcome)

"""The one true page of a patient."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request
from sqlalchemy import Connection
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from careteam import asked, concerns, looks, results, story, thread, times, who
from careteam.access import Gate, reader, signed_in, watcher, watching
from careteam.changes import may_check_identity
from careteam.config import CareTeamConfig, Clinician
from careteam.consent import reader_of
from careteam.pages import Pages
from careteam.releases import may_release
from careteam.sessions import Session
from record import oncall
from record.database import reading
from record.ids import stamp
from record.portrait import Gap, Portrait, assemble
from record.portrait.parts import State
from record.portrait.shape import shape
from record.release import Kept, kept_back

NOBODY = "There is no such patient. The address may be old, or the record was removed."
NOT_SHARED = "They have not agreed to share what they told. Safety flags and tasks stand on their page."
AROUND = "Kith-Around"  # the header that lets an open page notice what changed beside the conversation
NOTICES = {
    "task": "Task marked done.",
    "have-it": "You have it. Nobody else is paged.",
    "flag": "Flag closed.",
    "false": "Flag closed as a false alarm.",
    "taken": "You have this conversation. Kith stays silent.",
    "back": "Handed back. Kith answers again.",
    "sent": "Your message is on its way.",
    "empty": "There was nothing to send.",
    "released": "Released. The patient gets one text that a new result is in, without its value.",
    "held": "Held. Kith does not tell it until someone releases it.",
    "told": "Noted: the patient was told in person.",
    "known": "Noted: they are this patient. Kith may tell them their results.",
    "late": "Someone else was faster: this was already done.",
    "unreachable": "Nothing was sent: no phone number and no open chat is known for this person.",
    "not-yours": "Nothing was sent: you no longer have this conversation. Take it over first.",
}
FAILED = ("unreachable", "not-yours")
Start = Annotated[int | None, Query(alias="from", ge=1)]


@dataclass(frozen=True)
class Page:
    """Everything the page shows. Where sharing was not agreed to, what may not be shown was never read."""

    who: who.Who
    flags: tuple[concerns.Flag, ...]
    tasks: tuple[concerns.Task, ...]
    thread: thread.Thread
    whole: Portrait | None  # None: they did not agree to share
    story: story.Story | None
    results: results.Results | None
    asked: asked.Asked | None  # published questions and numbers given
    kept: tuple[Kept, ...]  # results the patient has not been told: the laboratory's, whatever the consent
    last_look: str | None

    def is_new(self, at: str) -> bool:
        """Came in after this viewer last looked."""
        return self.last_look is not None and at > self.last_look

    def gaps(self, state: State) -> tuple[Gap, ...]:
        """What is not known, in one of its three states."""
        return tuple(gap for gap in self.whole.gaps if gap.state == state) if self.whole else ()

    @property
    def new(self) -> str:
        """ "2 results and 1 thing they said", "" where nothing is new."""
        kinds = [change.kind for change in self.whole.changes] if self.whole else []
        counted = (
            _count(kinds.count("result"), "result", "results"),
            _count(kinds.count("words") + kinds.count("question"), "thing they said", "things they said"),
            _count(kinds.count("file"), "file", "files"),
        )
        return " and ".join(each for each in counted if each)


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}" if number else ""


def routes(pages: Pages, gate: Gate) -> APIRouter:
    """`/patients/<id>` and the conversation on it, which refreshes itself."""
    router = APIRouter()
    config = gate.config

    @router.get("/patients/{patient_id}", dependencies=[Depends(reader)])
    def page(
        request: Request,
        patient_id: str,
        session: Annotated[Session, Depends(signed_in)],
        start: Start = None,
        did: str = "",
    ) -> Response:
        with reading(config.engine) as connection:
            found = read(connection, config, patient_id, session.clinician, start)
            paged = oncall.of_patients(connection, [patient_id], stamp(config.clock())).get(patient_id, ())
        looks.note(config.engine, session.clinician.id, patient_id, config.clock())
        return pages.show(
            request,
            "patient.html",
            session,
            portrait=found,
            paged=paged,
            who=found.who,
            thread=found.thread,
            first=found.thread.first,
            tag=_tag(found.thread),
            around=_around(found.who, found.flags, found.tasks, paged),
            notice=NOTICES.get(did),
            failed=did in FAILED,
            sent=did == "sent",
            can_answer=config.send_reply is not None,
            mine=_is_mine(found.who, session.clinician),
            may_release=may_release(session.clinician),
            may_check_identity=may_check_identity(session.clinician),
        )

    @router.get("/patients/{patient_id}/portrait.json", dependencies=[Depends(reader)])
    def as_json(patient_id: str, session: Annotated[Session, Depends(signed_in)]) -> Response:
        with reading(config.engine) as connection:
            found = read(connection, config, patient_id, session.clinician, None)
        if found.whole is None:
            raise HTTPException(403, NOT_SHARED)
        looks.note(config.engine, session.clinician.id, patient_id, config.clock(), "R:portrait")
        return JSONResponse(shape(found.whole))

    @router.get("/patients/{patient_id}/messages", dependencies=[Depends(watcher)])
    def messages(
        request: Request, patient_id: str, session: Annotated[Session, Depends(watching)]
    ) -> Response:
        with reading(config.engine) as connection:
            about = _find(connection, config, patient_id, session.clinician)
            found = thread.read(connection, about)
            paged = oncall.of_patients(connection, [patient_id], stamp(config.clock())).get(patient_id, ())
            flags, tasks = concerns.flags(connection, patient_id), concerns.tasks(connection, patient_id)
        headers = {"ETag": _tag(found), AROUND: _around(about, flags, tasks, paged)}
        if request.headers.get("if-none-match") == _tag(found):
            return Response(status_code=304, headers=headers)
        looks.note(config.engine, session.clinician.id, patient_id, config.clock(), "R:messages")
        return pages.show(request, "messages.html", session, headers=headers, thread=found, who=about)

    return router


def read(
    connection: Connection, config: CareTeamConfig, patient_id: str, clinician: Clinician, start: int | None
) -> Page:
    """A patient as the care team may see them now; 404 when there is none."""
    about = _find(connection, config, patient_id, clinician)
    zone, now = ZoneInfo(config.timezone), config.clock()

    def day(when: str) -> str:
        return times.day(when, zone, now)

    looked = looks.last_look(connection, clinician.id, patient_id, now)
    whole = None
    if about.shared:
        reading_as = reader_of(clinician)
        whole = assemble(connection, patient_id, reader=reading_as, since=looked, at=stamp(now))
    return Page(
        who=about,
        flags=concerns.flags(connection, patient_id),
        tasks=concerns.tasks(connection, patient_id),
        thread=thread.read(connection, about, start),
        whole=whole,
        story=story.read(whole) if whole else None,
        results=results.read(whole.results, whole.vitals, day) if whole else None,
        asked=asked.read(connection, patient_id, reader_of(clinician)) if whole else None,
        kept=kept_back(connection, patient_id),
        last_look=looked,
    )


def _find(connection: Connection, config: CareTeamConfig, patient_id: str, clinician: Clinician) -> who.Who:
    found = who.find(connection, patient_id, _today(config.clock(), config.timezone), clinician)
    if found is None:
        raise HTTPException(404, NOBODY)
    return found


def _today(now: datetime, timezone: str) -> date:
    return now.astimezone(ZoneInfo(timezone)).date()


def _is_mine(about: who.Who, clinician: Clinician) -> bool:
    return about.taken_over is not None and about.taken_over.user_id == clinician.id


def _tag(found: thread.Thread) -> str:
    return f'"{_digest(found)}"'


def _around(
    about: who.Who,
    flags: Sequence[concerns.Flag],
    tasks: Sequence[concerns.Task],
    paged: Sequence[oncall.Page],
) -> str:
    """Changes when a flag, a task, a page or who has the conversation does: whatever the consent."""
    pages = [(each.id, each.status, each.exhausted, each.acknowledged_by) for each in paged]
    return _digest((about.shared, about.taken_over, flags, tasks, pages))


def _digest(shown: object) -> str:
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:32]

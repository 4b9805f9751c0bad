"""The list a nurse keeps open: it refreshes itself, and says nothing new when there is nothing new."""

import hashlib
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from careteam import looks, queue
from careteam.access import Gate, signed_in, watcher, watching
from careteam.config import Clinician
from careteam.pages import Pages
from careteam.sessions import Session
from record import oncall
from record.database import reading
from record.ids import stamp

Page = Annotated[int, Query(ge=0, le=1000)]


@dataclass(frozen=True)
class Shown:
    """One page of the list."""

    lines: tuple[queue.Line, ...]
    more: bool
    chosen: queue.Filter
    page: int
    paged: dict[str, tuple[oncall.Page, ...]]  # by patient

    @property
    def tag(self) -> str:
        """Changes when what is shown changes; how long someone has waited is counted in the browser."""
        return f'"{hashlib.sha256(repr(self).encode()).hexdigest()[:32]}"'


def routes(pages: Pages, gate: Gate) -> APIRouter:
    """`/` and the fragment of it that is fetched again and again."""
    router = APIRouter()

    @router.get("/")
    def whole(
        request: Request,
        session: Annotated[Session, Depends(signed_in)],
        show: queue.Filter = "all",
        page: Page = 0,
    ) -> Response:
        if not session.clinician.sees_patients:
            return pages.show(request, "no-patients.html", session)
        shown = _read(gate, session.clinician, show, page)
        _note(gate, session.clinician, shown)
        return pages.show(request, "conversations.html", session, shown=shown)

    @router.get("/lines", dependencies=[Depends(watcher)])
    def fragment(
        request: Request,
        session: Annotated[Session, Depends(watching)],
        show: queue.Filter = "all",
        page: Page = 0,
    ) -> Response:
        shown = _read(gate, session.clinician, show, page)
        if request.headers.get("if-none-match") == shown.tag:
            return Response(status_code=304)  # nothing new was seen, so there is no new look to write down
        _note(gate, session.clinician, shown)
        return pages.show(request, "lines.html", session, headers={"ETag": shown.tag}, shown=shown)

    return router


def _read(gate: Gate, clinician: Clinician, show: queue.Filter, page: int) -> Shown:
    with reading(gate.config.engine) as connection:
        lines, more = queue.conversations(connection, show, clinician, page)
        at = stamp(gate.config.clock())
        paged = oncall.of_patients(connection, [line.patient_id for line in lines], at)
        return Shown(lines, more, show, page, paged)


def _note(gate: Gate, clinician: Clinician, shown: Shown) -> None:
    """Whose words or dangers the list showed, before it is shown."""
    patients = [line.patient_id for line in shown.lines]
    looks.note_list(gate.config.engine, clinician.id, patients, gate.config.clock())

"""The link in a page, and "I have it": opening the link changes nothing, so that a preview takes no page."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from careteam.access import Gate, reader, writer
from careteam.config import Clinician
from careteam.pages import base
from record import oncall
from record.database import reading
from record.ids import stamp

GONE = "This page is no longer known. Look at the list for who needs someone."


def routes(gate: Gate) -> APIRouter:
    """`/oncall/<id>`, which leads to the patient, and the one form about a page."""
    router = APIRouter()
    config = gate.config

    @router.get("/oncall/{page_id}", dependencies=[Depends(reader)])
    def lead(request: Request, page_id: str) -> Response:
        with reading(config.engine) as connection:
            patient_id = oncall.patient_of(connection, page_id)
        if patient_id is None:
            raise HTTPException(404, GONE)
        return RedirectResponse(f"{base(request)}/patients/{patient_id}#paged", status_code=303)

    @router.post("/patients/{patient_id}/have-it")
    def have_it(
        request: Request,
        patient_id: str,
        by: Annotated[Clinician, Depends(writer)],
        page: Annotated[str, Form(max_length=36)] = "",
    ) -> Response:
        now = stamp(config.clock())
        with config.engine.begin() as connection:
            if oncall.patient_of(connection, page) != patient_id:
                raise HTTPException(404, GONE)
            done = oncall.acknowledge(
                connection, page, name=by.display_name, role=by.role, how="page", at=now, agent=by.id
            )
        did = "have-it" if done else "late"
        return RedirectResponse(f"{base(request)}/patients/{patient_id}?did={did}", status_code=303)

    return router

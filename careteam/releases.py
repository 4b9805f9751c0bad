"""Releasing a result to its patient, holding it, or noting that it was told in person."""

from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Form, Request
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from careteam.access import Gate, writer
from careteam.config import Clinician
from careteam.pages import base
from record import audit
from record.ids import stamp
from record.release import Decision, decide

MAY = ("nurse", "physician")  # who may decide that a patient hears a result
DID = {"release": "released", "hold": "held", "told": "told"}
By = Annotated[Clinician, Depends(writer)]


def may_release(clinician: Clinician) -> bool:
    """A social worker reads results, and leaves releasing them to those who answer for them."""
    return clinician.role in MAY


def routes(gate: Gate) -> APIRouter:
    """`POST /patients/<id>/releases/<id>`: the decision and its audit line in one transaction."""
    router = APIRouter(prefix="/patients/{patient_id}/releases")
    config = gate.config

    @router.post("/{release_id}")
    def settle(
        request: Request, patient_id: str, release_id: str, by: By, decision: Annotated[str, Form()] = ""
    ) -> Response:
        if not may_release(by):
            raise HTTPException(403, "Your role does not release results. Ask a nurse or a physician.")
        chosen = next((each for each in get_args(Decision) if each == decision), None)
        if chosen is None:
            raise HTTPException(422, "A result is released, held, or noted as told in person.")
        now = stamp(config.clock())
        with config.engine.begin() as connection:
            done = decide(connection, patient_id, release_id, chosen, by=by.id, at=now)
            if done is None:
                raise HTTPException(404, "There is nothing of this kind on this page any more.")
            outcome = "success" if done else "failure"
            entity = f"Release/{release_id}"
            audit.append(
                connection, at=now, agent=by.id, action=f"U:result-{chosen}", entity=entity, outcome=outcome
            )
        did = DID[chosen] if done else "late"
        return RedirectResponse(f"{base(request)}/patients/{patient_id}?did={did}", status_code=303)

    return router
